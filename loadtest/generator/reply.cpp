#include "loadtest/generator/reply.hpp"

#include <algorithm>
#include <charconv>

namespace kassa::load {
namespace {

constexpr std::size_t kReplyBytesMax = 1024 * 1024;
constexpr std::string_view kEndOfHead = "\r\n\r\n";
constexpr std::string_view kLength = "\r\ncontent-length:";

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::size_t find_length(std::string_view head) {
  const std::size_t usual = head.find("\r\nContent-Length:");
  if (usual != std::string_view::npos) return usual;
  const auto same = [](char a, char b) { return lower(a) == b; };
  const auto found = std::search(head.begin(), head.end(), kLength.begin(), kLength.end(), same);
  return found == head.end() ? std::string_view::npos : static_cast<std::size_t>(found - head.begin());
}

template <class Number>
bool read_number(std::string_view text, Number& out) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  return std::from_chars(text.data(), text.data() + text.size(), out).ec == std::errc{};
}

}  // namespace

void ReplyReader::clear() noexcept {
  used_ = 0;
  head_bytes_ = 0;
  body_bytes_ = 0;
}

ReplyReader::State ReplyReader::took(std::size_t count) {
  used_ += count;
  if (head_bytes_ == 0) {
    const State state = read_head();
    if (state != State::kWhole) return state;
  }
  const std::size_t wanted = head_bytes_ + body_bytes_;
  if (used_ > wanted) return State::kBroken;  // One request at a time: nothing may follow its answer.
  if (used_ < wanted) {
    if (buffer_.size() < wanted) buffer_.resize(wanted);
    return State::kMore;
  }
  reply_.body = std::string_view(buffer_).substr(head_bytes_, body_bytes_);
  return State::kWhole;
}

ReplyReader::State ReplyReader::read_head() {
  const std::string_view got = std::string_view(buffer_).substr(0, used_);
  const std::size_t end = got.find(kEndOfHead);
  if (end == std::string_view::npos) return room_bytes() > 0 ? State::kMore : State::kBroken;
  const std::string_view head = got.substr(0, end + 2);
  if (!head.starts_with("HTTP/1.1 ") || !read_number(head.substr(9, 3), reply_.status)) return State::kBroken;
  const std::size_t length = find_length(head);
  if (length == std::string_view::npos) return State::kBroken;
  if (!read_number(head.substr(length + kLength.size()), body_bytes_)) return State::kBroken;
  if (body_bytes_ > kReplyBytesMax) return State::kBroken;
  head_bytes_ = end + kEndOfHead.size();
  return State::kWhole;
}

}  // namespace kassa::load
