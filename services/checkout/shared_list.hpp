#pragma once
// A list that copies of its owner share until one of them changes it: every edit copies the session, and few edits
// touch its addresses. A value like any other; what is shared is never written to, so threads need not know.

#include <memory>
#include <utility>
#include <vector>

namespace kassa::checkout {

template <class T>
class SharedList {
 public:
  SharedList() = default;
  SharedList(std::vector<T> items)  // NOLINT(google-explicit-constructor): it is that list.
      : items_(items.empty() ? nullptr : std::make_shared<const std::vector<T>>(std::move(items))) {}

  [[nodiscard]] bool empty() const noexcept { return !items_; }
  [[nodiscard]] std::size_t size() const noexcept { return items_ ? items_->size() : 0; }
  [[nodiscard]] const T* begin() const noexcept { return items_ ? items_->data() : nullptr; }
  [[nodiscard]] const T* end() const noexcept { return begin() + size(); }
  [[nodiscard]] const T& operator[](std::size_t i) const { return items_->operator[](i); }
  [[nodiscard]] const T& front() const { return items_->front(); }

  /// A copy of its own, put in its place by `change`: lists are short, and whether others hold this one is not asked.
  template <class Change>
  void edit(Change change) {
    std::vector<T> items(begin(), end());
    change(items);
    *this = SharedList(std::move(items));
  }
  void push_back(T item) {
    edit([&](std::vector<T>& items) { items.push_back(std::move(item)); });
  }

 private:
  std::shared_ptr<const std::vector<T>> items_;
};

}  // namespace kassa::checkout
