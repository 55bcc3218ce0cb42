#pragma once
// A postal address in UCP's member names. Pure.

#include "services/base/json_writer.hpp"
#include "services/checkout/session.hpp"

namespace kassa::protocol {

/// The members of an address inside an object that the caller has begun; empty ones are left out.
inline void write_address(JsonWriter& json, const checkout::Address& address) {
  json.optional_member("first_name", address.first_name);
  json.optional_member("last_name", address.last_name);
  json.optional_member("phone_number", address.phone);
  json.optional_member("street_address", address.street);
  json.optional_member("extended_address", address.extended);
  json.optional_member("address_locality", address.locality);
  json.optional_member("address_region", address.region);
  json.optional_member("postal_code", address.postal_code);
  json.optional_member("address_country", address.country);
}

}  // namespace kassa::protocol
