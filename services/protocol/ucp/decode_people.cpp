#include "services/base/json_writer.hpp"
#include "services/base/text.hpp"
#include "services/protocol/ucp/decode_parts.hpp"

namespace kassa::protocol {
namespace {

constexpr std::size_t kAttributionMembersMax = 32;

/// The consents that UCP 2026-04-08 knows, as JSON text; empty when none is given.
std::string read_consent(ObjectReader& buyer) {
  const json::object* const object = buyer.object("consent");
  if (object == nullptr) return {};
  ObjectReader consent(*object, buyer.path_of("consent"), buyer.problems());
  JsonWriter json;
  json.begin_object();
  bool any = false;
  for (const std::string_view kind : {"analytics", "preferences", "marketing", "sale_of_data"}) {
    const auto granted = consent.boolean(kind);
    if (!granted) continue;
    json.key(kind);
    json.boolean(*granted);
    any = true;
  }
  json.end_object();
  return any ? json.text() : std::string{};
}

}  // namespace

std::string country_of(std::string text) {
  if (text.size() != 2) return text;
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

std::string read_alias(ObjectReader& reader, std::string_view key, std::string_view alias) {
  auto text = reader.text(key, limits::kTextBytesMax);
  if (!text) text = reader.text(alias, limits::kTextBytesMax);
  return text.value_or("");
}

void read_name(ObjectReader& reader, std::string& first, std::string& last) {
  first = reader.text("first_name", limits::kTextBytesMax).value_or("");
  last = reader.text("last_name", limits::kTextBytesMax).value_or("");
  if (!first.empty() || !last.empty()) return;
  std::string full = read_alias(reader, "full_name", "fullName");
  if (full.empty()) full = reader.text("name", limits::kTextBytesMax).value_or("");
  const std::string_view name = trim(full);
  const auto space = name.rfind(' ');
  first = trim(name.substr(0, space));
  if (space != std::string_view::npos) last = name.substr(space + 1);
}

checkout::Address read_address(ObjectReader& reader) {
  checkout::Address address;
  read_name(reader, address.first_name, address.last_name);
  const auto text = [&](std::string_view key) { return reader.text(key, limits::kTextBytesMax).value_or(""); };
  address.phone = text("phone_number");
  address.street = text("street_address");
  address.extended = text("extended_address");
  address.locality = read_alias(reader, "address_locality", "locality");
  address.region = read_alias(reader, "address_region", "region");
  address.postal_code = text("postal_code");
  address.country = country_of(text("address_country"));
  return address;
}

void read_buyer(ObjectReader& reader, checkout::Patch& patch) {
  const json::object* const object = reader.object("buyer");
  if (object == nullptr) return;
  ObjectReader buyer(*object, reader.path_of("buyer"), reader.problems());
  checkout::Buyer out;
  read_name(buyer, out.first_name, out.last_name);
  out.email = buyer.text("email", limits::kTextBytesMax).value_or("");
  out.phone = buyer.text("phone_number", limits::kTextBytesMax).value_or("");
  out.consent = read_consent(buyer);
  patch.buyer.set(std::move(out));
}

void read_attribution(ObjectReader& reader, checkout::Patch& patch) {
  const json::object* const object = reader.object("attribution");
  if (object == nullptr) return;
  ObjectReader attribution(*object, reader.path_of("attribution"), reader.problems());
  if (object->size() > kAttributionMembersMax) {
    reader.fault("attribution", "too_many", "There are too many members.",
                 "Use at most " + std::to_string(kAttributionMembersMax) + ".");
    return;
  }
  for (const auto& [name, value] : *object) {
    [[maybe_unused]] const auto text = attribution.text({name.data(), name.size()}, limits::kTextBytesMax);
  }
  patch.attribution.set(canonical_json(*object));
}

}  // namespace kassa::protocol
