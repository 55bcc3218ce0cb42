#include "services/protocol/ucp/decode_parts.hpp"

namespace kassa::protocol {
namespace {

constexpr std::size_t kGroupsPerMethodMax = 20;

void read_destinations(ObjectReader& method, checkout::DeliveryPatch& out) {
  std::vector<checkout::DestinationPatch> destinations;
  const auto read = [&](ObjectReader& reader) {
    checkout::DestinationPatch destination;
    destination.id = reader.text("id", limits::kIdBytesMax).value_or("");
    destination.address = read_address(reader);
    destinations.push_back(std::move(destination));
  };
  if (each_object(method, "destinations", limits::kDestinationsPerMethodMax, read)) {
    out.destinations.set(std::move(destinations));
  }
}

void read_groups(ObjectReader& method, checkout::DeliveryPatch& out) {
  std::vector<checkout::DeliveryPatch::Group> groups;
  const auto read = [&](ObjectReader& reader) {
    checkout::DeliveryPatch::Group group;
    group.id = reader.text("id", limits::kIdBytesMax).value_or("");
    read_nullable(reader, "selected_option_id", limits::kIdBytesMax, group.option);
    groups.push_back(std::move(group));
  };
  if (each_object(method, "groups", kGroupsPerMethodMax, read)) out.groups.set(std::move(groups));
}

checkout::DeliveryPatch read_method(ObjectReader& method) {
  checkout::DeliveryPatch out;
  out.id = method.text("id", limits::kIdBytesMax).value_or("");
  out.type = method.text("type", limits::kIdBytesMax).value_or("");
  auto lines = read_texts(method, "line_item_ids", limits::kLinesPerCheckoutMax, limits::kIdBytesMax);
  if (lines) out.lines.set(std::move(*lines));
  read_destinations(method, out);
  read_nullable(method, "selected_destination_id", limits::kIdBytesMax, out.selected);
  read_groups(method, out);
  return out;
}

}  // namespace

void read_fulfillment(ObjectReader& reader, checkout::Patch& patch) {
  const json::object* const object = reader.object("fulfillment");
  if (object == nullptr) return;
  ObjectReader fulfillment(*object, reader, "fulfillment");
  std::vector<checkout::DeliveryPatch> methods;
  const auto read = [&](ObjectReader& method) { methods.push_back(read_method(method)); };
  if (each_object(fulfillment, "methods", limits::kMethodsPerCheckoutMax, read)) {
    patch.deliveries.set(std::move(methods));
  }
}

}  // namespace kassa::protocol
