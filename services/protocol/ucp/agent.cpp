#include "services/protocol/ucp/agent.hpp"

#include "services/base/limits.hpp"
#include "services/base/text.hpp"
#include "services/protocol/structured_fields.hpp"
#include "services/protocol/ucp/capabilities.hpp"

namespace kassa::protocol {
namespace {

bool is_address(std::string_view url, std::string_view scheme) noexcept {
  if (!url.starts_with(scheme) || !is_visible_ascii(url)) return false;
  const std::string_view rest = url.substr(scheme.size());
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  // A user name in front of the host is a classic way to disguise it; a fragment never reaches a server.
  const bool has_host = !authority.empty() && authority.front() != ':';
  return has_host && authority.find_first_of("@\\") == std::string_view::npos &&
         url.find('#') == std::string_view::npos;
}

Error refusal(std::string detail) { return {Errc::kInvalidProfileUrl, std::move(detail), "UCP-Agent"}; }

/// The version that the header asks for, as a parameter of the profile or as a member of its own; empty:
/// none.
std::string_view wanted_version(const std::vector<FieldMember>& members, const FieldMember& profile) {
  const BareItem* version = find_parameter(profile.parameters, "version");
  const FieldMember* const member = find_member(members, "version");
  if (version == nullptr && member != nullptr && !member->inner_list) version = &member->items.front().value;
  return version == nullptr ? std::string_view{} : version->text;
}

}  // namespace

Result<Agent> read_agent(std::string_view header, bool permissive) {
  if (header.empty()) return refusal("the UCP-Agent header is missing");
  const auto members = parse_dictionary(header);
  if (!members) return refusal("the UCP-Agent header is not a dictionary of RFC 8941");
  const FieldMember* const profile = find_member(*members, "profile");
  if (profile == nullptr || profile->inner_list || profile->items.front().value.kind != BareKind::kString) {
    return refusal("the UCP-Agent header names no profile");
  }
  Agent agent;
  agent.profile = profile->items.front().value.text;
  if (agent.profile.empty() || agent.profile.size() > limits::kTextBytesMax) {
    return refusal("the profile in UCP-Agent is empty or too long");
  }
  const std::string_view version = wanted_version(*members, *profile);
  if (!version.empty() && version != kUcpVersion) {
    return Error{Errc::kVersionUnsupported, "this store speaks UCP " + std::string(kUcpVersion), "UCP-Agent"};
  }
  agent.fetchable = is_address(agent.profile, "https://") || (permissive && is_address(agent.profile, "http://"));
  if (!agent.fetchable && !permissive) return refusal("the profile in UCP-Agent is no https address");
  return agent;
}

}  // namespace kassa::protocol
