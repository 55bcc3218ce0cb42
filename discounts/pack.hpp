#pragma once
// An array of plain values that is either its own or lies in memory that somebody else keeps: what a compiled segment
// is made of, so that it can be opened where it stands in a mapped file. Private to discounts/; filled by whoever
// compiles, immutable from then on.

#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace kassa::discounts {

template <class T>
class Pack {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  using value_type = T;

  Pack() = default;
  ~Pack() = default;
  Pack(const Pack&) = delete;
  Pack& operator=(const Pack&) = delete;
  Pack(Pack&& other) noexcept : own_(std::move(other.own_)), view_(std::exchange(other.view_, {})) {}
  Pack& operator=(Pack&& other) noexcept {
    own_ = std::move(other.own_);
    view_ = std::exchange(other.view_, {});
    return *this;
  }

  [[nodiscard]] std::size_t size() const noexcept { return view_.size(); }
  [[nodiscard]] bool empty() const noexcept { return view_.empty(); }
  [[nodiscard]] const T* data() const noexcept { return view_.data(); }
  [[nodiscard]] const T& operator[](std::size_t i) const noexcept { return view_[i]; }
  [[nodiscard]] const T* begin() const noexcept { return view_.data(); }
  [[nodiscard]] const T* end() const noexcept { return view_.data() + view_.size(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return view_.size_bytes(); }

  // While it is being filled; never of what is borrowed.
  [[nodiscard]] T* data() noexcept { return own_.data(); }
  [[nodiscard]] T& operator[](std::size_t i) noexcept { return own_[i]; }
  [[nodiscard]] T* begin() noexcept { return own_.data(); }
  [[nodiscard]] T* end() noexcept { return own_.data() + own_.size(); }
  T& push_back(const T& item) {
    T& made = own_.emplace_back(item);
    view_ = own_;
    return made;
  }
  template <class Items>
  void append(const Items& items) {
    own_.insert(own_.end(), std::begin(items), std::end(items));
    view_ = own_;
  }
  void reserve(std::size_t size) {
    own_.reserve(size);
    view_ = own_;
  }
  void resize(std::size_t size) {
    own_.resize(size);
    view_ = own_;
  }
  void adopt(std::vector<T> items) {
    own_ = std::move(items);
    view_ = own_;
  }
  void shrink_to_fit() {
    own_.shrink_to_fit();
    view_ = own_;
  }

  /// What lies elsewhere and stays there at least as long.
  void borrow(std::span<const T> items) {
    own_ = {};
    view_ = items;
  }

 private:
  std::vector<T> own_;
  std::span<const T> view_;
};

}  // namespace kassa::discounts
