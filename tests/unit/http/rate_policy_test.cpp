// Which class a route falls under, and what counts as one address.

#include "services/http/rate_policy.hpp"

#include <gtest/gtest.h>

namespace kassa::http {
namespace {

TEST(RateClass, follows_from_role_and_method) {
  const struct {
    Method method;
    Role role;
    std::string_view word;
  } cases[] = {
      {Method::kGet, Role::kPublic, "public"},    {Method::kOptions, Role::kPublic, "public"},
      {Method::kPost, Role::kSandbox, "public"},  {Method::kGet, Role::kPlatform, "read"},
      {Method::kPost, Role::kPlatform, "write"},  {Method::kPut, Role::kPlatform, "write"},
      {Method::kPost, Role::kGateway, "gateway"}, {Method::kGet, Role::kAdmin, "admin"},
      {Method::kGet, Role::kBackend, "admin"},
  };
  for (const auto& c : cases) {
    const Route route{c.method, "/", c.role, 0, {}};
    EXPECT_EQ(to_text(rate_class_of(route)), c.word) << to_text(c.method);
  }
}

TEST(ClientAddress, is_the_address_or_the_ipv6_network_of_one_customer) {
  const struct {
    std::string_view text;
    std::string_view block;
    bool loopback;
  } cases[] = {
      {"192.0.2.7", "192.0.2.7", false},
      {"127.0.0.1", "127.0.0.1", true},
      {"127.9.9.9", "127.9.9.9", true},
      {"::1", "::/64", true},
      {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", false},
      {"2001:db8:1:2:ffff::1", "2001:db8:1:2::/64", false},
      {"2001:db8:1:3::1", "2001:db8:1:3::/64", false},
      {"no address", "no address", false},
      {"", "", false},
  };
  for (const auto& c : cases) {
    const ClientAddress client = client_address(c.text);
    EXPECT_EQ(client.block, c.block) << c.text;
    EXPECT_EQ(client.loopback, c.loopback) << c.text;
  }
}

}  // namespace
}  // namespace kassa::http
