// Keep-alive, stale connections, and the bound on calls in flight.
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>

#include "services/platform/client/connection.hpp"
#include "tests/unit/client/client_fixture.hpp"

namespace kassa::platform::testing {
namespace {

using ports::CallOutcome;
using namespace std::chrono_literals;

const Step kRead = read_request();
const Step kReply = send_text(reply_text(200, "ok"));

class PoolTest : public ClientFixture {
 protected:
  /// Lets the server finish what it started.
  void settle() {
    context_.restart();
    while (context_.poll_one() > 0) {
    }
  }
};

TEST_F(PoolTest, a_connection_carries_many_requests) {
  ScriptedServer server(context_, {{kRead, kReply, kRead, kReply, kRead, kReply, hold()}}, localhost());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(call(request("POST", server.url())).outcome, CallOutcome::kSucceeded);
  EXPECT_EQ(server.connections(), 1U);
  EXPECT_EQ(server.requests().size(), 3U);
}

TEST_F(PoolTest, headers_and_body_arrive_as_sent) {
  ScriptedServer server(context_, {{kRead, send_text(reply_text(200, "ok", "X-Request-ID: r1\r\n")), hold()}});
  auto made = request("POST", server.url("/pay?x=1"));
  made.headers = {{"Idempotency-Key", "k1"}};
  const auto reply = call(std::move(made));
  EXPECT_EQ(reply.body, "ok");
  EXPECT_EQ(reply.header("x-request-id"), "r1");
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_TRUE(server.requests()[0].starts_with("POST /pay?x=1 HTTP/1.1\r\nHost: 127.0.0.1:")) << server.requests()[0];
  EXPECT_NE(server.requests()[0].find("\r\nIdempotency-Key: k1\r\n"), std::string::npos);
  EXPECT_TRUE(server.requests()[0].ends_with("\r\n\r\n{\"amount\":100}"));
}

TEST_F(PoolTest, the_answer_to_head_has_no_body) {
  ScriptedServer server(context_,
                        {{kRead, send_text("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"), kRead, kReply, hold()}});
  const auto reply = call(request("HEAD", server.url()));
  EXPECT_EQ(reply.outcome, CallOutcome::kSucceeded);
  EXPECT_EQ(reply.body, "");
  EXPECT_EQ(call(request("GET", server.url())).body, "ok");
  EXPECT_EQ(server.connections(), 1U);
}

TEST_F(PoolTest, connections_that_must_not_be_used_again_are_not) {
  const struct {
    const char* name;
    std::string reply;
  } cases[] = {
      {"the server says close", reply_text(200, "ok", "Connection: close\r\n")},
      {"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"},
      {"bytes after the answer", reply_text(200, "ok") + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfake"},
  };
  for (const auto& row : cases) {
    SCOPED_TRACE(row.name);
    ScriptedServer server(context_, {{kRead, send_text(row.reply), hold()}, {kRead, kReply, hold()}});
    EXPECT_EQ(call(request("GET", server.url())).body, "ok");
    EXPECT_EQ(call(request("POST", server.url())).body, "ok");
    EXPECT_EQ(server.connections(), 2U);
  }
}

TEST_F(PoolTest, a_connection_that_the_server_closed_while_idle_is_noticed_before_anything_is_sent) {
  for (const bool tls : {false, true}) {
    std::optional<Identity> identity;
    if (tls) identity = localhost();
    ScriptedServer server(context_, {{kRead, kReply, close_now()}, {kRead, kReply, hold()}}, identity);
    EXPECT_EQ(call(request("POST", server.url())).outcome, CallOutcome::kSucceeded);
    settle();
    EXPECT_EQ(call(request("POST", server.url())).outcome, CallOutcome::kSucceeded);
    EXPECT_EQ(server.connections(), 2U);
    EXPECT_EQ(server.requests().size(), 2U) << "nothing was sent twice";
  }
}

TEST_F(PoolTest, a_stale_connection_is_tried_again_for_get_only) {
  const struct {
    const char* name;
    const char* method;
    ScriptedServer::Program first;
    CallOutcome outcome;
    std::size_t connections;
  } cases[] = {
      {"GET, reset", "GET", {kRead, kReply, kRead, reset()}, CallOutcome::kSucceeded, 2},
      {"GET, closed", "GET", {kRead, kReply, kRead, close_now()}, CallOutcome::kSucceeded, 2},
      {"POST, reset", "POST", {kRead, kReply, kRead, reset()}, CallOutcome::kUnknown, 1},
      {"POST, closed", "POST", {kRead, kReply, kRead, close_now()}, CallOutcome::kUnknown, 1},
      {"DELETE, reset", "DELETE", {kRead, kReply, kRead, reset()}, CallOutcome::kUnknown, 1},
      {"GET, but an answer had begun",
       "GET",
       {kRead, kReply, kRead, send_text("HTTP"), close_now()},
       CallOutcome::kUnknown,
       1},
  };
  for (const auto& row : cases) {
    for (const bool tls : {false, true}) {
      SCOPED_TRACE(std::string(row.name) + (tls ? ", TLS" : ", plain"));
      std::optional<Identity> identity;
      if (tls) identity = localhost();
      ScriptedServer server(context_, {row.first, {kRead, kReply, hold()}}, identity);
      EXPECT_EQ(call(request(row.method, server.url())).outcome, CallOutcome::kSucceeded);
      EXPECT_EQ(call(request(row.method, server.url())).outcome, row.outcome);
      EXPECT_EQ(server.connections(), row.connections);
    }
  }
}

TEST_F(PoolTest, a_fresh_connection_is_never_tried_again) {
  ScriptedServer server(context_, {{kRead, reset()}, {kRead, kReply, hold()}});
  EXPECT_EQ(call(request("GET", server.url())).outcome, CallOutcome::kUnknown);
  EXPECT_EQ(server.connections(), 1U);
}

TEST_F(PoolTest, a_second_stale_try_does_not_happen) {
  ScriptedServer server(context_, {{kRead, kReply, kRead, reset()}, {kRead, reset()}, {kRead, kReply, hold()}});
  EXPECT_EQ(call(request("GET", server.url())).outcome, CallOutcome::kSucceeded);
  EXPECT_EQ(call(request("GET", server.url())).outcome, CallOutcome::kUnknown);
  EXPECT_EQ(server.connections(), 2U);
}

TEST_F(PoolTest, a_second_try_that_cannot_connect_does_not_undo_the_first) {
  ScriptedServer server(context_, {{kRead, kReply, kRead, reset()}});
  const auto url = server.url();
  EXPECT_EQ(call(request("GET", url)).outcome, CallOutcome::kSucceeded);
  server.stop_accepting();
  const auto reply = call(request("GET", url));
  EXPECT_EQ(reply.outcome, CallOutcome::kUnknown) << "the first GET may have arrived";
  EXPECT_EQ(reply.error, "connect");
}

TEST_F(PoolTest, a_write_to_a_dead_connection_tells_that_nothing_was_written) {
  ScriptedServer server(context_, {{reset()}});
  OutgoingConnection connection(context_.get_executor(), nullptr);
  const asio::ip::tcp::endpoint endpoint(asio::ip::address_v4::loopback(), server.port());
  std::optional<WriteResult> written;
  boost::system::error_code connected = asio::error::would_block;
  asio::co_spawn(context_, connection.connect(endpoint), [&](std::exception_ptr, auto error) { connected = error; });
  run_until([&] { return connected != asio::error::would_block; });
  ASSERT_FALSE(connected);
  EXPECT_TRUE(connection.is_quiet());
  run_until([&] { return !connection.is_quiet(); });
  const std::string bytes(100, 'x');
  asio::co_spawn(context_, connection.write(bytes), [&](std::exception_ptr, auto result) { written = result; });
  run_until([&] { return written.has_value(); });
  EXPECT_TRUE(written->error);
  EXPECT_EQ(written->bytes, 0U);
}

class InFlight : public ClientFixture {
 protected:
  using Place = std::shared_ptr<std::optional<ports::HttpReply>>;
  std::vector<Place> fill(ScriptedServer& server) {
    std::vector<Place> places;
    for (std::size_t i = 0; i < limits::kOutgoingPerHostMax; ++i)
      places.push_back(start(request("POST", server.url())));
    run_until([&] { return server.gated() == limits::kOutgoingPerHostMax; });
    return places;
  }
  void finish(const std::vector<Place>& places) {
    run_until([&] { return std::all_of(places.begin(), places.end(), [](const Place& p) { return p->has_value(); }); });
  }
};

TEST_F(InFlight, is_bounded_per_host_and_the_rest_wait_their_turn) {
  ScriptedServer server(context_, {{kRead, await_gate(), kReply, kRead, kReply, hold()}});
  auto places = fill(server);
  for (int i = 0; i < 5; ++i) places.push_back(start(request("POST", server.url())));
  auto probe = request("POST", server.url());
  probe.total_time = 50ms;
  const auto late = call(std::move(probe));
  EXPECT_EQ(late.outcome, CallOutcome::kNotSent);
  EXPECT_EQ(late.error, "busy");
  EXPECT_EQ(server.requests().size(), limits::kOutgoingPerHostMax) << "those who wait have sent nothing";
  server.open_gate();
  finish(places);
  for (const auto& place : places) EXPECT_EQ((*place)->outcome, CallOutcome::kSucceeded);
  EXPECT_LE(server.connections(), limits::kOutgoingPerHostMax) << "those who waited used idle connections";
}

TEST_F(InFlight, of_one_host_does_not_hold_up_another) {
  ScriptedServer busy(context_, {{kRead, await_gate(), kReply, hold()}});
  ScriptedServer other(context_, {{kRead, kReply, hold()}});
  const auto places = fill(busy);
  EXPECT_EQ(call(request("POST", other.url())).outcome, CallOutcome::kSucceeded);
  busy.open_gate();
  finish(places);
}

TEST_F(InFlight, gives_its_place_back_when_a_caller_gives_up) {
  ScriptedServer server(context_, {{kRead, await_gate(), kReply, hold()}});
  asio::cancellation_signal given_up;
  bool ended = false;
  asio::co_spawn(
      context_, client_->send(request("POST", server.url())),
      asio::bind_cancellation_slot(given_up.slot(), [&](std::exception_ptr, ports::HttpReply) { ended = true; }));
  run_until([&] { return server.gated() == 1; });
  given_up.emit(asio::cancellation_type::terminal);
  run_until([&] { return ended; });
  std::vector<Place> places;
  for (std::size_t i = 0; i < limits::kOutgoingPerHostMax; ++i) places.push_back(start(request("POST", server.url())));
  run_until([&] { return server.gated() == limits::kOutgoingPerHostMax + 1; });
  server.open_gate();
  finish(places);
}

TEST_F(InFlight, ends_well_when_the_client_goes_first) {
  ScriptedServer server(context_, {{kRead, await_gate(), kReply, hold()}}, localhost());
  const auto place = start(request("POST", server.url()));
  run_until([&] { return server.gated() == 1; });
  client_.reset();
  server.open_gate();
  run_until([&] { return place->has_value(); });
  EXPECT_EQ((*place)->outcome, CallOutcome::kSucceeded);
}

TEST_F(InFlight, is_counted_by_outcome) {
  ScriptedServer server(context_, {{kRead, kReply, hold()}});
  call(request("POST", server.url()));
  call(request("POST", "https://user@a.example/"));
  const auto text = metrics_.expose();
  EXPECT_NE(text.find(R"(kassa_outgoing_calls_total{label="succeeded"} 1)"), std::string::npos) << text;
  EXPECT_NE(text.find(R"(kassa_outgoing_calls_total{label="not_sent"} 1)"), std::string::npos);
}

}  // namespace
}  // namespace kassa::platform::testing
