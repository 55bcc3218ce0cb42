#include "services/platform/config/settings.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include "services/platform/config/values.hpp"

namespace kassa::platform {
namespace {

// Started from the root of the project (ctest does). KASSA_UPDATE_DOCS=1 rewrites the page.
TEST(Settings, the_documentation_tells_what_the_table_holds) {
  constexpr const char* path = "docs/configuration.md";
  if (std::getenv("KASSA_UPDATE_DOCS") != nullptr) std::ofstream(path) << settings_documentation();
  std::ifstream page(path);
  ASSERT_TRUE(page) << "start this test from the root of the project";
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(page), {}), settings_documentation())
      << "run again with KASSA_UPDATE_DOCS=1";
}

TEST(Settings, keys_are_unique_and_every_setting_can_be_set) {
  std::set<std::string_view> keys;
  for (const auto& setting : settings()) {
    EXPECT_TRUE(keys.insert(setting.key).second) << setting.key;
    EXPECT_NE(setting.sources, 0U) << setting.key;
    EXPECT_NE(setting.commands, 0U) << setting.key;
    EXPECT_NE(setting.allowed, "") << setting.key;
  }
}

TEST(Settings, the_defaults_told_are_the_defaults_used) {
  Config told;
  for (const auto& setting : settings()) {
    const bool literal = setting.initial.find(' ') == std::string_view::npos && setting.initial != kRequired;
    if (!literal || setting.initial.empty()) continue;
    EXPECT_TRUE(setting.apply(told, setting.initial)) << setting.key;
  }
  const auto used = load_config({"serve", "--data", "d"}, {}).value();
  EXPECT_EQ(told.admin.address, used.admin.address);
  EXPECT_EQ(told.admin.port, used.admin.port);
  EXPECT_EQ(told.threads, used.threads);
  EXPECT_EQ(told.log_level, used.log_level);
  EXPECT_EQ(told.group_commit_max, used.group_commit_max);
  EXPECT_EQ(told.drain_time, used.drain_time);
  EXPECT_EQ(told.probe_time, used.probe_time);
  EXPECT_EQ(told.sessions, used.sessions);
  EXPECT_EQ(told.is_api && told.is_worker, used.is_api && used.is_worker);
  EXPECT_EQ(told.header_time, used.header_time);
  EXPECT_EQ(told.body_time, used.body_time);
  EXPECT_EQ(told.idle_time, used.idle_time);
  EXPECT_EQ(told.connections_max, used.connections_max);
  EXPECT_EQ(told.connections_per_address_max, used.connections_per_address_max);
  EXPECT_EQ(told.session_cache_mb, used.session_cache_mb);
  EXPECT_EQ(told.rate_public, used.rate_public);
  EXPECT_EQ(told.rate_read, used.rate_read);
  EXPECT_EQ(told.rate_write, used.rate_write);
  EXPECT_EQ(told.rate_create, used.rate_create);
  EXPECT_EQ(told.rate_gateway, used.rate_gateway);
  EXPECT_EQ(told.rate_admin, used.rate_admin);
  EXPECT_EQ(told.rate_limit_loopback, used.rate_limit_loopback);
  EXPECT_EQ(told.outgoing_ports, used.outgoing_ports);
  EXPECT_EQ(told.currency, used.currency);
}

TEST(Values, rates) {
  const struct {
    const char* text;
    Rate rate;
  } good[] = {{"200", {200, 400}}, {"200/50", {200, 50}},           {"0", {0, 1}},
              {"0/9", {0, 9}},     {"1000000", {1000000, 1000000}}, {"1/1", {1, 1}}};
  for (const auto& c : good) EXPECT_EQ(read_rate(c.text), c.rate) << c.text;
  for (const char* bad : {"", "/", "5/", "/5", "5/0", "-1", "1000001", "5/1000001", "5/5/5", "5 /5", "1.5"}) {
    EXPECT_FALSE(read_rate(bad)) << bad;
  }
}

TEST(Values, endpoints) {
  const struct {
    const char* text;
    const char* address;
    int port;
  } good[] = {{"127.0.0.1:1", "127.0.0.1", 1},
              {"0.0.0.0:65535", "0.0.0.0", 65535},
              {"[::1]:0", "::1", 0},
              {"localhost:80", "127.0.0.1", 80},
              {"[2001:db8::1]:443", "2001:db8::1", 443}};
  for (const auto& row : good) {
    const auto endpoint = read_endpoint(row.text, true);
    ASSERT_TRUE(endpoint) << row.text;
    EXPECT_EQ(endpoint->address, row.address);
    EXPECT_EQ(endpoint->port, row.port);
  }
  for (const char* bad : {"", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1",
                          "127.0.0.1: 1", "127.0.0.1:1x", "::1:80", "[::1]", "[::1:80", "[127.0.0.1]:80", "host:80",
                          "1.2.3:80", "127.1:80", "0x7f.0.0.1:80", "http://127.0.0.1:80"}) {
    EXPECT_FALSE(read_endpoint(bad, true)) << bad;
  }
}

TEST(Values, public_urls) {
  for (const char* good : {"https://shop.example", "https://shop.example:8443", "http://127.0.0.1:8080",
                           "http://localhost", "https://[2001:db8::1]:443", "http://[::1]:1"}) {
    EXPECT_TRUE(is_public_url(good)) << good;
  }
  for (const char* bad : {"", "shop.example", "http://shop.example", "https://", "https://a/b", "https://a?x",
                          "https://u@a", "https://a:0", "https://a:", "ftp://a", "https://a b", "https://a:b"}) {
    EXPECT_FALSE(is_public_url(bad)) << bad;
  }
}

TEST(Values, whole_numbers_and_ports) {
  EXPECT_EQ(read_whole("7", 0, 10), 7);
  for (const char* bad : {"", " 7", "7 ", "+7", "0x7", "7.0", "11", "-1", "99999999999999999999"}) {
    EXPECT_FALSE(read_whole(bad, 0, 10)) << bad;
  }
  EXPECT_TRUE(read_ports("443,8443"));
  for (const char* bad : {"", ",", "443,", "0", "65536", "443 8443"}) EXPECT_FALSE(read_ports(bad)) << bad;
}

}  // namespace
}  // namespace kassa::platform
