#include <algorithm>

#include "services/base/limits.hpp"
#include "services/checkout/apply_detail.hpp"
#include "services/checkout/gifts.hpp"
#include "services/checkout/offers.hpp"
#include "services/checkout/patch.hpp"

namespace kassa::checkout {
namespace {

/// The first of "<prefix>1", "<prefix>2" ... that `taken` does not know.
template <class Taken>
std::string next_id(std::string_view prefix, const Taken& taken) {
  for (std::size_t n = 1;; ++n) {
    std::string id = std::string(prefix) + std::to_string(n);
    if (!taken(id)) return id;
  }
}

bool has_line(const std::vector<Line>& lines, std::string_view id) {
  return std::ranges::any_of(lines, [&](const Line& line) { return line.id.value == id; });
}

/// Each old line is matched at most once.
class LineMatcher {
 public:
  explicit LineMatcher(std::vector<Line>& old) : old_(old), used_(old.size(), false) {}

  Line* match_id(const LinePatch& wanted) {
    for (std::size_t i = 0; i < old_.size(); ++i) {
      if (!used_[i] && !wanted.id.empty() && old_[i].id.value == wanted.id) return take(i);
    }
    return nullptr;
  }
  Line* match_item(const LinePatch& wanted) {
    for (std::size_t i = 0; i < old_.size(); ++i) {
      if (!used_[i] && old_[i].item == wanted.item) return take(i);
    }
    return nullptr;
  }

 private:
  Line* take(std::size_t i) {
    used_[i] = true;
    return &old_[i];
  }
  std::vector<Line>& old_;
  std::vector<char> used_;
};

/// Takes what `old` has.
Result<Line> merge_line(const LinePatch& wanted, Line* old, std::size_t index) {
  Line line = old != nullptr ? std::move(*old) : Line{};
  if (old == nullptr && !wanted.id.empty()) line.id = LineId{wanted.id};
  if (!wanted.item.empty()) line.item = wanted.item;
  if (wanted.quantity) line.quantity = *wanted.quantity;
  if (wanted.parent.present()) line.parent = LineId{wanted.parent.value() != nullptr ? *wanted.parent.value() : ""};
  const auto path = [index] { return "$.line_items[" + std::to_string(index) + "]"; };
  if (wanted.properties.present()) {
    KASSA_TRY(set_properties(wanted.properties.items(), path(), line));
  }
  if (line.item.empty()) return Error{Errc::kInvalidRequest, "a line needs item.id", path() + ".item.id"};
  if (line.quantity < 1 || line.quantity > limits::kQuantityMax) {
    return Error{Errc::kInvalidRequest, "quantity must be 1 to " + std::to_string(limits::kQuantityMax),
                 path() + ".quantity"};
  }
  return line;
}

Result<void> apply_lines(std::span<const LinePatch> wanted, Session& session) {
  if (wanted.size() > limits::kLinesPerCheckoutMax) {
    return Error{Errc::kInvalidRequest, "at most " + std::to_string(limits::kLinesPerCheckoutMax) + " lines",
                 "$.line_items"};
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const bool repeated = !wanted[i].id.empty() && std::ranges::count(wanted, wanted[i].id, &LinePatch::id) > 1;
    if (repeated)
      return Error{Errc::kInvalidRequest, "line ids must be unique", "$.line_items[" + std::to_string(i) + "].id"};
  }
  std::vector<Line> old = std::move(session.lines);
  LineMatcher matcher(old);
  std::vector<Line*> matches;
  matches.reserve(wanted.size());
  // All ids first: a line that is named must not be taken by an earlier one that only has the same item. Then lines
  // without an id, and last those whose id is unknown: their item may still be a line we have.
  for (const LinePatch& line : wanted) matches.push_back(matcher.match_id(line));
  for (const bool with_id : {false, true}) {
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const bool turn = matches[i] == nullptr && wanted[i].id.empty() != with_id;
      if (turn) matches[i] = matcher.match_item(wanted[i]);
    }
  }
  std::vector<Line> lines;
  lines.reserve(wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    KASSA_TRY(auto line, merge_line(wanted[i], matches[i], i));
    lines.push_back(std::move(line));
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].id.empty()) {
      lines[i].id =
          LineId{next_id("li_", [&](const std::string& id) { return has_line(lines, id) || has_line(old, id); })};
    }
    const auto same = std::ranges::count(lines, lines[i].id, &Line::id);
    if (same > 1) {
      return Error{Errc::kInvalidRequest, "line ids must be unique", "$.line_items[" + std::to_string(i) + "].id"};
    }
  }
  session.lines = std::move(lines);
  const bool described = std::ranges::any_of(wanted, [](const LinePatch& line) { return line.properties.present(); });
  return described ? check_property_bytes(session) : ok();
}

