#include "services/base/id.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "services/base/ensure.hpp"
#include "services/base/id_time.hpp"

namespace kassa {
namespace {

// Digits in ASCII order, so that sorting the text sorts by time.
constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t kTimeDigits = 10;
constexpr std::int64_t kTimeEnd = std::int64_t{1} << 48;

}  // namespace

std::string id_time_digits(Instant at) {
  std::string digits(kTimeDigits, '0');
  auto rest = static_cast<std::uint64_t>(std::clamp<std::int64_t>(to_millis(at), 0, kTimeEnd - 1));
  for (std::size_t i = kTimeDigits; i-- > 0; rest >>= 5) digits[i] = kDigits[rest & 31];
  return digits;
}

std::string unique_suffix(const Clock& clock, Random& random) {
  static constexpr std::size_t kRandomDigits = 26;

  const Instant now = clock.now();
  ensure(to_millis(now) >= 0, "a clock after 1970");
  ensure(to_millis(now) < kTimeEnd, "a clock within 48 bits");
  std::string suffix = id_time_digits(now);
  suffix.resize(kTimeDigits + kRandomDigits, '0');

  // One byte per digit: 3 of 8 bits go unused, which keeps every digit unbiased without bit packing.
  std::array<std::byte, kRandomDigits> bytes{};
  random.fill(bytes);
  for (std::size_t i = 0; i < kRandomDigits; ++i) {
    suffix[kTimeDigits + i] = kDigits[std::to_integer<std::size_t>(bytes[i]) & 31];
  }
  return suffix;
}

}  // namespace kassa
