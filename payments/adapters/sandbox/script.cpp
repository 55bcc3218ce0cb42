#include "payments/adapters/sandbox/script.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace kassa::payments::sandbox {
namespace {

using Act = Script::Act;
constexpr std::size_t kCodeBytesMax = 64;
constexpr std::chrono::milliseconds kDelayMax{60'000};

struct Word {
  std::string_view text;
  Act act;
};
constexpr std::array kWords{
    Word{"succeed", Act::kSucceed},
    Word{"authorize", Act::kAuthorize},
    Word{"action", Act::kAction},
    Word{"processing", Act::kProcessing},
    Word{"timeout_after_charge", Act::kTimeoutAfterCharge},
    Word{"timeout_before_charge", Act::kTimeoutBeforeCharge},
    Word{"error_500_after_charge", Act::kError500AfterCharge},
    Word{"wrong_amount", Act::kWrongAmount},
    Word{"strange_status", Act::kStrangeStatus},
};

constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kBuiltInTokens{{
    {"tok_authorize", "authorize"},
    {"tok_declined", "decline:card_declined"},
    {"tok_declined_insufficient_funds", "decline:insufficient_funds"},
    {"tok_action", "action"},
    {"tok_processing", "processing"},
    {"tok_timeout_after_charge", "timeout_after_charge"},
    {"tok_timeout_before_charge", "timeout_before_charge"},
    {"tok_wrong_amount", "wrong_amount"},
    {"tok_slow", "slow:500"},
}};

bool is_code(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kCodeBytesMax &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

std::optional<Script> parse_slow(std::string_view digits) {
  int ms = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, fault] = std::from_chars(digits.data(), end, ms);
  const std::chrono::milliseconds delay{ms};
  if (fault != std::errc{} || stop != end || ms < 0 || delay > kDelayMax) return std::nullopt;
  return Script{Act::kSlow, {}, delay};
}

}  // namespace

std::optional<Script> parse_script(std::string_view text) {
  constexpr std::string_view kDecline = "decline:";
  constexpr std::string_view kSlow = "slow:";
  if (text.starts_with(kSlow)) return parse_slow(text.substr(kSlow.size()));
  if (text.starts_with(kDecline)) {
    const std::string_view code = text.substr(kDecline.size());
    if (!is_code(code)) return std::nullopt;
    return Script{Act::kDecline, std::string(code), {}};
  }
  const auto* const word = std::ranges::find(kWords, text, &Word::text);
  if (word == kWords.end()) return std::nullopt;
  return Script{word->act, {}, {}};
}

std::string script_for(const boost::json::object& settings, std::string_view token) {
  if (const auto* const listed = settings.if_contains("tokens"); listed != nullptr && listed->is_object()) {
    if (const auto* const script = listed->get_object().if_contains(token)) {
      return script->is_string() ? std::string(script->get_string()) : "invalid";
    }
  }
  for (const auto& [built_in, script] : kBuiltInTokens) {
    if (built_in == token) return std::string(script);
  }
  return "succeed";
}

std::string_view first_state(const Script& script) noexcept {
  switch (script.act) {
    case Act::kAuthorize: return "authorized";
    case Act::kDecline: return "declined";
    case Act::kAction: return "requires_action";
    case Act::kProcessing: return "processing";
    default: return "captured";
  }
}

}  // namespace kassa::payments::sandbox
