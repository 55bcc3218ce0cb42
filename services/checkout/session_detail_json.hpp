#pragma once
// What few sessions have, as text: part of session_json.cpp and quote_json.cpp.

#include "services/base/json.hpp"
#include "services/base/json_writer.hpp"
#include "services/checkout/session.hpp"

namespace kassa::checkout {

void write_properties(JsonWriter& out, const SharedList<LineProperty>& properties);  ///< Nothing when there is none.
[[nodiscard]] SharedList<LineProperty> properties_from(const json::object& line);

void write_detail(JsonWriter& out, const Session& session);
void get_detail(const json::object& in, Session& session);

}  // namespace kassa::checkout
