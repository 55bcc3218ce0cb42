#include "services/shoppers/shopper.hpp"

#include <array>
#include <set>

#include "services/base/email.hpp"
#include "services/base/limits.hpp"
#include "services/base/text.hpp"
#include "services/ports/bundle_part.hpp"

namespace kassa::shoppers {
namespace {

constexpr std::size_t kAddressesMax = 50;
constexpr std::size_t kSegmentsMax = 100;

struct AddressMember {
  std::string_view name;
  std::string ports::SavedAddress::* member;
};

constexpr std::array kAddressMembers{AddressMember{"id", &ports::SavedAddress::id},
                                     AddressMember{"street_address", &ports::SavedAddress::street},
                                     AddressMember{"extended_address", &ports::SavedAddress::extended},
                                     AddressMember{"address_locality", &ports::SavedAddress::locality},
                                     AddressMember{"address_region", &ports::SavedAddress::region},
                                     AddressMember{"address_country", &ports::SavedAddress::country},
                                     AddressMember{"postal_code", &ports::SavedAddress::postal_code},
                                     AddressMember{"first_name", &ports::SavedAddress::first_name},
                                     AddressMember{"last_name", &ports::SavedAddress::last_name},
                                     AddressMember{"phone_number", &ports::SavedAddress::phone}};

std::string text_of(ObjectReader& reader, std::string_view key) {
  return reader.text(key, limits::kTextBytesMax).value_or("");
}

ports::SavedAddress read_address(ObjectReader& reader) {
  ports::refuse_unknown_members(
      reader, {"id", "street_address", "extended_address", "address_locality", "address_region", "address_country",
               "postal_code", "first_name", "last_name", "phone_number"});
  ports::SavedAddress address;
  reader.require("id");
  for (const AddressMember& row : kAddressMembers) address.*row.member = text_of(reader, row.name);
  return address;
}

/// Sorted, so that equal shoppers have equal text.
std::vector<std::string> read_segments(ObjectReader& reader) {
  std::set<std::string> segments;
  const json::array* const list = reader.array("segments", kSegmentsMax);
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const auto* const name = (*list)[i].if_string();
    if (name == nullptr || name->empty() || name->size() > limits::kIdBytesMax) {
      reader.fault("segments", "type_mismatch", "Each segment is a text of 1 to 255 bytes.");
    } else {
      segments.emplace(*name);
    }
  }
  return {segments.begin(), segments.end()};
}

/// {"reason": "resale", "id": "12-345"}
ports::TaxExemption read_exemption(ObjectReader& reader) {
  const json::object* const object = reader.object("tax_exemption");
  if (object == nullptr) return {};
  ObjectReader inner(*object, reader.path_of("tax_exemption"), reader.problems());
  ports::refuse_unknown_members(inner, {"reason", "id"});
  inner.require("reason");
  ports::TaxExemption exemption{text_of(inner, "reason"), text_of(inner, "id")};
  if (inner.has("reason") && exemption.reason.empty()) {
    inner.fault("reason", "empty", "An exemption needs a reason.");
  }
  return exemption;
}

}  // namespace

ports::KnownShopper read_shopper(const json::object& object, std::vector<Problem>& problems) {
  ports::KnownShopper shopper;
  ObjectReader reader(object, "", problems);
  ports::refuse_unknown_members(
      reader, {"id", "first_name", "last_name", "email", "phone", "addresses", "segments", "tax_exemption"});
  reader.require("id");
  shopper.person = PersonId{reader.text("id", limits::kIdBytesMax).value_or("")};
  if (object.contains("id") && object.at("id").is_string() && !is_visible_ascii(shopper.person.value)) {
    reader.fault("id", "bad_id", "An id is visible ASCII without spaces.");
  }
  shopper.first_name = text_of(reader, "first_name");
  shopper.last_name = text_of(reader, "last_name");
  shopper.email = text_of(reader, "email");
  shopper.phone = text_of(reader, "phone");
  if (!shopper.email.empty() && !is_email(shopper.email)) {
    reader.fault("email", "bad_email", "This is no e-mail address.");
  }
  shopper.segments = read_segments(reader);
  shopper.tax_exemption = read_exemption(reader);
  const json::array* const addresses = reader.array("addresses", kAddressesMax);
  std::set<std::string> ids;
  for (std::size_t i = 0; addresses != nullptr && i < addresses->size(); ++i) {
    const json::object* const element = (*addresses)[i].if_object();
    if (element == nullptr) {
      reader.fault("addresses", "type_mismatch", "Each address must be an object.");
      continue;
    }
    ObjectReader inner(*element, reader.path_of("addresses") + "/" + std::to_string(i), problems);
    shopper.addresses.push_back(read_address(inner));
    if (!ids.insert(shopper.addresses.back().id).second) {
      inner.fault("id", "duplicate", "Two addresses of this shopper have the same id.");
    }
  }
  return shopper;
}

std::string write_shopper(const ports::KnownShopper& shopper) {
  json::object object;
  object["id"] = shopper.person.value;
  object["first_name"] = shopper.first_name;
  object["last_name"] = shopper.last_name;
  object["email"] = shopper.email;
  object["phone"] = shopper.phone;
  json::array addresses;
  for (const ports::SavedAddress& address : shopper.addresses) {
    json::object written;
    for (const AddressMember& row : kAddressMembers) written[row.name] = address.*row.member;
    addresses.emplace_back(std::move(written));
  }
  object["addresses"] = std::move(addresses);
  // Nothing where there is none, so that a profile without segments is the text that it always was.
  if (!shopper.segments.empty()) object["segments"] = json::array(shopper.segments.begin(), shopper.segments.end());
  if (!shopper.tax_exemption.reason.empty()) {
    json::object& exemption = object["tax_exemption"].emplace_object();
    exemption["reason"] = shopper.tax_exemption.reason;
    exemption["id"] = shopper.tax_exemption.id;
  }
  return canonical_json(object);
}

Result<ports::KnownShopper> parse_shopper(std::string_view text) {
  KASSA_TRY(auto value, parse_json(text));
  const json::object* const object = value.if_object();
  std::vector<Problem> problems;
  if (object == nullptr) return Error{Errc::kInternal, "a stored profile is no object"};
  ports::KnownShopper shopper = read_shopper(*object, problems);
  if (!problems.empty()) return Error{Errc::kInternal, "a stored profile is not valid"};
  return shopper;
}

}  // namespace kassa::shoppers
