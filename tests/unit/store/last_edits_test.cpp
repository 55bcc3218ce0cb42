// The table of last edits takes the room that it was given, however many checkouts there are.

#include "services/platform/store/last_edits_file.hpp"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.hpp"

namespace kassa::platform {
namespace {

CheckoutId numbered_checkout(int number) { return CheckoutId{"chk_" + std::to_string(number)}; }

TEST(LastEdits, three_million_checkouts_take_as_much_room_as_none) {
  const TemporaryFolder folder(TemporaryFolder::On::kMemory);
  const auto file = folder.path() / "edits.map";
  auto table = LastEditsFile::open(file).value();
  const auto size = std::filesystem::file_size(file);
  EXPECT_LT(size, 17U * 1024 * 1024);
  constexpr int kMany = 3'000'000;
  for (int i = 0; i < kMany; ++i) table->note(numbered_checkout(i), {0, i});
  EXPECT_EQ(std::filesystem::file_size(file), size);
  EXPECT_TRUE(table->is_last(numbered_checkout(kMany - 1), {0, kMany - 1})) << "the newest of them is known";
  int known = 0;
  for (int i = 0; i < kMany; ++i) known += table->is_last(numbered_checkout(i), {0, i}) ? 1 : 0;
  EXPECT_LT(known, 1 << 20) << "the others make room";
  // What is not known any more is never told wrongly, and another process goes on with the table.
  EXPECT_FALSE(table->is_last(numbered_checkout(kMany - 1), {0, kMany}));
  table = LastEditsFile::open(file).value();
  EXPECT_EQ(std::filesystem::file_size(file), size);
  EXPECT_TRUE(table->is_last(numbered_checkout(kMany - 1), {0, kMany - 1}));
}

}  // namespace
}  // namespace kassa::platform
