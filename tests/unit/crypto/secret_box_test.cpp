#include "services/platform/crypto/secret_box.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

namespace kassa::platform {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::byte, 32> key_of(unsigned char fill) {
  std::array<std::byte, 32> key{};
  key.fill(std::byte{fill});
  return key;
}

class MasterKeyFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "kassa_key_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    path_ = (folder_ / "master.key").string();
  }
  void TearDown() override { fs::remove_all(folder_); }
  void write(std::string_view bytes, mode_t mode) {
    std::ofstream(path_, std::ios::binary) << bytes;
    ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
  }
  fs::path folder_;
  std::string path_;
};

TEST_F(MasterKeyFile, is_created_once_private_and_opens_what_it_sealed_after_a_restart) {
  auto first = SodiumSecretBox::open_or_create_master_key(path_);
  ASSERT_TRUE(first) << first.error().detail;
  struct stat info{};
  ASSERT_EQ(::stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  EXPECT_EQ(info.st_size, 32);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1) << "no file left aside";

  const Bytes sealed = first.value()->seal("gateway|s1|g1", "secret");
  auto second = SodiumSecretBox::open_or_create_master_key(path_);
  ASSERT_TRUE(second);
  EXPECT_EQ(second.value()->open("gateway|s1|g1", sealed).value(), "secret");
  EXPECT_EQ(first.value()->blind("email", "a@b.example"), second.value()->blind("email", "a@b.example"));
}

TEST_F(MasterKeyFile, is_one_key_however_many_race_to_create_it) {
  std::vector<Digest> seen(8);
  std::vector<std::thread> racers;
  for (auto& digest : seen) {
    racers.emplace_back([this, &digest] {
      auto box = SodiumSecretBox::open_or_create_master_key(path_);
      if (box) digest = box.value()->blind("email", "x");
    });
  }
  for (auto& racer : racers) racer.join();
  const auto truth = SodiumSecretBox::open_master_key(path_).value()->blind("email", "x");
  for (const auto& digest : seen) EXPECT_EQ(digest, truth);
}

TEST_F(MasterKeyFile, is_refused_when_others_may_read_it) {
  for (const mode_t mode : {0640U, 0604U, 0660U, 0610U}) {
    write(std::string(32, 'k'), mode);
    const auto box = SodiumSecretBox::open_master_key(path_);
    ASSERT_FALSE(box) << std::oct << mode;
    EXPECT_NE(box.error().detail.find("chmod 600"), std::string::npos) << box.error().detail;
  }
}

TEST_F(MasterKeyFile, is_refused_when_it_is_missing_short_long_a_link_or_a_folder) {
  EXPECT_FALSE(SodiumSecretBox::open_master_key(path_)) << "missing";
  write(std::string(31, 'k'), 0600);
  EXPECT_FALSE(SodiumSecretBox::open_or_create_master_key(path_)) << "short";
  write(std::string(33, 'k'), 0600);
  EXPECT_FALSE(SodiumSecretBox::open_or_create_master_key(path_)) << "long";
  write(std::string(32, 'k'), 0600);
  const auto link = (folder_ / "link").string();
  fs::create_symlink(path_, link);
  EXPECT_FALSE(SodiumSecretBox::open_or_create_master_key(link)) << "link";
  EXPECT_FALSE(SodiumSecretBox::open_or_create_master_key(folder_.string())) << "folder";
  EXPECT_FALSE(SodiumSecretBox::open_or_create_master_key((folder_ / "none" / "key").string())) << "no folder";
}

TEST(SecretBox, binds_a_value_to_its_row) {
  const SodiumSecretBox box{key_of(1)};
  const Bytes sealed = box.seal("gateway|store_1|stripe", "sk");
  EXPECT_EQ(box.open("gateway|store_1|stripe", sealed).value(), "sk");
  EXPECT_EQ(box.open("gateway|store_2|stripe", sealed).error().code, Errc::kSealBroken);
}

TEST(SecretBox, opens_nothing_under_another_key_or_another_kind_of_key) {
  const SodiumSecretBox box{key_of(1)};
  const SodiumSecretBox other{key_of(2)};
  const Bytes sealed = box.seal("row", "text");
  EXPECT_FALSE(other.open("row", sealed));
  EXPECT_FALSE(box.open_for(ports::DataKey{key_of(1)}, "row", sealed)) << "the master key itself seals nothing";
  const ports::DataKey person = box.new_key();
  const Bytes personal = box.seal_for(person, "row", "text");
  EXPECT_EQ(box.open_for(person, "row", personal).value(), "text");
  EXPECT_FALSE(box.open_for(box.new_key(), "row", personal));
  EXPECT_FALSE(box.open("row", personal));
}

TEST(SecretBox, refuses_an_unknown_key_id_and_every_truncation) {
  const SodiumSecretBox box{key_of(1)};
  Bytes sealed = box.seal("row", "text");
  for (std::size_t n = 0; n < sealed.size(); ++n) EXPECT_FALSE(box.open("row", std::span{sealed}.first(n)));
  EXPECT_EQ(sealed[0], std::byte{1}) << "the first byte is the key id";
  sealed[0] = std::byte{2};
  EXPECT_EQ(box.open("row", sealed).error().code, Errc::kSealBroken);
}

TEST(SecretBox, blinds_by_purpose_and_key) {
  const SodiumSecretBox box{key_of(1)};
  EXPECT_EQ(box.blind("email", "a@b.example"), box.blind("email", "a@b.example"));
  EXPECT_NE(box.blind("email", "a@b.example"), box.blind("phone", "a@b.example"));
  EXPECT_NE(box.blind("email", "a@b.example"), box.blind("email", "c@b.example"));
  EXPECT_NE(box.blind("email", "x"), SodiumSecretBox{key_of(2)}.blind("email", "x"));
  EXPECT_NE(box.blind("emai", "lx"), box.blind("email", "x")) << "purpose and value do not run together";
}

RC_GTEST_PROP(SecretBox, opens_what_it_sealed_and_never_seals_alike,
              (const std::string& aad, const std::string& plain)) {
  const SodiumSecretBox box{key_of(7)};
  const Bytes once = box.seal(aad, plain);
  RC_ASSERT(box.open(aad, once).value() == plain);
  RC_ASSERT(once != box.seal(aad, plain));
  RC_ASSERT(once.size() == plain.size() + 41);
}

}  // namespace
}  // namespace kassa::platform
