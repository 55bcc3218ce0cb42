#pragma once
// What the sandbox gateway does with a token: a small word language, so that a test or a demo can ask for any
// outcome that a real gateway can have, above all the lost answers. Pure; see docs/payments.md for the list.

#include <boost/json.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace kassa::payments::sandbox {

struct Script {
  enum class Act : unsigned char {
    kSucceed,
    kAuthorize,
    kDecline,
    kAction,
    kProcessing,
    kTimeoutAfterCharge,
    kTimeoutBeforeCharge,
    kError500AfterCharge,
    kWrongAmount,
    kStrangeStatus,
    kSlow
  };
  Act act{Act::kSucceed};
  std::string decline_code;           ///< Of kDecline.
  std::chrono::milliseconds delay{};  ///< Of kSlow.
};

/// "succeed", "decline:<code>", "slow:<ms>" ...; nullopt for anything else.
[[nodiscard]] std::optional<Script> parse_script(std::string_view text);

/// The script of a token: from the gateway's settings {"tokens": {token: script}}, else a built-in token,
/// else "succeed". A script that settings hold in another form than text is passed on as "invalid".
[[nodiscard]] std::string script_for(const boost::json::object& settings, std::string_view token);

/// The state a charge starts in when it is booked: "captured", "authorized", "declined", "requires_action",
/// "processing".
[[nodiscard]] std::string_view first_state(const Script& script) noexcept;

}  // namespace kassa::payments::sandbox
