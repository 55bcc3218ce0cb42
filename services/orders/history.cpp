#include "services/orders/history.hpp"

#include "services/base/limits.hpp"
#include "services/base/text.hpp"

namespace kassa::orders {
namespace {

/// How much of one line went out in one package.
struct Parcel {
  std::int64_t shipped{};
  std::int64_t delivered{};
  std::int64_t seen{};  ///< Under way: the carrier's scans repeat the same goods.
  std::int64_t most{};

  [[nodiscard]] std::int64_t out() const noexcept { return std::max({shipped, delivered, seen}); }

  void take(std::string_view type, std::int64_t quantity) {
    if (type == "shipped") shipped += quantity;
    if (type == "delivered") delivered += quantity;
    if (type == "in_transit" || type == "failed_attempt") seen = std::max(seen, quantity);
    if (type == "canceled" || type == "undeliverable" || type == "returned_to_sender") {
      for (std::int64_t* count : {&shipped, &delivered, &seen}) *count = std::max<std::int64_t>(0, *count - quantity);
    }
    most = std::max(most, out());
  }
};

using Parcels = std::map<std::pair<std::string_view, std::string_view>, Parcel>;  // By line and tracking number.

std::int64_t quantity_in(const json::object& item) noexcept {
  const json::value* found = item.if_contains("quantity");
  if (found == nullptr || !found->is_int64()) return 0;
  return std::clamp(found->get_int64(), -limits::kQuantityMax, limits::kQuantityMax);
}

template <class Fn>
void for_each_item(const json::object& entry, Fn fn) {
  const json::value* items = entry.if_contains("line_items");
  if (items == nullptr || !items->is_array()) return;
  for (const json::value& item : items->get_array()) {
    if (item.is_object()) fn(text_in(item.get_object(), "id"), quantity_in(item.get_object()));
  }
}

Parcels parcels_of(const json::array& events) {
  Parcels parcels;
  for (const json::value& event : events) {
    const json::object& entry = event.get_object();
    const std::string_view tracking = text_in(entry, "tracking_number");
    const std::string_view type = text_in(entry, "type");
    for_each_item(entry, [&](std::string_view line, std::int64_t quantity) {
      parcels[{line, tracking}].take(type, std::max<std::int64_t>(0, quantity));
    });
  }
  return parcels;
}

std::map<std::string_view, std::int64_t> adjusted_quantities(const json::array& adjustments) {
  std::map<std::string_view, std::int64_t> changes;
  for (const json::value& adjustment : adjustments) {
    const json::object& entry = adjustment.get_object();
    if (text_in(entry, "status") != "completed") continue;
    for_each_item(entry, [&](std::string_view line, std::int64_t quantity) { changes[line] += quantity; });
  }
  return changes;
}

FulfilState fold_state(const ports::OrderRecord& order, const std::vector<LineProgress>& lines) {
  const bool any_ships = std::ranges::any_of(order.lines, &ports::OrderLine::ships);
  std::int64_t needed = 0;
  std::int64_t done = 0;
  std::int64_t shipped = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (any_ships && !order.lines[i].ships) continue;
    needed += lines[i].total;
    done += lines[i].fulfilled;
    shipped += lines[i].shipped;
  }
  if (done > 0) return done == needed ? FulfilState::kFulfilled : FulfilState::kPartial;
  return shipped > 0 ? FulfilState::kReturned : FulfilState::kNone;
}

bool same_entry(const json::object& a, const json::object& b) {
  if (a.size() != b.size()) return false;
  for (const auto& member : a) {
    const json::value* other = b.if_contains(member.key());
    if (other == nullptr) return false;
    if (member.value() == *other) continue;
    if (member.key() != "occurred_at") return false;
    const auto mine = from_rfc3339(text_in(a, "occurred_at"));
    if (!mine || mine != from_rfc3339(text_in(b, "occurred_at"))) return false;
  }
  return true;
}

template <class Entries>
auto find_entry(Entries& entries, std::string_view id) {
  return std::ranges::find_if(entries,
                              [&](const json::value& entry) { return text_in(entry.get_object(), "id") == id; });
}

}  // namespace

std::string_view to_text(FulfilState state) noexcept {
  switch (state) {
    case FulfilState::kNone: return "none";
    case FulfilState::kPartial: return "partial";
    case FulfilState::kFulfilled: return "fulfilled";
    case FulfilState::kReturned: return "returned";
  }
  return "none";
}

const LineProgress* Progress::find(std::string_view line) const noexcept {
  const auto found = std::ranges::find(lines, line, &LineProgress::line);
  return found == lines.end() ? nullptr : &*found;
}

std::string_view text_in(const json::object& entry, std::string_view key) noexcept {
  const json::value* found = entry.if_contains(key);
  if (found == nullptr || !found->is_string()) return {};
  return {found->get_string().data(), found->get_string().size()};
}

Progress progress_of(const ports::OrderRecord& order, const json::array& events, const json::array& adjustments) {
  const Parcels parcels = parcels_of(events);
  const auto changes = adjusted_quantities(adjustments);
  Progress progress;
  for (const ports::OrderLine& line : order.lines) {
    LineProgress out;
    out.line = line.id;
    out.original = line.quantity;
    const auto change = changes.find(line.id);
    out.total = std::max<std::int64_t>(0, line.quantity + (change == changes.end() ? 0 : change->second));
    std::int64_t held = 0;
    for (const auto& [key, parcel] : parcels) {
      if (key.first != line.id) continue;
      held += parcel.out();
      out.shipped += parcel.most;
    }
    out.fulfilled = std::min(held, out.total);
    progress.lines.push_back(std::move(out));
  }
  progress.state = fold_state(order, progress.lines);
  return progress;
}

void fold_entry(json::array& entries, json::object entry) {
  const auto same = find_entry(entries, text_in(entry, "id"));
  if (same == entries.end()) {
    entries.push_back(std::move(entry));
  } else {
    *same = std::move(entry);
  }
}

std::vector<json::object> news_in(const json::array& known, const json::array& wanted) {
  json::array folded;
  for (const json::value& entry : wanted) fold_entry(folded, entry.get_object());
  std::vector<json::object> news;
  for (json::value& entry : folded) {
    const auto same = find_entry(known, text_in(entry.get_object(), "id"));
    if (same != known.end() && same_entry(same->get_object(), entry.get_object())) continue;
    news.push_back(std::move(entry.get_object()));
  }
  return news;
}

}  // namespace kassa::orders
