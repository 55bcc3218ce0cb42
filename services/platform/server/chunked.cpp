#include "services/platform/server/chunked.hpp"

#include <algorithm>
#include <cstring>

namespace kassa::platform {
namespace {

// 28 bits: far beyond every body limit, far below an overflow.
constexpr int kSizeDigitsMax = 7;

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

ChunkedDecoder::Status ChunkedDecoder::take_digit(char c) noexcept {
  const int value = hex_value(c);
  if (value < 0 || digits_ == kSizeDigitsMax) return Status::kMalformed;
  left_ = left_ * 16 + static_cast<std::uint64_t>(value);
  ++digits_;
  return Status::kNeedMore;
}

ChunkedDecoder::Status ChunkedDecoder::step(char c) noexcept {
  const auto expect = [&](char wanted, State next) {
    state_ = c == wanted ? next : State::kBroken;
    return c == wanted ? Status::kNeedMore : Status::kMalformed;
  };
  switch (state_) {
    case State::kSize:
      if (digits_ > 0 && c == '\r') return expect('\r', State::kSizeLf);
      return take_digit(c);
    case State::kSizeLf:
      if (c == '\n' && total_ + left_ > bytes_max_) return Status::kTooLong;
      total_ += left_;
      digits_ = 0;
      return expect('\n', left_ == 0 ? State::kEndCr : State::kData);
    case State::kDataCr: return expect('\r', State::kDataLf);
    case State::kDataLf: return expect('\n', State::kSize);
    // Anything but the empty line here would be a trailer.
    case State::kEndCr: return expect('\r', State::kEndLf);
    case State::kEndLf: return expect('\n', State::kDone);
    default: return Status::kMalformed;
  }
}

ChunkedDecoder::Status ChunkedDecoder::feed(std::string_view raw, char* out, std::size_t& consumed,
                                            std::size_t& produced) noexcept {
  while (!raw.empty() && state_ != State::kDone) {
    if (state_ == State::kData) {
      const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left_, raw.size()));
      std::memmove(out, raw.data(), n);
      out += n;
      produced += n;
      consumed += n;
      left_ -= n;
      raw.remove_prefix(n);
      if (left_ == 0) state_ = State::kDataCr;
      continue;
    }
    const Status status = step(raw.front());
    if (status != Status::kNeedMore) {
      state_ = State::kBroken;
      return status;
    }
    raw.remove_prefix(1);
    ++consumed;
  }
  return state_ == State::kDone ? Status::kDone : Status::kNeedMore;
}

}  // namespace kassa::platform
