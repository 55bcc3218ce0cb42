// What proxies say about their clients: believed from listed peers only, hop by hop.

#include "services/platform/server/proxies.hpp"

#include <gtest/gtest.h>

#include "services/platform/server/proxy_header.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/http/raw_client.hpp"
#include "tests/unit/http/test_server.hpp"

namespace kassa::platform {
namespace {

using namespace std::string_literals;

const std::string kProxySignature = "\r\n\r\n\0\r\nQUIT\n"s;

ListenerOptions behind(const std::string& listed, ProxyHeader header = ProxyHeader::kXForwardedFor) {
  ListenerOptions options = TestServer::plain();
  options.proxies = Networks::parse(listed).value();
  options.proxy_header = header;
  return options;
}

std::string facts_with(const std::string& headers) { return "GET /facts HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n"; }

std::string client_in(const Answer& answer) { return answer.body.substr(answer.body.rfind('|') + 1); }

/// A header of version 2; the addresses are the bytes of the client and of the proxy, then both ports.
std::string proxy_v2(char command, char family, const std::string& rest) {
  std::string out = kProxySignature + command + family;
  out += static_cast<char>(rest.size() / 256);
  out += static_cast<char>(rest.size() % 256);
  return out + rest;
}

std::string tcp4(const std::string& client) { return proxy_v2('\x21', '\x11', client + "\x7f\0\0\1\x30\x39\0\x50"s); }

TEST(ProxyNetworks, are_addresses_and_prefixes_without_stray_bits) {
  for (const char* bad :
       {"", ",", "a", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "::/129",
        "2001:db8::1/32", "fe80::1%lo", "10.0.0.0/8,,::1", "10.0.0.0/8 ::1", "localhost", "[::1]"}) {
    EXPECT_FALSE(Networks::parse(bad)) << bad;
  }
  const auto networks = Networks::parse("10.0.0.0/8, 192.0.2.7 ,2001:db8::/33,::1").value();
  for (const char* inside : {"10.255.0.1", "192.0.2.7", "2001:db8:7fff::1", "::1"}) {
    EXPECT_TRUE(networks.contain(ip::make_address(inside))) << inside;
  }
  for (const char* outside : {"11.0.0.1", "192.0.2.6", "2001:db8:8000::1", "::2", "::ffff:10.0.0.1", "0.0.0.1"}) {
    EXPECT_FALSE(networks.contain(ip::make_address(outside))) << outside;
  }
  EXPECT_TRUE(Networks::parse("0.0.0.0/0").value().contain(ip::make_address("203.0.113.1")));
  EXPECT_FALSE(Networks::parse("0.0.0.0/0").value().contain(ip::make_address("::1")));
  EXPECT_TRUE(Networks::parse("::/0").value().contain(ip::make_address("2001:db8::1")));
}

TEST(ProxyClient, is_the_nearest_hop_that_is_not_listed) {
  const auto listed = Networks::parse("10.0.0.0/8, 2001:db8::/32").value();
  const auto peer = ip::make_address("10.0.0.1");
  const struct {
    const char* name;
    ProxyHeader header;
    std::vector<std::pair<std::string_view, std::string_view>> headers;
    const char* client;
  } cases[] = {
      {"one hop", ProxyHeader::kXForwardedFor, {{"X-Forwarded-For", "203.0.113.9"}}, "203.0.113.9"},
      {"what the client made up stands further left",
       ProxyHeader::kXForwardedFor,
       {{"x-forwarded-for", "127.0.0.1, 198.51.100.1, 203.0.113.9"}},
       "203.0.113.9"},
      {"listed hops are passed",
       ProxyHeader::kXForwardedFor,
       {{"X-FORWARDED-FOR", "203.0.113.9,10.1.1.1,10.2.2.2"}},
       "203.0.113.9"},
      {"several fields are one list",
       ProxyHeader::kXForwardedFor,
       {{"X-Forwarded-For", "198.51.100.1"}, {"Host", "a"}, {"X-Forwarded-For", "203.0.113.9, 10.1.1.1"}},
       "203.0.113.9"},
      {"all are listed", ProxyHeader::kXForwardedFor, {{"X-Forwarded-For", "10.3.3.3, 10.1.1.1"}}, "10.3.3.3"},
      {"nothing was said", ProxyHeader::kXForwardedFor, {{"Host", "a"}}, "10.0.0.1"},
      {"nonsense ends the trail",
       ProxyHeader::kXForwardedFor,
       {{"X-Forwarded-For", "203.0.113.9, unknown, 10.1.1.1"}},
       "10.1.1.1"},
      {"an empty element, too", ProxyHeader::kXForwardedFor, {{"X-Forwarded-For", "203.0.113.9,"}}, "10.0.0.1"},
      {"a zone means nothing here", ProxyHeader::kXForwardedFor, {{"X-Forwarded-For", "fe80::1%eth0"}}, "10.0.0.1"},
      {"with a port", ProxyHeader::kXForwardedFor, {{"X-Forwarded-For", "203.0.113.9:4711"}}, "203.0.113.9"},
      {"IPv6", ProxyHeader::kXForwardedFor, {{"X-Forwarded-For", "2001:db9::1"}}, "2001:db9::1"},
      {"IPv6 with a port", ProxyHeader::kXForwardedFor, {{"X-Forwarded-For", "[2001:db9::1]:80"}}, "2001:db9::1"},
      {"IPv4 inside IPv6", ProxyHeader::kXForwardedFor, {{"X-Forwarded-For", "::ffff:203.0.113.9"}}, "203.0.113.9"},
      {"the other header is not ours", ProxyHeader::kXForwardedFor, {{"Forwarded", "for=203.0.113.9"}}, "10.0.0.1"},
      {"nor the other way round", ProxyHeader::kForwarded, {{"X-Forwarded-For", "203.0.113.9"}}, "10.0.0.1"},
      {"Forwarded",
       ProxyHeader::kForwarded,
       {{"Forwarded", "for=198.51.100.1, proto=https;For=203.0.113.9;by=x"}},
       "203.0.113.9"},
      {"Forwarded, quoted", ProxyHeader::kForwarded, {{"Forwarded", "for=\"[2001:db9::17]:4711\""}}, "2001:db9::17"},
      {"Forwarded, hidden", ProxyHeader::kForwarded, {{"Forwarded", "for=203.0.113.9, for=_gazonk"}}, "10.0.0.1"},
      {"Forwarded, without for", ProxyHeader::kForwarded, {{"Forwarded", "for=203.0.113.9, by=10.0.0.9"}}, "10.0.0.1"},
      {"Forwarded, half a quote", ProxyHeader::kForwarded, {{"Forwarded", "for=\"203.0.113.9"}}, "10.0.0.1"},
      {"Forwarded, half a bracket", ProxyHeader::kForwarded, {{"Forwarded", "for=\"[2001:db9::17\""}}, "10.0.0.1"},
  };
  for (const auto& row : cases) {
    http::Request request;
    request.headers = row.headers;
    EXPECT_EQ(client_behind(peer, request, row.header, listed).to_string(), row.client) << row.name;
  }
}

TEST(ProxyClient, of_another_machine_is_on_no_loopback_address) {
  const auto listed = Networks::parse("10.0.0.0/8").value();
  const std::pair<const char*, const char*> cases[] = {
      {"127.0.0.1, 10.1.1.1", "10.1.1.1"},  // A listed hop passes on what a client made up.
      {"203.0.113.9, 127.8.8.8, 10.1.1.1", "10.1.1.1"},
      {"::1", "10.0.0.1"},
      {"[::1]:80", "10.0.0.1"},
      {"::ffff:127.0.0.1", "10.0.0.1"},
      {"0.0.0.0", "10.0.0.1"},
      {"::", "10.0.0.1"},
  };
  for (const auto& [hops, client] : cases) {
    http::Request request;
    request.headers = {{"X-Forwarded-For", hops}};
    const auto peer = ip::make_address("10.0.0.1");
    EXPECT_EQ(client_behind(peer, request, ProxyHeader::kXForwardedFor, listed).to_string(), client) << hops;
  }
}

TEST(ProxyClient, may_be_local_to_a_local_proxy) {
  const auto listed = Networks::parse("127.0.0.1, 10.0.0.0/8").value();
  const std::pair<const char*, const char*> cases[] = {
      {"127.0.0.2", "127.0.0.2"}, {"::1", "::1"}, {"127.0.0.2, 10.1.1.1", "127.0.0.2"}};
  for (const auto& [header, client] : cases) {
    http::Request request;
    request.headers = {{"X-Forwarded-For", header}};
    const auto peer = ip::make_address("127.0.0.1");
    EXPECT_EQ(client_behind(peer, request, ProxyHeader::kXForwardedFor, listed).to_string(), client) << header;
  }
}

TEST(HttpProxies, a_listed_proxy_is_believed_for_each_request_anew) {
  TestServer server({}, behind("127.0.0.0/8"));
  RawClient client(server.port());
  EXPECT_EQ(client_in(client.exchange(facts_with("X-Forwarded-For: 203.0.113.1\r\n"))), "203.0.113.1");
  EXPECT_EQ(client_in(client.exchange(facts_with("X-Forwarded-For: 203.0.113.2\r\n"))), "203.0.113.2");
  EXPECT_EQ(client_in(client.exchange(facts_with(""))), "127.0.0.1");
}

TEST(HttpProxies, whoever_is_not_listed_is_not_believed) {
  for (const auto header : {ProxyHeader::kXForwardedFor, ProxyHeader::kForwarded}) {
    TestServer server({}, behind("10.0.0.0/8", header));
    RawClient client(server.port());
    const std::string lies = "X-Forwarded-For: 203.0.113.1\r\nForwarded: for=203.0.113.1\r\n";
    EXPECT_EQ(client_in(client.exchange(facts_with(lies))), "127.0.0.1");
  }
}

TEST(HttpProxies, one_proxy_may_hold_more_connections_than_one_client) {
  ServerLimits limits;
  limits.connections_per_address_max = 1;
  TestServer server(limits, behind("127.0.0.1"));
  RawClient one(server.port());
  RawClient two(server.port());
  EXPECT_EQ(one.exchange(facts_with("")).status, 200);
  EXPECT_EQ(two.exchange(facts_with("")).status, 200);
}

TEST(ProxyProtocol, the_client_of_the_connection_is_who_the_proxy_says) {
  TestServer server({}, behind("127.0.0.1", ProxyHeader::kProxyV2));
  const std::string tcp6 =
      proxy_v2('\x21', '\x21', "\x20\x01\x0d\xb8"s + std::string(12, '\0') + std::string(20, '\1'));
  const std::string mapped =
      proxy_v2('\x21', '\x21', std::string(10, '\0') + "\xff\xff\xcb\0\x71\x05"s + std::string(20, '\1'));
  const std::string more = proxy_v2('\x21', '\x11', "\xcb\0\x71\x05\x7f\0\0\1\x30\x39\0\x50\x03\0\4abcd"s);
  const std::pair<std::string, const char*> cases[] = {
      {tcp4("\xcb\0\x71\x05"s), "203.0.113.5"},
      {tcp6, "2001:db8::"},
      {mapped, "203.0.113.5"},
      {more, "203.0.113.5"},
      {proxy_v2('\x20', '\0', ""), "127.0.0.1"},
      {proxy_v2('\x21', '\0', "any"), "127.0.0.1"},
  };
  for (const auto& [header, told] : cases) {
    RawClient client(server.port());
    client.send(header);
    EXPECT_EQ(client_in(client.exchange(facts_with("X-Forwarded-For: 198.51.100.1\r\n"))), told);
    EXPECT_EQ(client_in(client.exchange(facts_with(""))), told) << "and of its next request";
  }
}

TEST(ProxyProtocol, nobody_is_local_to_another_machine) {
  const auto elsewhere = ip::make_address("10.0.0.1");
  const auto here = ip::make_address("127.0.0.1");
  const std::string local = tcp4("\x7f\0\0\2"s);
  const std::span bytes(reinterpret_cast<const unsigned char*>(local.data()), local.size());
  const auto prefix = bytes.first(kProxyPrefixBytes);
  const auto rest = bytes.subspan(kProxyPrefixBytes);
  EXPECT_EQ(proxied_client(prefix, rest, elsewhere).value().to_string(), "10.0.0.1");
  EXPECT_EQ(proxied_client(prefix, rest, here).value().to_string(), "127.0.0.2");
}

TEST(ProxyProtocol, a_header_may_arrive_byte_by_byte_with_the_request_right_behind) {
  TestServer server({}, behind("127.0.0.1", ProxyHeader::kProxyV2));
  RawClient client(server.port());
  const std::string header = tcp4("\xcb\0\x71\x05"s);
  for (const char byte : header) client.send({&byte, 1});
  EXPECT_EQ(client_in(client.exchange(facts_with(""))), "203.0.113.5");
  RawClient at_once(server.port());
  EXPECT_EQ(client_in(at_once.exchange(header + facts_with(""))), "203.0.113.5");
}

TEST(ProxyProtocol, malformed_headers_are_not_answered) {
  TestServer server({}, behind("127.0.0.1", ProxyHeader::kProxyV2));
  const std::string bad[] = {
      facts_with(""),                                                     // None at all.
      "PROXY TCP4 203.0.113.5 127.0.0.1 1 2\r\n" + facts_with(""),        // Version 1.
      proxy_v2('\x11', '\x11', std::string(12, '\1')) + facts_with(""),   // A version that is none.
      proxy_v2('\x22', '\x11', std::string(12, '\1')) + facts_with(""),   // An unknown command.
      proxy_v2('\x21', '\x12', std::string(12, '\1')) + facts_with(""),   // UDP.
      proxy_v2('\x21', '\x31', std::string(216, '\1')) + facts_with(""),  // A Unix socket.
      proxy_v2('\x21', '\x11', std::string(11, '\1')) + facts_with(""),   // Too short for its addresses.
      proxy_v2('\x21', '\x21', std::string(35, '\1')) + facts_with(""),
      proxy_v2('\x21', '\x11', std::string(1'025, '\1')) + facts_with(""),  // Too long.
  };
  for (const std::string& bytes : bad) {
    RawClient client(server.port());
    client.send(bytes);
    EXPECT_TRUE(client.is_closed()) << bytes.substr(0, 40);
  }
  EXPECT_TRUE(server.dispatcher.seen().empty());
  EXPECT_EQ(server.metrics.value("http_connections_refused_total{proxy_header}"), 9);
}

TEST(ProxyProtocol, half_a_header_is_cut_off) {
  ServerLimits limits;
  limits.handshake_time = std::chrono::milliseconds{60};
  TestServer server(limits, behind("127.0.0.1", ProxyHeader::kProxyV2));
  RawClient client(server.port());
  client.send(tcp4("\xcb\0\x71\x05"s).substr(0, 20));
  EXPECT_TRUE(client.is_closed());
}

TEST(ProxyProtocol, an_unlisted_peer_cannot_begin_with_one) {
  TestServer server({}, behind("10.0.0.0/8", ProxyHeader::kProxyV2));
  RawClient liar(server.port());
  const Answer answer = liar.exchange(tcp4("\xcb\0\x71\x05"s) + facts_with(""));
  EXPECT_EQ(answer.status, 400);
  EXPECT_TRUE(server.dispatcher.seen().empty());
  RawClient honest(server.port());
  EXPECT_EQ(client_in(honest.exchange(facts_with(""))), "127.0.0.1");
}

TEST(ProxyProtocol, clients_behind_a_proxy_have_their_share_of_connections_each) {
  ServerLimits limits;
  limits.connections_per_address_max = 1;
  TestServer server(limits, behind("127.0.0.1", ProxyHeader::kProxyV2));
  const std::string one = tcp4("\xcb\0\x71\x01"s);
  RawClient other(server.port());
  {
    RawClient first(server.port());
    EXPECT_EQ(first.exchange(one + facts_with("")).status, 200);
    RawClient second(server.port());
    second.send(one);
    EXPECT_TRUE(second.is_closed());
    EXPECT_EQ(other.exchange(tcp4("\xcb\0\x71\x02"s) + facts_with("")).status, 200);
  }
  // What ends gives its place back; the server may hear of it a moment later.
  for (bool served = false; !served;) {
    RawClient again(server.port());
    served = again.exchange(one + facts_with("")).status == 200;
  }
}

TEST(ProxyProtocol, stands_before_the_handshake_of_tls) {
  TemporaryFolder folder;
  ListenerOptions options = behind("127.0.0.1", ProxyHeader::kProxyV2);
  options.tls = true;
  options.certificate_file = (folder.path() / "certificate.pem").string();
  options.key_file = (folder.path() / "key.pem").string();
  ASSERT_TRUE(ensure_development_certificate(options.certificate_file, options.key_file));
  TestServer server({}, options);
  RawClient client(server.port());
  client.send(tcp4("\xcb\0\x71\x05"s));
  ASSERT_TRUE(client.start_tls(TLS1_3_VERSION, options.certificate_file));
  EXPECT_EQ(client_in(client.exchange(facts_with(""))), "203.0.113.5");
}

}  // namespace
}  // namespace kassa::platform
