#include "services/platform/server/input_buffer.hpp"

#include <algorithm>
#include <cstring>

namespace kassa::platform {
namespace {

constexpr std::size_t kBytesFirst = 4 * 1024;
constexpr std::size_t kBytesKept = 64 * 1024;

}  // namespace

std::size_t InputBuffer::find_head() noexcept {
  const auto found = pending().find("\r\n\r\n", scanned_);
  if (found != std::string_view::npos) return found + 4;
  const std::size_t size = end_ - begin_;
  scanned_ = size < 3 ? 0 : size - 3;
  return 0;
}

std::span<char> InputBuffer::room(std::size_t pending_bytes_wanted) {
  const std::size_t size = end_ - begin_;
  const std::size_t wanted = std::max(pending_bytes_wanted, size + 1);
  if (begin_ + wanted > storage_.size()) {
    if (wanted > storage_.size()) {
      std::vector<char> larger(std::max({kBytesFirst, wanted, std::min(2 * storage_.size(), 2 * wanted)}));
      std::copy_n(storage_.data() + begin_, size, larger.data());
      storage_.swap(larger);
    } else {
      std::memmove(storage_.data(), storage_.data() + begin_, size);
    }
    begin_ = 0;
    end_ = size;
  }
  return {storage_.data() + end_, storage_.size() - end_};
}

void InputBuffer::consume(std::size_t size) noexcept {
  begin_ += size;
  scanned_ = 0;
  if (begin_ != end_) return;
  begin_ = 0;
  end_ = 0;
  // An import of megabytes must not stay with an idle connection.
  if (storage_.size() > kBytesKept) std::vector<char>{}.swap(storage_);
}

}  // namespace kassa::platform
