#include "services/platform/server/session.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <exception>

#include "services/base/trace.hpp"
#include "services/http/body_source.hpp"
#include "services/platform/server/answering.hpp"
#include "services/platform/server/input_buffer.hpp"
#include "services/platform/server/lane.hpp"
#include "services/platform/server/proxy_header.hpp"
#include "services/platform/server/receiving.hpp"
#include "services/platform/server/streams.hpp"

namespace kassa::platform {
namespace {

using boost::system::error_code;

constexpr std::chrono::seconds kLingerTime{1};
constexpr std::size_t kLingerBytesMax = 1024 * 1024;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

/// Reads requests and answers them, strictly one after the other. Lives in run_session's coroutine frame.
template <class Stream>
class Session {
 public:
  Session(std::shared_ptr<Lane> lane, Socket socket, Admission admission)
      : lane_(std::move(lane)),
        admission_(std::move(admission)),
        from_proxy_(lane_->state().options.proxies.contain(admission_.peer())),
        connection_(std::move(socket), admission_.peer().to_string()),
        stream_(connection_.socket, lane_->state().tls.get()),
        receiver_(lane_->state().dispatcher) {
    lane_->enroll(connection_);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { lane_->retire(connection_); }

  asio::awaitable<void> run() {
    lane_->enter(connection_, Phase::kHandshake, SteadyClock::now() + lane_->state().limits.handshake_time);
    if (from_proxy_ && lane_->state().options.proxy_header == ProxyHeader::kProxyV2) {
      const auto client = co_await read_proxy_header(connection_.socket, admission_.peer());
      if (!client) co_return turn_away("proxy_header");
      if (!admission_.turn_into(*client)) co_return turn_away("per_address");
      connection_.address = client->to_string();
    }
    const bool greeted = co_await stream_.handshake();
    admission_.end_handshake();
    if (!greeted) co_return;
    lane_->enter(connection_, Phase::kIdle, SteadyClock::now() + lane_->state().limits.idle_time);
    co_await serve();
    stream_.say_goodbye();
    if (linger_) co_await linger();
  }

 private:
  asio::awaitable<void> serve() {
    std::size_t burst = 0;
    while (!connection_.closing || receiver_.has_bytes()) {
      while (receiver_.wants_head()) {
        burst = 0;
        const std::span<char> room = prepare_head_read();
        const auto read = co_await stream_.async_read(room);
        if (!std::get<0>(read)) {
          receiver_.received(std::get<1>(read));
        } else if (connection_.expired && connection_.phase == Phase::kReadingHead) {
          receiver_.refuse(refusals::kTooSlow);
        } else {
          co_return;
        }
      }
      begin_request();
      if (receiver_.wants_body()) {
        const bool arrived = co_await receive_body();
        if (!arrived) co_return;
      }
      http::Response response;
      lane_->enter(connection_, Phase::kHandling, SteadyClock::time_point::max());
      if (receiver_.refusal() == nullptr) {
        // Beginning the await inside the try: a handler may throw before it suspends for the first time.
        try {
          response = co_await lane_->state().dispatcher.dispatch(receiver_.request());
        } catch (const std::exception& problem) {
          log_broken(problem.what());
          receiver_.refuse(refusals::kBroken);
        } catch (...) {
          log_broken("not a standard exception");
          receiver_.refuse(refusals::kBroken);
        }
      }
      if (receiver_.refusal() != nullptr) response = refusal_answer(lane_->state(), *receiver_.refusal());
      const bool keep = compose(response);
      // Behind the requests that have arrived by now: a busy thread then sends its answers in one go, and whoever waits
      // for several of them is woken once.
      co_await asio::post(lane_->context(), asio::deferred);
      const Written written = stream_.write_now(outgoing_);
      if (written != Written::kAll) {
        const bool sent = written == Written::kBlocked && co_await send_rest();
        if (!sent) co_return;
      }
      const bool streams = response.source && receiver_.request().method != http::Method::kHead;
      const bool chunked = !receiver_.http_1_0();
      finish_request(response);
      if (streams) co_await stream_body(std::move(response.source), chunked);
      if (!keep) {
        linger_ = true;
        co_return;
      }
      if (++burst >= limits::kPipelinedRequestsMax && receiver_.has_bytes()) {
        // The other connections of this thread have their turn.
        burst = 0;
        co_await asio::post(lane_->context(), asio::deferred);
      }
    }
  }

  void turn_away(std::string_view why) { lane_->state().metrics.count("http_connections_refused_total", why); }

  std::span<char> prepare_head_read() {
    // The clock of a head starts with its first byte and is not wound up again by the next ones.
    if (receiver_.has_bytes() && connection_.phase == Phase::kIdle) {
      lane_->enter(connection_, Phase::kReadingHead, SteadyClock::now() + lane_->state().limits.header_time);
    }
    return receiver_.room_for_head();
  }

  void begin_request() {
    started_ = SteadyClock::now();
    try {
      prepare_request();
    } catch (const std::exception& problem) {
      log_broken(problem.what());
      receiver_.refuse(refusals::kBroken);
    }
  }

  void prepare_request() {
    http::Request& request = receiver_.request();
    request.remote_address = connection_.address;
    request.scheme = Stream::kSecure ? "https" : "http";
    request.deadline = started_ + lane_->state().limits.request_time;
    receiver_.begin();
    if (from_proxy_) take_client_from_proxy();
    const std::string_view told =
        request.has_header("request-id") ? request.header("request-id") : request.header("x-request-id");
    if (is_sane_request_id(told)) {
      request.request_id.assign(told);
    } else {
      lane_->request_ids().make(request.request_id);
    }
    take_trace();
    receiver_.admit_body();
  }

  void take_trace() {
    http::Request& request = receiver_.request();
    // Two of them cannot both be meant.
    auto trace =
        request.count_headers("traceparent") == 1 ? read_traceparent(request.header("traceparent")) : std::nullopt;
    request.traced = trace && trace->sampled;
    if (trace) {
      request.trace_id = std::move(trace->id);
    } else {
      lane_->request_ids().make_trace(request.trace_id);
    }
  }

  void take_client_from_proxy() {
    const ListenerOptions& options = lane_->state().options;
    if (options.proxy_header == ProxyHeader::kProxyV2) return;
    http::Request& request = receiver_.request();
    connection_.address = client_behind(admission_.peer(), request, options.proxy_header, options.proxies).to_string();
    request.remote_address = connection_.address;
  }

  asio::awaitable<bool> receive_body() {
    lane_->enter(connection_, Phase::kReadingBody, SteadyClock::now() + lane_->state().limits.body_time);
    if (receiver_.expects_continue()) {
      outgoing_.begin(std::string{kContinue});
      const Written written = stream_.write_now(outgoing_);
      if (written != Written::kAll) {
        const bool sent = co_await send_rest();
        if (!sent) co_return false;
        lane_->enter(connection_, Phase::kReadingBody, SteadyClock::now() + lane_->state().limits.body_time);
      }
    }
    while (receiver_.wants_body()) {
      const std::span<char> room = receiver_.room_for_body();
      const auto read = co_await stream_.async_read(room);
      if (!std::get<0>(read)) {
        receiver_.received(std::get<1>(read));
      } else if (connection_.expired) {
        receiver_.refuse(refusals::kTooSlow);
      } else {
        co_return false;
      }
    }
    receiver_.request().deadline = SteadyClock::now() + lane_->state().limits.request_time;
    co_return true;
  }

  /// Puts head and body into outgoing_; false when the connection ends with this answer.
  bool compose(http::Response& response) {
    const auto now = SteadyClock::now();
    const bool keep =
        receiver_.keep_alive() && !response.close && !response.source && !connection_.closing && !lane_->draining();
    HeadFacts facts;
    facts.date_line = lane_->date().at(now);
    facts.request_id = receiver_.request().request_id;
    facts.https = Stream::kSecure;
    facts.close = !keep;
    facts.tell_keep_alive = keep && receiver_.http_1_0();
    facts.chunked = response.source && !receiver_.http_1_0();
    outgoing_.begin(lane_->take_scratch());
    try {
      write_head(outgoing_.head, response, facts);
    } catch (const std::exception& problem) {
      log_broken(problem.what());
      response = refusal_answer(lane_->state(), refusals::kBroken);
      write_head(outgoing_.head, response, facts);
    }
    const bool head_alone = receiver_.request().method == http::Method::kHead || response.source;
    const bool bodyless = has_no_body(response.status) || head_alone;
    outgoing_.body = bodyless ? std::string_view{} : response.payload();
    return keep;
  }

  asio::awaitable<bool> send_rest() {
    lane_->enter(connection_, Phase::kWriting, SteadyClock::now() + lane_->state().limits.write_time);
    for (;;) {
      const auto waited = co_await stream_.async_writable();
      if (std::get<0>(waited)) co_return false;
      const Written written = stream_.write_now(outgoing_);
      if (written != Written::kBlocked) co_return written == Written::kAll;
    }
  }

  /// The body of an answer whose head is sent; the connection ends with it. Nothing is due from the client meanwhile:
  /// whatever comes, its end above all, ends the body, and so does a socket whose waits are cancelled.
  asio::awaitable<void> stream_body(std::shared_ptr<http::BodySource> source, bool chunked) {
    connection_.socket.async_wait(Socket::wait_read, [source](const error_code&) { source->stop(); });
    std::string piece;
    do {
      lane_->enter(connection_, Phase::kStreaming, SteadyClock::time_point::max());
      if (connection_.closing || lane_->draining()) source->stop();
      try {
        piece = co_await source->next();
      } catch (const std::exception& problem) {
        // No last chunk: the client shall see that this is not the end.
        log_broken(problem.what());
        co_return;
      }
      outgoing_.begin(lane_->take_scratch());
      write_piece(outgoing_.head, piece, chunked);
      const Written written = stream_.write_now(outgoing_);
      const bool sent = written == Written::kAll || (written == Written::kBlocked && co_await send_rest());
      lane_->return_scratch(std::move(outgoing_.head));
      if (!sent) co_return;
    } while (!piece.empty());
  }

  void finish_request(const http::Response& response) {
    lane_->return_scratch(std::move(outgoing_.head));
    const auto now = SteadyClock::now();
    report(lane_->state(), response.status, now - started_);
    receiver_.finish();
    lane_->enter(connection_, Phase::kIdle, now + lane_->state().limits.idle_time);
  }

  void log_broken(std::string_view why) {
    lane_->state().log.error(
        "http.handler_failed",
        {{"request_id", receiver_.request().request_id}, {"trace", receiver_.request().trace_id}, {"why", why}});
  }

  /// Reads on for a moment after our end is closed: unread bytes would make the kernel reset the connection,
  /// and the client might lose the answer.
  asio::awaitable<void> linger() {
    error_code error;
    connection_.socket.shutdown(asio::socket_base::shutdown_send, error);
    if (error) co_return;
    lane_->enter(connection_, Phase::kLingering, SteadyClock::now() + kLingerTime);
    std::array<char, 4096> sink{};
    std::size_t total = 0;
    while (total < kLingerBytesMax) {
      const auto read = co_await connection_.socket.async_read_some(asio::buffer(sink), kAsTuple);
      if (std::get<0>(read)) co_return;
      total += std::get<1>(read);
    }
  }

  std::shared_ptr<Lane> lane_;
  Admission admission_;
  const bool from_proxy_;
  Connection connection_;
  Stream stream_;
  Receiver receiver_;
  Outgoing outgoing_;
  SteadyClock::time_point started_;
  bool linger_{};
};

template <class Stream>
asio::awaitable<void> run_session(std::shared_ptr<Lane> lane, Socket socket, Admission admission) {
  Session<Stream> session(std::move(lane), std::move(socket), std::move(admission));
  co_await session.run();
}

template <class Stream>
void spawn(std::shared_ptr<Lane> lane, Socket socket, Admission admission) {
  asio::io_context& context = lane->context();
  const auto ended = [lane](const std::exception_ptr& problem) {
    if (problem) lane->state().log.error("http.session_failed");
  };
  asio::co_spawn(context, run_session<Stream>(std::move(lane), std::move(socket), std::move(admission)), ended);
}

}  // namespace

Admission::~Admission() {
  if (!state_) return;
  end_handshake();
  if (client_) state_->count_out(*client_);
  state_->release(peer_);
}

bool Admission::turn_into(const asio::ip::address& client) {
  if (client == peer_) return true;
  if (!state_->count_in(client)) return false;
  client_ = client;
  return true;
}

bool Admission::begin_handshake() {
  in_handshake_ = state_->begin_handshake();
  return in_handshake_;
}

void Admission::end_handshake() {
  if (std::exchange(in_handshake_, false)) state_->end_handshake();
}

void spawn_session(std::shared_ptr<Lane> lane, Socket socket, Admission admission) {
  if (lane->state().tls) {
    spawn<TlsStream>(std::move(lane), std::move(socket), std::move(admission));
  } else {
    spawn<PlainStream>(std::move(lane), std::move(socket), std::move(admission));
  }
}

}  // namespace kassa::platform
