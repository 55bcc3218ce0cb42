#include <gtest/gtest.h>

#include "services/platform/client/client.hpp"
#include "services/platform/client/guard.hpp"
#include "services/platform/client/url.hpp"

namespace kassa::platform {
namespace {

namespace ip = asio::ip;

TEST(Guard, knows_addresses_that_must_not_be_reached) {
  for (const char* address :
       {"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1",
        "127.255.255.254", "169.254.169.254", "169.254.0.1", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.170",
        "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9",
        "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
        // IPv6: unspecified, loopback, compatible, mapped
        "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
        "::ffff:0:127.0.0.1",
        // NAT64 (well-known prefix around private addresses, local prefix) and 6to4 around private addresses
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::10.0.0.1", "64:ff9b:1::1",
        "2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:c0a8:101::1",
        // discard, Teredo, benchmarking, ORCHID, documentation, segment routing, unique local, link-local,
        // site-local
        "100::1", "2001::1", "2001:0:7f00:1::", "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1", "3fff::1",
        "3fff:fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "febf::1", "fec0::1", "ff02::1", "ff0e::1",
        "4000::1", "8000::1"}) {
    EXPECT_FALSE(is_public_address(ip::make_address(address))) << address;
  }
}

TEST(Guard, knows_addresses_of_the_open_internet) {
  for (const char* address : {"1.1.1.1",          "8.8.8.8",
                              "9.255.255.255",    "11.0.0.0",
                              "100.63.255.255",   "100.128.0.0",
                              "126.255.255.255",  "128.0.0.1",
                              "169.253.255.255",  "169.255.0.0",
                              "172.15.255.255",   "172.32.0.0",
                              "192.0.1.0",        "192.0.3.0",
                              "192.167.255.255",  "192.169.0.0",
                              "198.17.255.255",   "198.20.0.0",
                              "198.51.99.255",    "203.0.112.255",
                              "223.255.255.255",  "::ffff:8.8.8.8",
                              "64:ff9b::8.8.8.8", "2002:808:808::1",
                              "2001:200::1",      "2001:4860:4860::8888",
                              "2606:4700::1111",  "2a00:1450:4001::1",
                              "2001:db7::1",      "2001:db9::1",
                              "3ffe::1",          "3fff:1000::1"}) {
    EXPECT_TRUE(is_public_address(ip::make_address(address))) << address;
  }
}

TEST(Guard, lets_only_loopback_have_plain_http_and_odd_ports) {
  const ClientOptions options;
  const auto loopback = ip::make_address("127.0.0.1");
  const auto world = ip::make_address("8.8.8.8");
  const auto secure = parse_url("https://a.example/").value();
  const auto plain = parse_url("http://a.example/").value();
  const auto odd = parse_url("https://a.example:8443/").value();
  EXPECT_TRUE(may_call(secure, options, false));
  EXPECT_FALSE(may_call(plain, options, false));
  EXPECT_FALSE(may_call(odd, options, false));
  EXPECT_TRUE(may_call(plain, options, true));
  EXPECT_TRUE(may_call(odd, options, true));
  EXPECT_TRUE(may_connect(world, secure, options, true));
  EXPECT_FALSE(may_connect(world, plain, options, true));
  EXPECT_FALSE(may_connect(world, odd, options, true));
  EXPECT_TRUE(may_connect(loopback, plain, options, true));
  EXPECT_TRUE(may_connect(loopback, odd, options, true));
  EXPECT_FALSE(may_connect(loopback, secure, options, false));
  EXPECT_FALSE(may_connect(ip::make_address("10.0.0.1"), secure, options, true)) << "loopback is not private";
  EXPECT_FALSE(may_connect(ip::make_address("0.0.0.0"), secure, options, true)) << "Linux takes it for loopback";
  ClientOptions more;
  more.ports_allowed = {443, 8443};
  EXPECT_TRUE(may_call(odd, more, false));
  EXPECT_TRUE(may_connect(world, odd, more, false));
}

struct Good {
  const char* text;
  bool tls;
  const char* host;
  int port;
  const char* target;
  const char* header;
};

TEST(Urls, reads_plain_forms) {
  const Good cases[] = {
      {"https://a.example", true, "a.example", 443, "/", "a.example"},
      {"HTTPS://A.Example/x?y=1", true, "a.example", 443, "/x?y=1", "a.example"},
      {"https://a.example?y", true, "a.example", 443, "/?y", "a.example"},
      {"https://a.example:443/", true, "a.example", 443, "/", "a.example"},
      {"https://a.example:8443/", true, "a.example", 8443, "/", "a.example:8443"},
      {"http://127.0.0.1:8080/%20", false, "127.0.0.1", 8080, "/%20", "127.0.0.1:8080"},
      {"http://a_b.example/", false, "a_b.example", 80, "/", "a_b.example"},
      {"https://[2001:db8::1]/", true, "2001:db8::1", 443, "/", "[2001:db8::1]"},
      {"https://[::1]:444/a", true, "::1", 444, "/a", "[::1]:444"},
      {"https://a.example/x@y:z", true, "a.example", 443, "/x@y:z", "a.example"},
  };
  for (const auto& row : cases) {
    const auto url = parse_url(row.text);
    ASSERT_TRUE(url) << row.text;
    EXPECT_EQ(url->tls, row.tls) << row.text;
    EXPECT_EQ(url->host, row.host) << row.text;
    EXPECT_EQ(url->port, row.port) << row.text;
    EXPECT_EQ(url->target, row.target) << row.text;
    EXPECT_EQ(host_header(*url), row.header) << row.text;
  }
}

TEST(Urls, refuses_what_could_fool_a_guard) {
  for (const std::string& text : std::initializer_list<std::string>{"",
                                                                    "a.example",
                                                                    "//a.example/",
                                                                    "ftp://a.example/",
                                                                    "file:///etc/passwd",
                                                                    "https:/a.example",
                                                                    "https://",
                                                                    "https:///x",
                                                                    "https://user@a.example/",
                                                                    "https://user:pass@a.example/",
                                                                    "https://a.example@127.0.0.1/",
                                                                    "https://a.example:/",
                                                                    "https://a.example:0/",
                                                                    "https://a.example:65536/",
                                                                    "https://a.example:+1/",
                                                                    "https://a.example:80x/",
                                                                    "https://a.example:443:443/",
                                                                    "https://2130706433/",
                                                                    "https://0x7f.1/",
                                                                    "https://0x7f000001/",
                                                                    "https://017700000001/",
                                                                    "https://0177.0.0.1/",
                                                                    "https://127.1/",
                                                                    "https://127.0.1/",
                                                                    "https://127.0.0.1./",
                                                                    "https://a.example./",
                                                                    "https://.a.example/",
                                                                    "https://a..example/",
                                                                    "https://1.2.3.4.5/",
                                                                    "https://256.0.0.1/",
                                                                    "https://a.0x1/",
                                                                    "https://[::1/",
                                                                    "https://::1/",
                                                                    "https://[::1]x/",
                                                                    "https://[fe80::1%25eth0]/",
                                                                    "https://[fe80::1%eth0]/",
                                                                    "https://[127.0.0.1]/",
                                                                    "https://[]/",
                                                                    "https://a.example\\@b.example/",
                                                                    "https://a.example/\\x",
                                                                    "https://a.example/#f",
                                                                    "https://a.example#f",
                                                                    "https://a.example/ x",
                                                                    "https://a.example/\r\nX: y",
                                                                    "https://a.example/\x01",
                                                                    "https://a b/",
                                                                    "https://\xC3\xA4.example/",
                                                                    "https://a.example/\xC3\xA4",
                                                                    "https://%31%32%37.0.0.1/",
                                                                    "https://a.example%2f@b/",
                                                                    std::string("https://a.example/\0", 19),
                                                                    " https://a.example/",
                                                                    "https://" + std::string(254, 'a') + "/",
                                                                    "https://a.example/" + std::string(2'048, 'x')}) {
    EXPECT_FALSE(parse_url(text)) << text;
  }
}

}  // namespace
}  // namespace kassa::platform
