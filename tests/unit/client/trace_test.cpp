// Every outgoing call is told as a span of its caller's trace, or of one of its own.

#include <set>

#include "services/base/trace.hpp"
#include "tests/unit/client/client_fixture.hpp"

namespace kassa::platform::testing {
namespace {

const std::string kHeader = "\r\ntraceparent: ";

/// The one that a received request carries.
std::string traceparent_in(const std::string& request) {
  const auto at = request.find(kHeader);
  if (at == std::string::npos || request.find(kHeader, at + 1) != std::string::npos) return "none, or many";
  const auto begin = at + kHeader.size();
  return request.substr(begin, request.find("\r\n", begin) - begin);
}

class ClientTraces : public ClientFixture {};

TEST_F(ClientTraces, a_callers_trace_goes_on_and_each_call_is_another_span) {
  ScriptedServer server(context_, {{read_request(), send_text(reply_text(200, "")), read_request(),
                                    send_text(reply_text(200, "")), hold()}});
  const std::string id = "4bf92f3577b34da6a3ce929d0e0e4736";
  std::set<std::string> spans;
  for (const bool sampled : {true, false}) {
    ports::HttpRequest made = request("POST", server.url());
    made.trace = Trace{id, sampled};
    call(std::move(made));
    const std::string header = traceparent_in(server.requests().back());
    const auto read = read_traceparent(header);
    ASSERT_TRUE(read) << header;
    EXPECT_EQ(read->id, id);
    EXPECT_EQ(read->sampled, sampled);
    spans.insert(header.substr(36, 16));
  }
  EXPECT_EQ(spans.size(), 2U);
}

TEST_F(ClientTraces, a_call_on_nobodys_behalf_begins_a_trace) {
  ScriptedServer server(context_, {{read_request(), send_text(reply_text(200, "")), read_request(),
                                    send_text(reply_text(200, "")), hold()}});
  std::set<std::string> traces;
  for (int i = 0; i < 2; ++i) {
    call(request("POST", server.url()));
    const auto read = read_traceparent(traceparent_in(server.requests().back()));
    ASSERT_TRUE(read);
    EXPECT_FALSE(read->sampled);
    traces.insert(read->id);
  }
  EXPECT_EQ(traces.size(), 2U);
}

}  // namespace
}  // namespace kassa::platform::testing
