// The heart of the client: what may be said about the effect of a call, for every way in which it can go.
#include "tests/unit/client/client_fixture.hpp"

namespace kassa::platform::testing {
namespace {

using ports::CallOutcome;
using namespace std::chrono_literals;

struct Case {
  const char* name;
  ScriptedServer::Program program;
  CallOutcome outcome;
  int status;
  const char* error;
};

constexpr auto kOk = CallOutcome::kSucceeded;
constexpr auto kNo = CallOutcome::kRejected;
constexpr auto kUnknown = CallOutcome::kUnknown;
const std::string kHead = "HTTP/1.1 200 OK\r\n";

std::vector<Case> answers() {
  const auto answer = [](std::string text) { return ScriptedServer::Program{read_request(), send_text(text), hold()}; };
  return {
      {"a full answer", answer(reply_text(200, "done")), kOk, 200, ""},
      {"an answer without a body", answer("HTTP/1.1 204 X\r\n\r\n"), kOk, 204, ""},
      {"a chunked answer", answer(kHead + "Transfer-Encoding: chunked\r\n\r\n4\r\ndone\r\n0\r\n\r\n"), kOk, 200, ""},
      {"an answer after interim answers",
       answer("HTTP/1.1 100 X\r\n\r\nHTTP/1.1 103 X\r\nLink: x\r\n\r\n" + reply_text(201, "x")), kOk, 201, ""},
      {"a redirect", answer(reply_text(302, "", "Location: https://evil.example/\r\n")), kNo, 302, ""},
      {"a refusal", answer(reply_text(402, "no")), kNo, 402, ""},
      {"a conflict", answer(reply_text(409, "no")), kNo, 409, ""},
      {"a server error", answer(reply_text(500, "oops")), kUnknown, 500, "status"},
      {"an unavailable server", answer(reply_text(503, "")), kUnknown, 503, "status"},
      {"a change of protocol", answer("HTTP/1.1 101 X\r\n\r\n"), kUnknown, 101, "status"},
      {"too many interim answers",
       answer("HTTP/1.1 100 X\r\n\r\nHTTP/1.1 100 X\r\n\r\nHTTP/1.1 100 X\r\n\r\nHTTP/1.1 100 X\r\n\r\n"
              "HTTP/1.1 100 X\r\n\r\n"),
       kUnknown, 100, "malformed"},
  };
}

std::vector<Case> broken_answers() {
  const auto then_close = [](std::string text) {
    return ScriptedServer::Program{read_request(), send_text(text), close_now()};
  };
  const auto then_reset = [](std::string text) {
    return ScriptedServer::Program{read_request(), send_text(text), reset()};
  };
  const auto flooding = [](std::string head) {
    return ScriptedServer::Program{read_request(), send_text(head), flood(4U << 20U), hold()};
  };
  return {
      {"a reset after the request", {read_request(), reset()}, kUnknown, 0, "reset"},
      {"an end after the request", {read_request(), close_now()}, kUnknown, 0, "reset"},
      {"an end inside the head", then_close("HTTP/1.1 200 OK\r\nContent-"), kUnknown, 0, "truncated"},
      {"an end inside the body", then_close(kHead + "Content-Length: 10\r\n\r\nabc"), kUnknown, 200, "truncated"},
      {"an end inside a chunk", then_close(kHead + "Transfer-Encoding: chunked\r\n\r\n5\r\nab"), kUnknown, 200,
       "truncated"},
      {"an end before the last chunk", then_close(kHead + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n"), kUnknown,
       200, "truncated"},
      {"a refusal cut short", then_close("HTTP/1.1 400 X\r\nContent-Length: 10\r\n\r\nabc"), kUnknown, 400,
       "truncated"},
      {"a reset inside the head", then_reset("HTTP/1.1 2"), kUnknown, 0, "reset"},
      {"a body over the limit", flooding(kHead + "Content-Length: 4194304\r\n\r\n"), kUnknown, 200, "too_large"},
      {"a body over the limit in chunks", flooding(kHead + "Transfer-Encoding: chunked\r\n\r\n400000\r\n"), kUnknown,
       200, "too_large"},
      {"a body over the limit without a length", flooding(kHead + "\r\n"), kUnknown, 200, "too_large"},
      {"a head over the limit", flooding(kHead + "X: "), kUnknown, 0, "too_large"},
      {"no HTTP at all", then_close("SSH-2.0-x\r\n\r\n"), kUnknown, 0, "malformed"},
      {"a transfer coding that is not chunked", then_close(kHead + "Transfer-Encoding: gzip\r\n\r\n"), kUnknown, 200,
       "malformed"},
      {"two framings", then_close(kHead + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"), kUnknown,
       0, "malformed"},
      {"chunks in HTTP/1.0", then_close("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), kUnknown,
       200, "malformed"},
      {"two lengths", then_close(kHead + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"), kUnknown, 0,
       "malformed"},
  };
}

class Outcome : public ClientFixture, public ::testing::WithParamInterface<bool> {
 protected:
  void check(const std::vector<Case>& cases) {
    for (const auto& row : cases) {
      SCOPED_TRACE(row.name);
      std::optional<Identity> identity;
      if (GetParam()) identity = localhost();
      ScriptedServer server(context_, {row.program}, identity);
      const auto reply = call(request("POST", server.url()));
      EXPECT_EQ(reply.outcome, row.outcome);
      EXPECT_EQ(reply.status, row.status);
      EXPECT_EQ(reply.error, row.error);
      EXPECT_EQ(server.requests().size(), 1U) << "the request arrived once";
      EXPECT_EQ(server.connections(), 1U);
    }
  }
};

TEST_P(Outcome, follows_the_answer) { check(answers()); }
TEST_P(Outcome, is_unknown_when_the_answer_breaks_off_or_makes_no_sense) { check(broken_answers()); }

TEST_P(Outcome, is_unknown_when_time_passes_after_the_request) {
  const Case cases[] = {
      {"no answer", {read_request(), hold()}, kUnknown, 0, "timeout"},
      {"half a head", {read_request(), send_text("HTTP/1.1 200 OK\r\n"), hold()}, kUnknown, 0, "timeout"},
      {"half a body",
       {read_request(), send_text(kHead + "Content-Length: 9\r\n\r\nabc"), hold()},
       kUnknown,
       200,
       "timeout"},
  };
  for (const auto& row : cases) {
    SCOPED_TRACE(row.name);
    std::optional<Identity> identity;
    if (GetParam()) identity = localhost();
    ScriptedServer server(context_, {row.program}, identity);
    auto made = request("GET", server.url());
    made.total_time = 150ms;
    const auto before = std::chrono::steady_clock::now();
    const auto reply = call(std::move(made));
    EXPECT_LT(std::chrono::steady_clock::now() - before, 3s);
    EXPECT_EQ(reply.outcome, row.outcome);
    EXPECT_EQ(reply.status, row.status);
    EXPECT_EQ(reply.error, row.error);
    EXPECT_EQ(server.connections(), 1U) << "no second try after the deadline";
  }
}

TEST_P(Outcome, is_success_when_a_body_without_a_length_ends_in_order) {
  std::optional<Identity> identity;
  if (GetParam()) identity = localhost();
  ScriptedServer server(context_, {{read_request(), send_text(kHead + "\r\nall of it"), close_now()}}, identity);
  const auto reply = call(request("GET", server.url()));
  EXPECT_EQ(reply.outcome, kOk);
  EXPECT_EQ(reply.body, "all of it");
}

INSTANTIATE_TEST_SUITE_P(Plain, Outcome, ::testing::Values(false));
INSTANTIATE_TEST_SUITE_P(Tls, Outcome, ::testing::Values(true));

class NotSent : public ClientFixture {
 protected:
  void expect_not_sent(const ports::HttpReply& reply, const char* error) {
    EXPECT_EQ(reply.outcome, CallOutcome::kNotSent);
    EXPECT_EQ(reply.error, error);
    EXPECT_EQ(reply.status, 0);
  }
};

TEST_F(NotSent, when_nobody_listens) {
  std::string url;
  {
    ScriptedServer gone(context_, {{}});
    url = gone.url();
  }
  expect_not_sent(call(request("POST", url)), "connect");
}

TEST_F(NotSent, when_the_certificate_is_wrong) {
  const Authority stranger;
  const struct {
    const char* name;
    Identity identity;
  } cases[] = {
      {"of another host", authority().issue("DNS:other.example", 30)},
      {"of a look-alike", authority().issue("DNS:localhost.example,DNS:xlocalhost", 30)},
      {"out of date", authority().issue("DNS:localhost", -1)},
      {"of an unknown authority", stranger.issue("DNS:localhost", 30)},
  };
  for (const auto& row : cases) {
    SCOPED_TRACE(row.name);
    ScriptedServer server(context_, {{read_request()}}, row.identity);
    expect_not_sent(call(request("POST", server.url())), "tls");
    EXPECT_TRUE(server.requests().empty());
  }
}

TEST_F(NotSent, when_the_certificate_is_for_the_name_but_the_url_has_an_address) {
  ScriptedServer server(context_, {{read_request()}}, authority().issue("DNS:localhost", 30));
  expect_not_sent(call(request("POST", "https://127.0.0.1:" + std::to_string(server.port()) + "/")), "tls");
}

TEST_F(NotSent, when_the_other_side_does_not_speak_tls) {
  ScriptedServer server(context_, {{send_text("HTTP/1.1 200 OK\r\n\r\n"), hold()}});
  expect_not_sent(call(request("POST", "https://localhost:" + std::to_string(server.port()) + "/")), "tls");
}

TEST_F(NotSent, when_time_passes_inside_the_tls_handshake) {
  ScriptedServer server(context_, {{hold()}});
  auto made = request("POST", "https://localhost:" + std::to_string(server.port()) + "/");
  made.total_time = 150ms;
  expect_not_sent(call(std::move(made)), "timeout");
}

TEST_F(NotSent, when_there_is_no_time_at_all) {
  ScriptedServer server(context_, {{read_request(), send_text(reply_text(200, "")), hold()}});
  auto made = request("POST", server.url());
  made.total_time = 0ms;
  expect_not_sent(call(std::move(made)), "timeout");
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(NotSent, when_a_name_does_not_resolve) {
  expect_not_sent(call(request("POST", "https://no-such-name.invalid/")), "resolve");
}

TEST_F(NotSent, when_the_guard_refuses) {
  ScriptedServer server(context_, {{read_request(), send_text(reply_text(200, "")), hold()}}, localhost());
  ClientOptions options;
  options.ports_allowed = {443, server.port()};
  options.extra_ca_files = {authority().file()};
  client_ = std::make_unique<Client>(context_.get_executor(), options, log_, metrics_);
  const auto port = ":" + std::to_string(server.port()) + "/";
  for (const std::string& url :
       {"https://localhost" + port, "https://127.0.0.1" + port, "https://[::1]" + port,
        "https://[::ffff:127.0.0.1]" + port, "https://0.0.0.0" + port, "https://2130706433" + port,
        "http://127.0.0.1" + port, "http://8.8.8.8/" + std::string{}, "https://169.254.169.254" + port,
        "https://10.0.0.1:22/" + std::string{}}) {
    SCOPED_TRACE(url);
    auto made = request("POST", url);
    made.allow_loopback = false;
    expect_not_sent(call(std::move(made)), "guard");
  }
  EXPECT_EQ(server.connections(), 0U);
}

TEST_F(NotSent, over_a_connection_that_was_allowed_for_another_purpose) {
  ScriptedServer server(context_, {{read_request(), send_text(reply_text(200, "")), hold()}}, localhost());
  ClientOptions options;
  options.ports_allowed = {server.port()};
  options.extra_ca_files = {authority().file()};
  client_ = std::make_unique<Client>(context_.get_executor(), options, log_, metrics_);
  EXPECT_EQ(call(request("GET", server.url())).outcome, CallOutcome::kSucceeded);
  auto made = request("GET", server.url());
  made.allow_loopback = false;
  expect_not_sent(call(std::move(made)), "guard");
}

TEST_F(NotSent, when_a_header_could_smuggle) {
  ScriptedServer server(context_, {{read_request()}});
  auto made = request("POST", server.url());
  made.headers = {{"X", "a\r\nY: b"}};
  expect_not_sent(call(std::move(made)), "request");
  EXPECT_EQ(server.connections(), 0U);
}

}  // namespace
}  // namespace kassa::platform::testing
