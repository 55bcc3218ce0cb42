#include "services/protocol/auth.hpp"

#include <gtest/gtest.h>

#include "services/protocol/cors.hpp"

namespace kassa::protocol {
namespace {

class OneKeyStore final : public ports::StoreDirectory {
 public:
  [[nodiscard]] std::optional<StoreId> by_host(std::string_view host) const override {
    if (host == "shop.example") return StoreId{"store_host"};
    return std::nullopt;
  }
  [[nodiscard]] std::optional<ports::KnownKey> by_key(std::string_view key) const override {
    if (key != "sk_good" && key != "pk_good") return std::nullopt;
    ports::KnownKey known;
    known.store = StoreId{"store_key"};
    known.key_id = "k_1";
    known.kind = key.starts_with("pk") ? ports::KeyKind::kPublishable : ports::KeyKind::kSecret;
    return known;
  }
};

using HeaderViews = std::vector<std::pair<std::string_view, std::string_view>>;

http::Request with(HeaderViews headers) {
  http::Request request;
  request.headers = std::move(headers);
  return request;
}

struct KeyCase {
  const char* name;
  HeaderViews headers;
  Errc code;
  bool key;
};

class Keys : public testing::TestWithParam<KeyCase> {};

TEST_P(Keys, are_known_or_refused) {
  const OneKeyStore directory;
  const auto key = presented_key(with(GetParam().headers), directory);
  EXPECT_EQ(key ? Errc::kOk : key.error().code, GetParam().code);
  EXPECT_EQ(key && key.value().has_value(), GetParam().key);
}

const KeyCase kKeyCases[] = {
    {"none", {}, Errc::kOk, false},
    {"bearer", {{"Authorization", "Bearer sk_good"}}, Errc::kOk, true},
    {"bearer_in_lower_case", {{"authorization", "bearer  sk_good"}}, Errc::kOk, true},
    {"x_api_key", {{"X-API-Key", "pk_good"}}, Errc::kOk, true},
    {"both_the_same", {{"Authorization", "Bearer sk_good"}, {"X-API-Key", "sk_good"}}, Errc::kOk, true},
    {"both_different", {{"Authorization", "Bearer sk_good"}, {"X-API-Key", "pk_good"}}, Errc::kUnauthorized, false},
    {"unknown", {{"Authorization", "Bearer sk_bad"}}, Errc::kUnauthorized, false},
    {"basic", {{"Authorization", "Basic c2tfZ29vZA=="}}, Errc::kUnauthorized, false},
    {"empty_bearer", {{"Authorization", "Bearer "}}, Errc::kUnauthorized, false},
};
INSTANTIATE_TEST_SUITE_P(All, Keys, testing::ValuesIn(kKeyCases),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(StoreOfRequest, is_the_keys_else_the_hosts) {
  const OneKeyStore directory;
  const auto key = directory.by_key("sk_good");
  EXPECT_EQ(store_of(with({{"Host", "shop.example"}}), key, directory).value().value, "store_key");
  EXPECT_EQ(store_of(with({{"Host", "shop.example"}}), std::nullopt, directory).value().value, "store_host");
  EXPECT_EQ(store_of(with({{"Host", "other.example"}}), std::nullopt, directory).error().code, Errc::kNotFound);
}

TEST(Cors, lets_only_listed_pages_use_a_publishable_key) {
  const OneKeyStore directory;
  ports::StoreSettings settings;
  settings.cors_origins = {"https://shop.example"};
  const auto publishable = directory.by_key("pk_good");
  EXPECT_TRUE(check_origin(with({{"Origin", "https://shop.example"}}), publishable, settings));
  EXPECT_TRUE(check_origin(with({}), publishable, settings));
  EXPECT_FALSE(check_origin(with({{"Origin", "https://shop.example.evil.example"}}), publishable, settings));
  EXPECT_FALSE(check_origin(with({{"Origin", "null"}}), publishable, settings));
  EXPECT_TRUE(check_origin(with({{"Origin", "https://evil.example"}}), directory.by_key("sk_good"), settings));
}

TEST(Cors, tells_only_listed_pages_that_they_may_read) {
  ports::StoreSettings settings;
  settings.cors_origins = {"https://shop.example"};
  const auto listed = cors_headers(with({{"Origin", "https://shop.example"}}), settings);
  EXPECT_EQ(listed.at(1), (std::pair<std::string, std::string>("Access-Control-Allow-Origin", "https://shop.example")));
  EXPECT_EQ(cors_headers(with({{"Origin", "https://evil.example"}}), settings).size(), 1U);  // Vary only.
  EXPECT_TRUE(cors_headers(with({}), settings).empty());
  EXPECT_EQ(preflight(with({{"Origin", "https://shop.example"}}), settings).status, 204);
  EXPECT_EQ(preflight(with({{"Origin", "https://evil.example"}}), settings).status, 403);
}

}  // namespace
}  // namespace kassa::protocol
