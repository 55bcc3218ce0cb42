#pragma once
// A connection's received bytes: the head of the current request, its body right behind (decoded in place
// when chunked), then whatever the client pipelined. Starts small, grows to what one request needs, shrinks
// again. Connection's thread.

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace kassa::platform {

class InputBuffer {
 public:
  /// Looks for the end of a head from where it last stopped; 0 when it is not there yet.
  [[nodiscard]] std::size_t find_head() noexcept;
  [[nodiscard]] std::string_view pending() const noexcept { return {storage_.data() + begin_, end_ - begin_}; }
  [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }

  /// Free space behind the pending bytes, after making it such that `pending_bytes_wanted` fit in all. May
  /// move them.
  [[nodiscard]] std::span<char> room(std::size_t pending_bytes_wanted);
  void commit(std::size_t received) noexcept { end_ += received; }
  /// Forgets the first `size` pending bytes: the request that they were is over.
  void consume(std::size_t size) noexcept;
  /// Forgets pending bytes from offset `size` on.
  void truncate(std::size_t size) noexcept { end_ = begin_ + size; }
  [[nodiscard]] char* data() noexcept { return storage_.data() + begin_; }

 private:
  std::vector<char> storage_;
  std::size_t begin_{};
  std::size_t end_{};
  std::size_t scanned_{};  ///< Pending bytes known to hold no end of a head.
};

}  // namespace kassa::platform
