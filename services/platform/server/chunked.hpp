#pragma once
// Decodes a chunked body in place: exactly `size CRLF data CRLF ... 0 CRLF CRLF`. Extensions and trailers are
// refused, so that no proxy in front can read them differently. Pure state; one per request, owned by its
// session.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kassa::platform {

class ChunkedDecoder {
 public:
  enum class Status : unsigned char { kNeedMore, kDone, kMalformed, kTooLong };

  explicit ChunkedDecoder(std::size_t bytes_max = 0) noexcept : bytes_max_(bytes_max) {}

  /// Consumes raw bytes and writes the decoded ones to `out`, which may be `raw.data()` or any place before
  /// it. Adds to `consumed` and `produced`; bytes after the end of the body are not consumed.
  Status feed(std::string_view raw, char* out, std::size_t& consumed, std::size_t& produced) noexcept;

 private:
  enum class State : unsigned char { kSize, kSizeLf, kData, kDataCr, kDataLf, kEndCr, kEndLf, kDone, kBroken };

  Status step(char c) noexcept;
  Status take_digit(char c) noexcept;

  std::size_t bytes_max_;
  std::uint64_t total_{};
  std::uint64_t left_{};
  int digits_{};
  State state_{State::kSize};
};

}  // namespace kassa::platform
