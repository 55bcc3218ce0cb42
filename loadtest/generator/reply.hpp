#pragma once
// The least that a client needs to know of HTTP/1.1 answers: status, Content-Length, body. Anything else
// (chunked answers, answers without a length) is a failure that the run reports. One object for each
// connection.

#include <cstddef>
#include <string>
#include <string_view>

namespace kassa::load {

struct Reply {
  int status{};
  std::string_view body;
};

class ReplyReader {
 public:
  enum class State : unsigned char { kMore, kWhole, kBroken };

  /// Room for the next bytes from the socket.
  [[nodiscard]] char* room() noexcept { return buffer_.data() + used_; }
  [[nodiscard]] std::size_t room_bytes() const noexcept { return buffer_.size() - used_; }

  /// `count` bytes were written to room().
  State took(std::size_t count);

  /// Valid after kWhole and until clear().
  [[nodiscard]] const Reply& reply() const noexcept { return reply_; }
  void clear() noexcept;

 private:
  State read_head();

  std::string buffer_ = std::string(16 * 1024, '\0');
  std::size_t used_{};
  std::size_t head_bytes_{};  ///< 0: not yet complete.
  std::size_t body_bytes_{};
  Reply reply_;
};

}  // namespace kassa::load
