// TLS 1.3 and nothing older, over real sockets, and the certificate that development servers make for
// themselves.

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/support/temporary_folder.hpp"
#include "tests/unit/http/raw_client.hpp"
#include "tests/unit/http/test_server.hpp"

namespace kassa::platform {
namespace {

const std::string kTlsGet = "GET /any HTTP/1.1\r\nHost: localhost\r\n\r\n";
constexpr std::string_view kAlpnHttp11 = "\x08http/1.1";
constexpr std::string_view kAlpnH2AndHttp11 = "\x02h2\x08http/1.1";
constexpr std::string_view kAlpnH2 = "\x02h2";

class HttpTls : public ::testing::Test {
 protected:
  HttpTls() {
    options_.certificate_file = (folder_.path() / "certificate.pem").string();
    options_.key_file = (folder_.path() / "key.pem").string();
    ensure(ensure_development_certificate(options_.certificate_file, options_.key_file).has_value(), "certificate");
  }

  TemporaryFolder folder_;
  ListenerOptions options_;
};

TEST_F(HttpTls, version_1_3_is_accepted_and_the_certificate_verifies_for_localhost) {
  TestServer server({}, options_);
  RawClient client(server.port());
  ASSERT_TRUE(client.start_tls(TLS1_3_VERSION, options_.certificate_file));
  const Answer answer = client.exchange(kTlsGet);
  EXPECT_EQ(answer.body, "/any");
  EXPECT_TRUE(answer.has("Strict-Transport-Security: max-age=63072000; includeSubDomains"));
  int signature = 0;
  EXPECT_EQ(SSL_get_peer_signature_type_nid(client.ssl(), &signature), 1);
  EXPECT_EQ(signature, EVP_PKEY_EC);
  EXPECT_EQ(SSL_SESSION_get_max_early_data(SSL_get0_session(client.ssl())), 0U);
}

TEST_F(HttpTls, version_1_2_is_refused) {
  TestServer server({}, options_);
  RawClient client(server.port());
  EXPECT_FALSE(client.start_tls(TLS1_2_VERSION, options_.certificate_file));
  RawClient modern(server.port());
  EXPECT_TRUE(modern.start_tls(TLS1_3_VERSION, options_.certificate_file));
}

TEST_F(HttpTls, alpn_chooses_http_1_1_and_refuses_a_client_that_wants_h2_only) {
  TestServer server({}, options_);
  for (const std::string_view protocols : {kAlpnHttp11, kAlpnH2AndHttp11}) {
    RawClient client(server.port());
    ASSERT_TRUE(client.start_tls(TLS1_3_VERSION, options_.certificate_file, protocols));
    const unsigned char* chosen = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(client.ssl(), &chosen, &size);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(chosen), size), "http/1.1");
  }
  RawClient client(server.port());
  EXPECT_FALSE(client.start_tls(TLS1_3_VERSION, options_.certificate_file, kAlpnH2));
}

TEST_F(HttpTls, plain_bytes_on_a_tls_port_end_the_connection) {
  TestServer server({}, options_);
  RawClient client(server.port());
  client.send(kTlsGet);
  EXPECT_EQ(client.receive().status, 0);
  EXPECT_TRUE(server.dispatcher.seen().empty());
}

TEST_F(HttpTls, keep_alive_pipelining_and_large_bodies_work_over_tls) {
  TestServer server({}, options_);
  RawClient client(server.port());
  ASSERT_TRUE(client.start_tls(TLS1_3_VERSION, options_.certificate_file));
  client.send(kTlsGet + kTlsGet);
  EXPECT_EQ(client.receive().body, "/any");
  EXPECT_EQ(client.receive().body, "/any");
  const std::string body(90'000, 'x');
  EXPECT_EQ(client.exchange("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\n\r\n" + body).body, body);
  client.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n" + kTlsGet);
  EXPECT_EQ(client.receive().body, std::string(TinyDispatcher::kBigBytes, 'b'));
  EXPECT_EQ(client.receive().body, "/any");
}

TEST_F(HttpTls, a_refusal_ends_with_a_proper_goodbye) {
  TestServer server({}, options_);
  RawClient client(server.port());
  ASSERT_TRUE(client.start_tls(TLS1_3_VERSION, options_.certificate_file));
  EXPECT_EQ(client.exchange("GET /any HTTP/1.1\r\n\r\n").status, 400);
  EXPECT_TRUE(client.is_closed());
  EXPECT_NE(SSL_get_shutdown(client.ssl()) & SSL_RECEIVED_SHUTDOWN, 0);
}

TEST_F(HttpTls, handshakes_in_flight_are_capped) {
  ServerLimits limits;
  limits.handshakes_max = 1;
  TestServer server(limits, options_);
  RawClient silent(server.port());
  RawClient refused(server.port());
  EXPECT_FALSE(refused.start_tls(TLS1_3_VERSION, options_.certificate_file));
  ASSERT_TRUE(silent.start_tls(TLS1_3_VERSION, options_.certificate_file));
  EXPECT_EQ(silent.exchange(kTlsGet).status, 200);
  RawClient next(server.port());
  EXPECT_TRUE(next.start_tls(TLS1_3_VERSION, options_.certificate_file));
}

TEST_F(HttpTls, the_development_certificate_is_narrow_and_its_key_private) {
  struct stat facts{};
  ASSERT_EQ(::stat(options_.key_file.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  std::unique_ptr<BIO, decltype(&BIO_free_all)> file(BIO_new_file(options_.certificate_file.c_str(), "r"),
                                                     BIO_free_all);
  std::unique_ptr<X509, decltype(&X509_free)> certificate(PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr),
                                                          X509_free);
  ASSERT_NE(certificate, nullptr);
  EXPECT_EQ(X509_check_host(certificate.get(), "localhost", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "127.0.0.1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "::1", 0), 1);
  EXPECT_NE(X509_check_host(certificate.get(), "example.com", 0, 0, nullptr), 1);
  int days = 0;
  int seconds = 0;
  ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(certificate.get()), X509_get0_notAfter(certificate.get()));
  EXPECT_EQ(days, 397);
}

TEST_F(HttpTls, an_existing_pair_is_kept_and_half_a_pair_is_replaced) {
  const auto read = [](const std::string& path) {
    std::ifstream file(path);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const std::string first = read(options_.certificate_file);
  ASSERT_TRUE(ensure_development_certificate(options_.certificate_file, options_.key_file).has_value());
  EXPECT_EQ(read(options_.certificate_file), first);
  std::filesystem::remove(options_.key_file);
  ASSERT_TRUE(ensure_development_certificate(options_.certificate_file, options_.key_file).has_value());
  EXPECT_NE(read(options_.certificate_file), first);
  EXPECT_FALSE(ensure_development_certificate("/proc/no/c.pem", "/proc/no/k.pem").has_value());
}

TEST_F(HttpTls, a_listener_without_a_usable_certificate_does_not_start) {
  asio::io_context context;
  TinyDispatcher dispatcher;
  QuietLog log;
  CountingMetrics metrics;
  options_.key_file += ".missing";
  Server server({&context}, options_, dispatcher, log, metrics);
  EXPECT_FALSE(server.start().has_value());
}

}  // namespace
}  // namespace kassa::platform
