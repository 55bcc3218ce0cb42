// Deadlines, caps, failures of handlers, and draining: connections that end for reasons of their own.

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>

#include "tests/unit/http/raw_client.hpp"
#include "tests/unit/http/test_server.hpp"

namespace kassa::platform {
namespace {

using std::chrono::milliseconds;

const std::string kGet = "GET /any HTTP/1.1\r\nHost: a\r\n\r\n";

ServerLimits with(milliseconds ServerLimits::* time, milliseconds value) {
  ServerLimits limits;
  limits.*time = value;
  return limits;
}

std::ptrdiff_t open_descriptors() { return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}); }

TEST(HttpDeadlines, a_slow_header_is_told_408) {
  TestServer server(with(&ServerLimits::header_time, milliseconds{60}));
  RawClient client(server.port());
  const Answer answer = client.exchange("GET /any HTTP/1.1\r\nHost:");
  EXPECT_EQ(answer.status, 408);
  EXPECT_TRUE(client.is_closed());
}

TEST(HttpDeadlines, drops_of_a_header_do_not_wind_the_clock_up_again) {
  TestServer server(with(&ServerLimits::header_time, milliseconds{80}));
  RawClient client(server.port());
  client.send("GET /any HTTP/1.1\r\nHost: a\r\n");
  int drops = 0;
  while (!client.readable_within(milliseconds{5})) {
    ASSERT_LT(++drops, 1'000);
    client.send("X: y\r\n");
  }
  EXPECT_EQ(client.receive().status, 408);
  EXPECT_TRUE(server.dispatcher.seen().empty());
}

TEST(HttpDeadlines, a_pipelined_beginning_has_the_header_deadline_too) {
  TestServer server(with(&ServerLimits::header_time, milliseconds{60}));
  RawClient client(server.port());
  EXPECT_EQ(client.exchange(kGet + "GET /next").status, 200);
  EXPECT_EQ(client.receive().status, 408);
}

TEST(HttpDeadlines, a_slow_body_is_told_408) {
  TestServer server(with(&ServerLimits::body_time, milliseconds{60}));
  RawClient client(server.port());
  const Answer answer = client.exchange("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(answer.status, 408);
  EXPECT_TRUE(client.is_closed());
  EXPECT_TRUE(server.dispatcher.seen().empty());
}

TEST(HttpDeadlines, an_idle_connection_is_closed_without_a_word) {
  TestServer server(with(&ServerLimits::idle_time, milliseconds{60}));
  RawClient fresh(server.port());
  RawClient used(server.port());
  EXPECT_EQ(used.exchange(kGet).status, 200);
  EXPECT_TRUE(fresh.is_closed());
  EXPECT_TRUE(used.is_closed());
}

TEST(HttpDeadlines, a_reader_that_stops_reading_is_cut_off) {
  TestServer server(with(&ServerLimits::write_time, milliseconds{60}));
  RawClient client(server.port());
  client.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
  // Ends because the deadline ends the stalled connection: nothing is read here before that.
  server.drain().wait();
  EXPECT_LT(client.rest().size(), TinyDispatcher::kBigBytes);
}

TEST(HttpDeadlines, a_handshake_that_never_comes_is_cut_off) {
  const std::string folder = ::testing::TempDir();
  ListenerOptions options;
  options.certificate_file = folder + "lifecycle_certificate.pem";
  options.key_file = folder + "lifecycle_key.pem";
  ASSERT_TRUE(ensure_development_certificate(options.certificate_file, options.key_file).has_value());
  TestServer server(with(&ServerLimits::handshake_time, milliseconds{60}), options);
  RawClient client(server.port());
  EXPECT_TRUE(client.is_closed());
}

TEST(HttpCaps, at_the_cap_the_oldest_idle_connection_makes_room) {
  ServerLimits limits;
  limits.connections_max = 3;
  TestServer server(limits);
  std::array<std::unique_ptr<RawClient>, 3> clients;
  for (auto& client : clients) {
    client = std::make_unique<RawClient>(server.port());
    ASSERT_EQ(client->exchange(kGet).status, 200);
  }
  ASSERT_EQ(clients[0]->exchange(kGet).status, 200);  // The first is now the youngest.
  RawClient fourth(server.port());
  EXPECT_EQ(fourth.exchange(kGet).status, 200);
  EXPECT_TRUE(clients[1]->is_closed());
  EXPECT_EQ(clients[0]->exchange(kGet).status, 200);
  EXPECT_EQ(clients[2]->exchange(kGet).status, 200);
  EXPECT_EQ(server.metrics.value("http_connections_evicted_total{idle}"), 1);
}

TEST(HttpCaps, at_the_cap_busy_connections_stay_and_the_new_one_goes) {
  ServerLimits limits;
  limits.connections_max = 1;
  TestServer server(limits);
  RawClient busy(server.port());
  busy.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n");
  server.dispatcher.await_held();
  RawClient late(server.port());
  EXPECT_TRUE(late.is_closed());
  server.dispatcher.release_held();
  EXPECT_EQ(busy.receive().body, "held");
}

TEST(HttpCaps, one_address_gets_its_share_only) {
  ServerLimits limits;
  limits.connections_per_address_max = 2;
  TestServer server(limits);
  RawClient first(server.port());
  EXPECT_EQ(first.exchange(kGet).status, 200);
  {
    RawClient second(server.port());
    EXPECT_EQ(second.exchange(kGet).status, 200);
    RawClient third(server.port());
    EXPECT_TRUE(third.is_closed());
    EXPECT_EQ(second.exchange("GET /bye HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").status, 200);
    EXPECT_TRUE(second.is_closed());
  }
  EXPECT_EQ(server.metrics.value("http_connections_refused_total{per_address}"), 1);
}

TEST(HttpCaps, out_of_descriptors_the_acceptor_pauses_and_an_idle_connection_makes_room) {
  TestServer server;
  RawClient idle(server.port());
  ASSERT_EQ(idle.exchange(kGet).status, 200);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const int lowest_free = ::dup(0);
  ::close(lowest_free);
  // Room for the client's end of one more connection, none for the server's.
  const rlimit tight{static_cast<rlim_t>(lowest_free) + 1, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
  {
    RawClient late(server.port());
    EXPECT_EQ(late.exchange(kGet).status, 200);
    EXPECT_TRUE(idle.is_closed());
  }
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_GE(server.log.count("http.accept_paused"), 1);
  EXPECT_LE(server.log.count("http.accept_paused"), 3);
}

TEST(HttpFailures, a_handler_that_throws_is_answered_with_500) {
  TestServer server;
  for (const char* path : {"/throw", "/out-of-memory", "/limit-throws"}) {
    RawClient client(server.port());
    const bool with_body = std::string_view{path} == "/limit-throws";
    const Answer answer = client.exchange(std::string{"POST "} + path + " HTTP/1.1\r\nHost: a\r\n" +
                                          (with_body ? "Content-Length: 1\r\n\r\nx" : "\r\n"));
    EXPECT_EQ(answer.status, 500) << path;
    EXPECT_EQ(answer.body, "internal: Something went wrong on our side.") << path;
  }
  EXPECT_EQ(server.log.count("http.handler_failed"), 3);
  RawClient next(server.port());
  EXPECT_EQ(next.exchange(kGet).status, 200);
}

TEST(HttpFailures, a_line_break_in_a_handlers_header_never_reaches_the_wire) {
  TestServer server;
  RawClient client(server.port());
  const Answer answer = client.exchange("GET /injection HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.head.find("Set-Cookie"), std::string::npos);
}

TEST(HttpDrain, what_is_in_flight_finishes_and_what_is_idle_closes) {
  TestServer server;
  RawClient idle(server.port());
  EXPECT_EQ(idle.exchange(kGet).status, 200);
  RawClient busy(server.port());
  busy.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n" + kGet);
  server.dispatcher.await_held();
  auto drained = server.drain();
  EXPECT_TRUE(idle.is_closed());  // The lane is draining from here on.
  EXPECT_NE(drained.wait_for(milliseconds{0}), std::future_status::ready);
  server.dispatcher.release_held();
  const Answer answer = busy.receive();
  EXPECT_EQ(answer.body, "held");
  EXPECT_TRUE(answer.has("Connection: close"));
  EXPECT_TRUE(busy.is_closed());
  drained.get();
  EXPECT_EQ(server.metrics.value("http_connections"), 0);
  EXPECT_THROW(RawClient{server.port()}, InvariantBroken);
}

TEST(HttpDrain, who_waits_in_the_listen_queue_is_answered) {
  TestServer server;
  RawClient busy(server.port());
  busy.send("GET /block HTTP/1.1\r\nHost: a\r\n\r\n");
  server.dispatcher.await_held();
  auto drained = server.drain();
  std::vector<std::unique_ptr<RawClient>> queued;
  for (int i = 0; i < 8; ++i) {
    queued.push_back(std::make_unique<RawClient>(server.port()));
    queued.back()->send(kGet);
  }
  RawClient silent(server.port());
  server.dispatcher.release_thread();
  for (auto& client : queued) {
    EXPECT_EQ(client->receive().status, 200);
    EXPECT_TRUE(client->is_closed());
  }
  EXPECT_TRUE(silent.is_closed());
  drained.get();
  EXPECT_EQ(server.log.count("http.drain_incomplete"), 0);
}

TEST(HttpDrain, a_handler_beyond_the_deadline_is_left_behind_and_logged) {
  TestServer server(with(&ServerLimits::drain_time, milliseconds{50}));
  RawClient busy(server.port());
  busy.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n");
  server.dispatcher.await_held();
  server.drain().get();
  EXPECT_EQ(busy.receive().status, 0);
  EXPECT_EQ(server.log.count("http.drain_incomplete"), 1);
}

TEST(HttpDrain, works_with_several_threads_and_without_connections) {
  TestServer server({}, TestServer::plain(), 3);
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 30; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.port()));
    ASSERT_EQ(clients.back()->exchange(kGet).status, 200);
  }
  server.drain().get();
  for (auto& client : clients) EXPECT_TRUE(client->is_closed());
  TestServer never_used({}, TestServer::plain(), 2);
  never_used.drain().get();
}

TEST(HttpConnections, a_thousand_of_them_leak_nothing) {
  TestServer server;
  const auto before = open_descriptors();
  for (int i = 0; i < 1'000; ++i) {
    RawClient client(server.port());
    // Every way to leave: politely, abruptly, in the middle of a head.
    if (i % 3 != 2) {
      ASSERT_EQ(client.exchange(kGet).status, 200);
    } else {
      client.send("GET /any HT");
    }
  }
  server.drain().get();
  EXPECT_EQ(server.metrics.value("http_connections"), 0);
  EXPECT_LE(open_descriptors(), before);
  EXPECT_EQ(server.metrics.value("http_requests_total{2xx}"), 667);
}

}  // namespace
}  // namespace kassa::platform
