#include "services/platform/client/client.hpp"

#include <openssl/rand.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <boost/asio/ssl/context.hpp>

#include "services/base/ensure.hpp"
#include "services/base/text.hpp"
#include "services/platform/client/exchange.hpp"
#include "services/platform/client/guard.hpp"
#include "services/platform/client/pool.hpp"
#include "services/platform/client/resolve.hpp"
#include "services/platform/client/wire.hpp"

namespace kassa::platform {
namespace {

using asio::ip::tcp;
using ports::CallOutcome;
using ports::HttpReply;
using ports::HttpRequest;

constexpr std::chrono::milliseconds kConnectTime{2'000};  // Per address: room for one lost SYN.
constexpr std::size_t kAddressesTriedMax = 4;

// Mozilla's intermediate list for TLS 1.2; TLS 1.3 keeps OpenSSL's default suites.
constexpr const char* kTls12Ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL";

HttpReply not_sent(std::string_view why, CallOutcome before = CallOutcome::kNotSent) {
  HttpReply reply;
  reply.outcome = before;
  reply.error = why;
  return reply;
}

/// Sixteen bytes for each of a trace and a span: that they are all 0 happens to nobody.
template <std::size_t Bytes>
std::string random_hex() {
  std::array<std::byte, Bytes> bytes{};
  ensure(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(Bytes)) == 1, "random bytes");
  return to_hex(bytes);
}

HttpRequest& with_trace(HttpRequest& request) {
  if (request.trace.id.empty()) request.trace.id = random_hex<16>();
  request.headers.emplace_back("traceparent", write_traceparent(request.trace, random_hex<8>()));
  return request;
}

asio::ssl::context make_tls(const ClientOptions& options) {
  asio::ssl::context tls(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(tls.native_handle(), kTls12Ciphers);
  SSL_CTX_set_mode(tls.native_handle(), SSL_MODE_RELEASE_BUFFERS);  // Idle connections stay small.
  tls.set_default_verify_paths();
  for (const auto& file : options.extra_ca_files) tls.load_verify_file(file);
  tls.set_verify_mode(asio::ssl::verify_peer);
  return tls;
}

std::string key_of(const Url& url, bool allow_loopback) {
  // A connection that was allowed to reach loopback must not serve a call that is not.
  return std::string(url.tls ? "s" : "p") + (allow_loopback ? "l:" : ":") + host_header(url);
}

}  // namespace

class Client::Impl {
 public:
  Impl(asio::any_io_executor executor, ClientOptions options, ports::Log& log, ports::Metrics& metrics)
      : executor_(std::move(executor)),
        options_(std::move(options)),
        log_(log),
        metrics_(metrics),
        tls_(make_tls(options_)),
        resolver_(executor_),
        resolver_of_strangers_(executor_) {}

  static asio::awaitable<HttpReply> send(std::shared_ptr<Impl> self, HttpRequest request) {
    const auto started = std::chrono::steady_clock::now();
    const auto url = parse_url(request.url);
    const bool allowed = url && may_call(*url, self->options_, request.allow_loopback);
    HttpReply reply;
    if (!allowed) {
      reply = not_sent("guard");
    } else if (const auto bytes = write_request(with_trace(request), *url); !bytes) {
      reply = not_sent("request");
    } else {
      reply = co_await self->call(request, *url, *bytes);
    }
    self->record(url ? url->host : std::string{}, reply, request.trace, std::chrono::steady_clock::now() - started);
    co_return reply;
  }

 private:
  struct Opened {
    explicit Opened(std::string_view error_) : error(error_) {}
    explicit Opened(std::shared_ptr<OutgoingConnection> connection_) : connection(std::move(connection_)) {}

    std::shared_ptr<OutgoingConnection> connection;  ///< Null: `error` says why.
    std::string_view error;
  };

