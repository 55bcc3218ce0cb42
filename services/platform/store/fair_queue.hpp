#pragma once
// A bounded queue that is fair by store: deficit round robin over the stores that have something waiting, in
// order within a store. When it is full the store with the longest backlog pays: its newest item is turned
// away. Plain data without locks; its owner guards it.

#include <algorithm>
#include <deque>
#include <list>
#include <optional>
#include <unordered_map>
#include <utility>

#include "services/base/ensure.hpp"
#include "services/base/id.hpp"

namespace kassa::platform {

template <class Item>
class FairQueue {
 public:
  /// `quantum`: how much cost a store may spend before it is the next one's turn.
  FairQueue(std::size_t items_max, std::size_t quantum) : items_max_(items_max), quantum_(quantum) {}

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  /// The item that found no room: the one given, or the newest of a store with a longer backlog; nullopt if
  /// all fit.
  [[nodiscard]] std::optional<Item> push(const StoreId& store, std::size_t cost, Item item) {
    std::optional<Item> refused;
    if (size_ >= items_max_) {
      Lane* const longest = longest_lane();
      if (longest == nullptr || longest->waiting.size() <= backlog(store) + 1) return item;
      refused = std::move(longest->waiting.back().second);
      longest->waiting.pop_back();
      --size_;
    }
    auto [lane, fresh] = lanes_.try_emplace(store);
    if (fresh) turns_.push_back(&*lane);
    lane->second.waiting.emplace_back(cost, std::move(item));
    ++size_;
    return refused;
  }

  Item pop() {
    ensure(!empty(), "pop from an empty queue");
    for (;;) {
      auto* const entry = turns_.front();
      Lane& lane = entry->second;
      if (!granted_) lane.deficit += quantum_;
      granted_ = true;
      if (lane.waiting.front().first <= lane.deficit) return serve(*entry);
      turns_.splice(turns_.end(), turns_, turns_.begin());
      granted_ = false;
    }
  }

 private:
  struct Lane {
    std::deque<std::pair<std::size_t, Item>> waiting;  // Never empty while the lane exists.
    std::size_t deficit{};
  };
  using Lanes = std::unordered_map<StoreId, Lane>;

  Item serve(typename Lanes::value_type& entry) {
    Lane& lane = entry.second;
    lane.deficit -= lane.waiting.front().first;
    Item item = std::move(lane.waiting.front().second);
    lane.waiting.pop_front();
    --size_;
    if (lane.waiting.empty()) {
      turns_.pop_front();
      granted_ = false;
      lanes_.erase(lanes_.find(entry.first));
    }
    return item;
  }

  [[nodiscard]] std::size_t backlog(const StoreId& store) const {
    const auto found = lanes_.find(store);
    return found == lanes_.end() ? 0 : found->second.waiting.size();
  }

  [[nodiscard]] Lane* longest_lane() {
    const auto shorter = [](const auto& a, const auto& b) { return a.second.waiting.size() < b.second.waiting.size(); };
    const auto longest = std::max_element(lanes_.begin(), lanes_.end(), shorter);
    return longest == lanes_.end() ? nullptr : &longest->second;
  }

  std::size_t items_max_;
  std::size_t quantum_;
  std::size_t size_{};
  bool granted_{};  // The store at the front has had its quantum for this turn.
  Lanes lanes_;
  std::list<typename Lanes::value_type*> turns_;  // Map nodes do not move.
};

}  // namespace kassa::platform
