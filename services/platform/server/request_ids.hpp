#pragma once
// Names for requests that came without one: 128 unpredictable bits, drawn from a small buffered pool. One per
// I/O thread.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kassa::platform {

class RequestIds {
 public:
  /// Replaces `out`, reusing its memory.
  void make(std::string& out);
  /// 32 digits and no more, for a trace.
  void make_trace(std::string& out);

 private:
  void append_digits(char* at);

  static constexpr std::size_t kIdWords = 2;
  static constexpr std::size_t kDigits = 32;
  std::array<std::uint64_t, 64 * kIdWords> pool_{};
  std::size_t used_{pool_.size()};
};

/// A caller's own id is kept when it is 1..128 visible ASCII characters.
[[nodiscard]] bool is_sane_request_id(std::string_view id) noexcept;

}  // namespace kassa::platform