void note_pruned(Session& session, std::string path, std::string_view what) {
  Message message(Level::kWarning, "reference_removed", std::move(path));
  message.params.emplace_back("reference", std::string(what));
  session.notices.push_back(std::move(message));
}

/// Ids that a caller sent but the session does not know are dropped; with none left the delivery covers all lines.
void set_lines(std::span<const std::string> ids, const Session& session, Delivery& delivery) {
  delivery.lines.clear();
  for (const std::string& id : ids) {
    const bool repeated = std::ranges::find(delivery.lines, LineId{id}) != delivery.lines.end();
    if (!repeated && has_line(session.lines, id)) delivery.lines.emplace_back(id);
  }
  delivery.all_lines = delivery.lines.empty();
}

Result<void> set_destinations(const std::vector<DestinationPatch>& wanted, const std::vector<Destination>& saved,
                              const std::string& path, Delivery& delivery) {
  if (wanted.size() > limits::kDestinationsPerMethodMax) {
    return Error{Errc::kInvalidRequest, "too many destinations", path + ".destinations"};
  }
  std::vector<Destination> destinations;
  const auto taken = [&](std::string_view id) {
    return std::ranges::any_of(destinations, [&](const Destination& d) { return d.id == id; }) ||
           std::ranges::any_of(wanted, [&](const DestinationPatch& d) { return d.id == id; });
  };
  for (const DestinationPatch& patch : wanted) {
    Destination destination;
    destination.id = patch.id;
    destination.address = patch.address;
    if (!patch.id.empty() && std::ranges::count(wanted, patch.id, &DestinationPatch::id) > 1) {
      return Error{Errc::kInvalidRequest, "destination ids must be unique", path + ".destinations"};
    }
    if (destination.id.empty()) {
      const auto known = std::ranges::find(saved, patch.address, &Destination::address);
      const bool free = known != saved.end() && !taken(known->id);
      destination.id = free ? known->id : next_id("dest_", taken);
    }
    destinations.push_back(std::move(destination));
  }
  delivery.destinations = std::move(destinations);
  return ok();
}

void set_groups(std::span<const DeliveryPatch::Group> wanted, Delivery& delivery) {
  // One package per delivery: the first entry is that package, whatever the caller calls it.
  std::vector<GroupChoice> choices;
  for (const auto& group : wanted) {
    const auto old = std::ranges::find(delivery.groups, group.id, &GroupChoice::id);
    GroupChoice choice = old != delivery.groups.end() ? *old : GroupChoice{};
    if (!group.id.empty()) choice.id = group.id;
    if (group.option.present()) choice.option = group.option.value() != nullptr ? *group.option.value() : std::string{};
    choices.push_back(std::move(choice));
    break;
  }
  delivery.groups = std::move(choices);
}

Result<void> merge_delivery(const DeliveryPatch& patch, const std::vector<Destination>& saved, const std::string& path,
                            Session& session, Delivery& delivery) {
  if (!patch.type.empty()) delivery.type = patch.type;
  if (delivery.type != "shipping") return Error{Errc::kInvalidRequest, "only type shipping is offered", path + ".type"};
  if (patch.lines.present()) {
    set_lines(patch.lines.items(), session, delivery);
  }
  if (const auto* destinations = patch.destinations.value()) {
    KASSA_TRY(set_destinations(*destinations, saved, path, delivery));
  }
  if (patch.selected.present()) delivery.selected = patch.selected.value() != nullptr ? *patch.selected.value() : "";
  keep_chosen(patch, saved, delivery);
  if (patch.groups.present()) {
    set_groups(patch.groups.items(), delivery);
  }
  return ok();
}

/// Takes what the matching entry of `old` has; ids are unique, so nobody else asks for it.
Delivery start_from(const DeliveryPatch& patch, std::vector<Delivery>& old, std::size_t count) {
  for (Delivery& delivery : old) {
    if (!patch.id.empty() && delivery.id == patch.id) return std::move(delivery);
  }
  if (count == 1 && old.size() == 1) {
    Delivery delivery = std::move(old.front());
    if (!patch.id.empty()) delivery.id = patch.id;
    return delivery;
  }
  Delivery delivery;
  delivery.id = patch.id;
  return delivery;
}