  asio::awaitable<HttpReply> call(const HttpRequest& request, const Url& url, const std::string& bytes) {
    Deadline deadline(executor_, request.total_time);
    const auto destination = pool_.destination(key_of(url, request.allow_loopback));
    Slot slot(executor_, destination);
    const bool has_slot = co_await slot.acquire(deadline.at());
    if (!has_slot) co_return not_sent("busy");

    bool fresh = false;
    auto before = CallOutcome::kNotSent;  // A first try that may have arrived is not undone by a second that fails.
    while (true) {
      auto connection = fresh ? nullptr : Pool::take(*destination);
      fresh = connection == nullptr;
      if (fresh) {
        auto opened = co_await open(request, url, deadline);
        if (!opened.connection) co_return not_sent(deadline.has_passed() ? "timeout" : opened.error, before);
        connection = std::move(opened.connection);
      }
      deadline.watch(connection);
      if (deadline.has_passed()) co_return not_sent("timeout", before);
      auto done = co_await exchange(*connection, request, bytes);
      if (done.reusable) Pool::give_back(*destination, connection);
      if (done.reply.error == "reset" && deadline.has_passed()) done.reply.error = "timeout";
      if (fresh || !done.repeatable || deadline.has_passed()) co_return std::move(done.reply);
      before = done.reply.outcome;
      fresh = true;  // The pooled connection had gone stale: once more, on a new one.
    }
  }

  asio::awaitable<Opened> open(const HttpRequest& request, const Url& url, Deadline& deadline) {
    std::vector<tcp::endpoint> endpoints;
    if (url.literal) {
      endpoints.emplace_back(*url.literal, url.port);
    } else {
      Resolver& resolver = request.strange ? resolver_of_strangers_ : resolver_;
      endpoints = co_await resolver.resolve(url.host, url.port, deadline.at());
    }
    if (endpoints.empty()) co_return Opened("resolve");
    // One bad address condemns the name: who mixes public and private addresses is up to something.
    const bool all_good = std::all_of(endpoints.begin(), endpoints.end(), [&](const tcp::endpoint& endpoint) {
      return may_connect(endpoint.address(), url, options_, request.allow_loopback);
    });
    if (!all_good) co_return Opened("guard");
    endpoints.resize(std::min(endpoints.size(), kAddressesTriedMax));
    for (const auto& endpoint : endpoints) {
      auto connection = std::make_shared<OutgoingConnection>(executor_, url.tls ? &tls_ : nullptr);
      const auto refused = co_await connect(connection, endpoint, deadline);
      if (refused && deadline.has_passed()) break;
      if (refused) continue;
      const auto bad_tls = co_await connection->handshake(url.host, url.literal.has_value());
      if (bad_tls) co_return Opened("tls");
      co_return Opened(std::move(connection));
    }
    co_return Opened("connect");
  }

  asio::awaitable<boost::system::error_code> connect(std::shared_ptr<OutgoingConnection> connection,
                                                     tcp::endpoint endpoint, Deadline& deadline) {
    deadline.watch(connection);
    Deadline attempt(executor_, kConnectTime);
    attempt.watch(connection);
    const auto error = co_await connection->connect(endpoint);
    co_return error;
  }

  void record(const std::string& host, const HttpReply& reply, const Trace& trace, std::chrono::nanoseconds took) {
    const auto word = word_of(reply.outcome);
    metrics_.count("outgoing_calls", word);
    metrics_.observe("outgoing_call", word, took);
    if (reply.outcome != CallOutcome::kNotSent && reply.outcome != CallOutcome::kUnknown) return;
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
    const std::string_view event = reply.outcome == CallOutcome::kNotSent ? "outgoing.not_sent" : "outgoing.unknown";
    log_.warn(event, {{"host", host},
                      {"error", reply.error},
                      {"status", reply.status},
                      {"ms", std::int64_t{ms}},
                      {"trace", trace.id}});
  }

  asio::any_io_executor executor_;
  ClientOptions options_;
  ports::Log& log_;
  ports::Metrics& metrics_;
  asio::ssl::context tls_;
  Pool pool_;
  Resolver resolver_;
  Resolver resolver_of_strangers_;
};

Client::Client(asio::any_io_executor executor, ClientOptions options, ports::Log& log, ports::Metrics& metrics)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(options), log, metrics)) {}

Client::~Client() = default;

asio::awaitable<HttpReply> Client::send(HttpRequest request) { return Impl::send(impl_, std::move(request)); }

}  // namespace kassa::platform
