#pragma once
// Pages of long lists. A page is asked for by the key of the last item of the page before, never by a number,
// so that items that come and go meanwhile shift nothing.

#include <cstdint>
#include <string>
#include <vector>

namespace kassa::admin {

struct PageRequest {
  std::string after;  ///< Key of the last item already seen; empty: from the start.
  std::int64_t most{50};
};

template <class Item>
struct Page {
  std::vector<Item> items;
  bool more{false};
  std::string next{};  ///< Of lists that may stop before a page is full: the key to go on behind, when there is more.
};

/// From rows that were read with a limit of most + 1.
template <class Item, class Rows, class Read>
[[nodiscard]] Page<Item> page_of(const Rows& rows, const PageRequest& request, const Read& read) {
  Page<Item> page;
  page.more = static_cast<std::int64_t>(rows.size()) > request.most;
  for (const auto& row : rows) {
    if (static_cast<std::int64_t>(page.items.size()) == request.most) break;
    page.items.push_back(read(row));
  }
  return page;
}

}  // namespace kassa::admin
