#include "services/base/id.hpp"

#include <array>
#include <cstdint>

#include "services/base/ensure.hpp"

namespace kassa {

std::string unique_suffix(const Clock& clock, Random& random) {
  // Digits in ASCII order, so that sorting the text sorts by time.
  static constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
  static constexpr std::size_t kTimeDigits = 10;
  static constexpr std::size_t kRandomDigits = 26;

  const std::int64_t now = to_millis(clock.now());
  ensure(now >= 0, "a clock after 1970");
  ensure(now < (std::int64_t{1} << 48), "a clock within 48 bits");
  std::string suffix(kTimeDigits + kRandomDigits, '0');
  auto rest = static_cast<std::uint64_t>(now);
  for (std::size_t i = kTimeDigits; i-- > 0; rest >>= 5) suffix[i] = kDigits[rest & 31];

  // One byte per digit: 3 of 8 bits go unused, which keeps every digit unbiased without bit packing.
  std::array<std::byte, kRandomDigits> bytes{};
  random.fill(bytes);
  for (std::size_t i = 0; i < kRandomDigits; ++i) {
    suffix[kTimeDigits + i] = kDigits[std::to_integer<std::size_t>(bytes[i]) & 31];
  }
  return suffix;
}

}  // namespace kassa
