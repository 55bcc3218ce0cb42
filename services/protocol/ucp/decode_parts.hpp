#pragma once
// The parts of a UCP request. Private to decode*.cpp: each reads one member into its part of a patch and
// notes faults.

#include <string>
#include <string_view>

#include "services/base/json.hpp"
#include "services/base/limits.hpp"
#include "services/checkout/patch.hpp"
#include "services/protocol/ucp/decode.hpp"

namespace kassa::protocol {

/// Calls `read(element)` with a reader for each object of the array `key`; other elements are faults. False:
/// no such array.
template <class Read>
bool each_object(ObjectReader& reader, std::string_view key, std::size_t elements_max, Read read) {
  const json::array* const elements = reader.array(key, elements_max);
  if (elements == nullptr) return false;
  for (std::size_t i = 0; i < elements->size(); ++i) {
    const json::object* const object = (*elements)[i].if_object();
    if (object == nullptr) {
      std::string path = reader.path_of(key) + "/" + std::to_string(i);
      reader.problems().push_back({std::move(path), "type_mismatch", "This must be an object."});
      continue;
    }
    ObjectReader element(*object, reader, key, i);
    read(element);
  }
  return true;
}

/// An array of texts; nullopt when absent or faulty.
[[nodiscard]] std::optional<std::vector<std::string>> read_texts(ObjectReader& reader, std::string_view key,
                                                                 std::size_t elements_max, std::size_t bytes_max);

/// null clears, a text sets, absent stays.
void read_nullable(ObjectReader& reader, std::string_view key, std::size_t bytes_max,
                   checkout::Field<std::string>& out);

/// Two letters in capitals; other spellings of a country stay as they are.
[[nodiscard]] std::string country_of(std::string text);
/// The first of two spellings of a member that is there.
[[nodiscard]] std::string read_alias(ObjectReader& reader, std::string_view key, std::string_view alias);

/// first_name and last_name, else a full name under one of its spellings, divided at its last space.
void read_name(ObjectReader& reader, std::string& first, std::string& last);

[[nodiscard]] checkout::Address read_address(ObjectReader& reader);

void read_lines(ObjectReader& reader, Members members, checkout::Patch& patch);
void read_properties(ObjectReader& line, checkout::LinePatch& wanted);
void read_buyer(ObjectReader& reader, checkout::Patch& patch);
void read_context(ObjectReader& reader, checkout::Patch& patch);
void read_codes(ObjectReader& reader, checkout::Patch& patch);
void read_fulfillment(ObjectReader& reader, checkout::Patch& patch);
void read_instruments(ObjectReader& reader, checkout::Patch& patch);
void read_attribution(ObjectReader& reader, checkout::Patch& patch);

[[nodiscard]] checkout::Instrument read_instrument(ObjectReader& reader);

/// The first fault as an error.
[[nodiscard]] Error first_problem(const std::vector<Problem>& problems);

}  // namespace kassa::protocol
