#include "services/protocol/ucp/agent.hpp"

#include <gtest/gtest.h>

namespace kassa::protocol {
namespace {

struct AgentCase {
  const char* name;
  std::string header;
  bool permissive;
  Errc code;  ///< kOk: let in.
  bool fetchable{false};
};

class Agents : public testing::TestWithParam<AgentCase> {};

TEST_P(Agents, are_let_in_or_refused) {
  const AgentCase& row = GetParam();
  const auto agent = read_agent(row.header, row.permissive);
  EXPECT_EQ(agent ? Errc::kOk : agent.error().code, row.code) << row.header;
  EXPECT_EQ(agent && agent.value().fetchable, row.fetchable);
}

const AgentCase kAgentCases[] = {
    {"https", R"(profile="https://a.example/p.json")", false, Errc::kOk, true},
    {"missing", "", false, Errc::kInvalidProfileUrl},
    {"missing_is_refused_even_in_a_permissive_store", "", true, Errc::kInvalidProfileUrl},
    {"no_dictionary", "Mozilla/5.0 (X11)", true, Errc::kInvalidProfileUrl},
    {"no_profile", "version=\"2026-04-08\"", false, Errc::kInvalidProfileUrl},
    {"profile_is_a_token", "profile=abc", false, Errc::kInvalidProfileUrl},
    {"empty_profile", "profile=\"\"", true, Errc::kInvalidProfileUrl},
    {"too_long", "profile=\"https://a.example/" + std::string(2000, 'x') + "\"", false, Errc::kInvalidProfileUrl},
    {"plain_http", R"(profile="http://localhost:8285/p.json")", false, Errc::kInvalidProfileUrl},
    {"plain_http_permissive", R"(profile="http://localhost:8285/p.json")", true, Errc::kOk, true},
    {"three_dots", R"(profile="...")", false, Errc::kInvalidProfileUrl},
    {"three_dots_permissive_is_a_name", R"(profile="..."; version="2026-04-08")", true, Errc::kOk, false},
    {"user_in_address", R"(profile="https://a.example@b.example/p")", false, Errc::kInvalidProfileUrl},
    {"backslash_in_host", R"(profile="https://a.example\\b.example/p")", false, Errc::kInvalidProfileUrl},
    {"fragment", R"(profile="https://a.example/p#x")", false, Errc::kInvalidProfileUrl},
    {"no_host", R"(profile="https:///p")", false, Errc::kInvalidProfileUrl},
    {"only_port", R"(profile="https://:443/p")", false, Errc::kInvalidProfileUrl},
    {"space_in_address", R"(profile="https://a.example/p q")", false, Errc::kInvalidProfileUrl},
    {"file", R"(profile="file:///etc/passwd")", true, Errc::kOk, false},
    {"our_version", R"(profile="https://a.example/p";version="2026-04-08")", false, Errc::kOk, true},
    {"future_version", R"(profile="https://a.example/p";version="2099-01-01")", false, Errc::kVersionUnsupported},
    {"future_version_of_a_name", R"(profile="...";version="2099-01-01")", true, Errc::kVersionUnsupported},
    {"old_version_as_a_member", R"(profile="https://a.example/p", version="2026-01-11")", false,
     Errc::kVersionUnsupported},
};
INSTANTIATE_TEST_SUITE_P(All, Agents, testing::ValuesIn(kAgentCases),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace kassa::protocol
