#pragma once
// What the raw bytes of a request head say about where its body ends, judged before any parser may tidy them
// up. Default deny: whatever two HTTP implementations could read differently is refused and the connection
// closed. Pure; any thread.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kassa::platform {

inline constexpr std::size_t kHeaderFieldsMax = 100;

/// Why a request is answered by the server itself; the connection closes after the answer.
struct Refusal {
  int status;
  std::string_view code;
  std::string_view content;
};

namespace refusals {
inline constexpr Refusal kMalformed{400, "invalid_request", "The request is not well-formed HTTP/1.1."};
inline constexpr Refusal kTooSlow{408, "request_timeout", "The request did not arrive in time."};
inline constexpr Refusal kBodyTooLong{413, "body_too_large", "The request body is larger than this route takes."};
inline constexpr Refusal kTargetTooLong{414, "target_too_long", "The request target is too long."};
inline constexpr Refusal kExpectationFailed{417, "expectation_failed", "Only 100-continue can be expected."};
inline constexpr Refusal kHeadTooLong{431, "header_too_large", "The request header is too large."};
inline constexpr Refusal kMethodNotAllowed{405, "method_not_allowed", "This method is not allowed here."};
inline constexpr Refusal kMethodUnknown{501, "method_not_implemented", "This method is not implemented."};
inline constexpr Refusal kBroken{500, "internal", "Something went wrong on our side."};
}  // namespace refusals

struct Framing {
  enum class Body : unsigned char { kNone, kLength, kChunked };
  Body body{Body::kNone};
  std::uint64_t length{};
  bool keep_alive{};
  bool expects_continue{};
  bool http_1_0{};
};

/// `head` is everything up to and including the empty line. Null when the head may be parsed; `framing` is
/// filled then.
[[nodiscard]] const Refusal* check_head(std::string_view head, Framing& framing) noexcept;

/// True when a head that is still arriving already holds bytes that no head may hold (so that nobody waits
/// for its end). The first `judged` bytes were found fine before.
[[nodiscard]] bool hopeless_head(std::string_view partial, std::size_t judged) noexcept;

[[nodiscard]] bool equals_ignoring_case(std::string_view text, std::string_view lower) noexcept;

}  // namespace kassa::platform