Result<void> apply_deliveries(std::span<const DeliveryPatch> wanted, const std::vector<Destination>& saved,
                              Session& session) {
  if (wanted.size() > limits::kMethodsPerCheckoutMax) {
    return Error{Errc::kInvalidRequest, "too many methods", "$.fulfillment.methods"};
  }
  std::vector<Delivery> old = std::move(session.deliveries);
  session.deliveries.clear();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::string path = "$.fulfillment.methods[" + std::to_string(i) + "]";
    if (!wanted[i].id.empty() && std::ranges::count(wanted, wanted[i].id, &DeliveryPatch::id) > 1) {
      return Error{Errc::kInvalidRequest, "method ids must be unique", path + ".id"};
    }
    Delivery delivery = start_from(wanted[i], old, wanted.size());
    if (delivery.id.empty()) {
      delivery.id = next_id("method_", [&](const std::string& id) {
        return std::ranges::any_of(session.deliveries, [&](const Delivery& d) { return d.id == id; }) ||
               std::ranges::any_of(wanted, [&](const DeliveryPatch& d) { return d.id == id; });
      });
    }
    KASSA_TRY(merge_delivery(wanted[i], saved, path, session, delivery));
    session.deliveries.push_back(std::move(delivery));
  }
  return ok();
}

/// What points to something that is gone points to nothing, and says so.
void prune(Session& session) {
  for (std::size_t i = 0; i < session.deliveries.size(); ++i) {
    Delivery& delivery = session.deliveries[i];
    const auto path = [i] { return "$.fulfillment.methods[" + std::to_string(i) + "]"; };
    const auto gone =
        std::erase_if(delivery.lines, [&](const LineId& id) { return !has_line(session.lines, id.value); });
    if (gone > 0) note_pruned(session, path() + ".line_item_ids", "line_items");
    if (delivery.lines.empty()) delivery.all_lines = true;
    const bool known =
        delivery.selected.empty() ||
        std::ranges::any_of(delivery.destinations, [&](const Destination& d) { return d.id == delivery.selected; });
    if (!known) {
      note_pruned(session, path() + ".selected_destination_id", delivery.selected);
      delivery.selected.clear();
    }
  }
  for (Line& line : session.lines) {
    if (!line.parent.empty() && !has_line(session.lines, line.parent.value)) line.parent = LineId{};
  }
}

template <class T>
void replace(const Field<T>& field, T& target) {
  if (field.present()) target = field.value() != nullptr ? *field.value() : T{};
}

}  // namespace

Result<void> apply(const Patch& patch, const std::vector<Destination>& saved, Session& session) {
  session.notices.clear();
  session.limited_items.clear();  // Pieces may have come back; step D1 counts.
  if (patch.lines.present()) {
    const auto given = std::ranges::any_of(patch.lines.items(), is_gift_line, &LinePatch::id);
    KASSA_TRY(given ? apply_lines(without_gifts(patch.lines.items()), session)
                    : apply_lines(patch.lines.items(), session));
  }
  const Buyer* const buyer = patch.buyer.value();
  // Another customer, with uses of their own.
  if (patch.buyer.present() && (buyer != nullptr ? buyer->email : std::string{}) != session.buyer.email) {
    session.used_up.clear();
    session.vouched = false;
  }
  replace(patch.buyer, session.buyer);
  replace(patch.context, session.context);
  replace(patch.codes, session.codes);
  if (patch.codes.present()) session.used_up.clear();  // A use may have come back; step D1 decides.
  if (patch.codes.present()) session.has_codes = patch.codes.value() != nullptr;
  replace(patch.instruments, session.instruments);
  replace(patch.attribution, session.attribution);
  if (patch.facts.present()) {
    const std::vector<Fact>* const facts = patch.facts.value();
    session.facts = facts == nullptr || facts->empty() ? nullptr : std::make_shared<const std::vector<Fact>>(*facts);
  }
  if (has_detail(patch)) {
    KASSA_TRY(apply_detail(patch, session));
  }
  if (patch.deliveries.present()) {
    KASSA_TRY(apply_deliveries(patch.deliveries.items(), saved, session));
  }
  prune(session);
  return ok();
}

}  // namespace kassa::checkout
