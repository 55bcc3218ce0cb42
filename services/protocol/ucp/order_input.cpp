#include "services/protocol/ucp/order_input.hpp"

#include "services/base/limits.hpp"
#include "services/base/text.hpp"

namespace kassa::protocol {
namespace {

constexpr std::size_t kOrderEntriesMax = 500;
constexpr std::size_t kAdjustmentTotalsMax = 20;
constexpr std::array<std::string_view, 3> kAdjustmentStatuses{"pending", "completed", "failed"};

void need_text(ObjectReader& reader, std::string_view key, std::size_t bytes_max) {
  reader.require(key);
  const auto text = reader.text(key, bytes_max);
  if (text && text->empty()) reader.fault(key, "required", "This must not be empty.");
}

void check_texts(ObjectReader& reader, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    const auto text = reader.text(key, limits::kTextBytesMax);
    const bool free_text = key == "description";
    if (free_text && text && contains_card_number(*text)) {
      reader.fault(key, "card_data_refused", "This holds a card number.");
    }
  }
}

void check_moment(ObjectReader& reader, std::string_view key) {
  reader.require(key);
  const auto text = reader.text(key, limits::kTextBytesMax);
  if (text && !from_rfc3339(*text)) reader.fault(key, "bad_time", "This must be a time as of RFC 3339.");
}

/// Calls `check(reader, path)` for each element, which must be an object.
template <class Check>
void each_object(ObjectReader& parent, std::string_view key, std::size_t elements_max, Check check) {
  const json::array* const elements = parent.array(key, elements_max);
  if (elements == nullptr) return;
  for (std::size_t i = 0; i < elements->size(); ++i) {
    const std::string path = parent.path_of(key) + "/" + std::to_string(i);
    if (const json::object* const element = (*elements)[i].if_object()) {
      ObjectReader reader(*element, path, parent.problems());
      check(reader, path);
    } else {
      parent.problems().push_back({path, "type_mismatch", "This must be an object."});
    }
  }
}

void check_items(ObjectReader& entry, std::int64_t quantity_min) {
  each_object(entry, "line_items", limits::kLinesPerCheckoutMax, [&](ObjectReader& item, const std::string&) {
    need_text(item, "id", limits::kIdBytesMax);
    item.require("quantity");
    item.integer("quantity", quantity_min, limits::kQuantityMax);
  });
}

void check_totals(ObjectReader& entry) {
  each_object(entry, "totals", kAdjustmentTotalsMax, [](ObjectReader& total, const std::string&) {
    need_text(total, "type", limits::kIdBytesMax);
    total.require("amount");
    total.integer("amount", -limits::kUnitPriceMinorMax, limits::kUnitPriceMinorMax);
    check_texts(total, {"display_text"});
  });
}

json::object without_nulls(const json::object& entry) {
  json::object out;
  for (const auto& member : entry) {
    if (!member.value().is_null()) out[member.key()] = member.value();
  }
  return out;
}

template <class Read>
json::array read_entries(ObjectReader& parent, std::string_view key, std::vector<Problem>& problems, Read read) {
  json::array out;
  each_object(parent, key, kOrderEntriesMax,
              [&](ObjectReader& entry, const std::string& path) { out.push_back(read(entry.raw(), path, problems)); });
  return out;
}

}  // namespace

json::object read_fulfilment_event(const json::object& entry, std::string path, std::vector<Problem>& problems) {
  ObjectReader reader(entry, std::move(path), problems);
  need_text(reader, "id", limits::kIdBytesMax);
  need_text(reader, "type", limits::kIdBytesMax);
  check_moment(reader, "occurred_at");
  reader.require("line_items");
  check_items(reader, 1);
  check_texts(reader, {"tracking_number", "tracking_url", "carrier", "description"});
  return without_nulls(entry);
}

json::object read_adjustment(const json::object& entry, std::string path, std::vector<Problem>& problems) {
  ObjectReader reader(entry, std::move(path), problems);
  need_text(reader, "id", limits::kIdBytesMax);
  need_text(reader, "type", limits::kIdBytesMax);
  check_moment(reader, "occurred_at");
  reader.require("status");
  const auto status = reader.text("status", limits::kIdBytesMax);
  if (status && std::ranges::find(kAdjustmentStatuses, *status) == kAdjustmentStatuses.end()) {
    reader.fault("status", "unknown_value", "This must be pending, completed or failed.");
  }
  check_items(reader, -limits::kQuantityMax);
  check_totals(reader);
  check_texts(reader, {"description"});
  return without_nulls(entry);
}

OrderInput read_order_input(const json::object& order, std::vector<Problem>& problems) {
  OrderInput input;
  ObjectReader reader(order, "", problems);
  if (const json::object* const fulfillment = reader.object("fulfillment")) {
    ObjectReader inner(*fulfillment, reader.path_of("fulfillment"), problems);
    input.events = read_entries(inner, "events", problems, read_fulfilment_event);
  }
  input.adjustments = read_entries(reader, "adjustments", problems, read_adjustment);
  return input;
}

}  // namespace kassa::protocol
