#pragma once
// Who a UCP platform says it is: the UCP-Agent header. Pure.

#include <string>
#include <string_view>

#include "services/base/result.hpp"

namespace kassa::protocol {

struct Agent {
  std::string profile;    ///< Names the platform; usually an address.
  bool fetchable{false};  ///< `profile` is an address that may be fetched.
};

/// kInvalidProfileUrl: missing, unreadable, or no https address. Permissive also takes plain http, and any
/// text as a mere name. kVersionUnsupported: the header asks for a protocol version other than ours.
[[nodiscard]] Result<Agent> read_agent(std::string_view header, bool permissive);

}  // namespace kassa::protocol
