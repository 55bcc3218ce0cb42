#include <algorithm>
#include <array>

#include "services/protocol/ucp/address_json.hpp"
#include "services/protocol/ucp/decode.hpp"
#include "services/protocol/ucp/decode_parts.hpp"

namespace kassa::protocol {
namespace {

/// Wallet tokens are signed and encrypted documents of a few kilobytes.
constexpr std::size_t kTokenBytesMax = 16 * 1024;

/// What may be shown of an instrument. Everything else in `display` is dropped, so that no secret is kept by
/// accident.
constexpr auto kDisplayMembers = std::to_array<std::string_view>(
    {"brand", "last_digits", "expiry_month", "expiry_year", "description", "card_art", "email", "name", "title"});

std::string read_display(ObjectReader& instrument) {
  const json::object* const object = instrument.object("display");
  if (object == nullptr) return {};
  json::object kept;
  for (const std::string_view key : kDisplayMembers) {
    const json::value* const value = object->if_contains(key);
    if (value == nullptr) continue;
    const bool short_text = value->is_string() && value->get_string().size() <= limits::kTextBytesMax;
    if (short_text || value->is_int64()) kept.emplace(key, *value);
  }
  return kept.empty() ? std::string{} : json::serialize(kept);
}

std::string read_billing(ObjectReader& instrument) {
  const json::object* const object = instrument.object("billing_address");
  if (object == nullptr) return {};
  ObjectReader reader(*object, instrument.path_of("billing_address"), instrument.problems());
  JsonWriter json;
  json.begin_object();
  write_address(json, read_address(reader));
  json.end_object();
  return json.text();
}

std::string read_token(ObjectReader& instrument) {
  const json::object* const object = instrument.object("credential");
  if (object == nullptr) return {};
  ObjectReader credential(*object, instrument.path_of("credential"), instrument.problems());
  return credential.text("token", kTokenBytesMax).value_or("");
}

}  // namespace

checkout::Instrument read_instrument(ObjectReader& reader) {
  checkout::Instrument instrument;
  for (const std::string_view key : {"id", "handler_id", "type"}) reader.require(key);
  instrument.id = reader.text("id", limits::kIdBytesMax).value_or("");
  instrument.handler_id = reader.text("handler_id", limits::kIdBytesMax).value_or("");
  instrument.type = reader.text("type", limits::kIdBytesMax).value_or("");
  instrument.selected = reader.boolean("selected").value_or(false);
  instrument.display = read_display(reader);
  instrument.billing = read_billing(reader);
  return instrument;
}

void read_instruments(ObjectReader& reader, checkout::Patch& patch) {
  const json::object* const object = reader.object("payment");
  if (object == nullptr) return;
  ObjectReader payment(*object, reader.path_of("payment"), reader.problems());
  std::vector<checkout::Instrument> instruments;
  const auto read = [&](ObjectReader& instrument) { instruments.push_back(read_instrument(instrument)); };
  if (each_object(payment, "instruments", limits::kInstrumentsMax, read)) patch.instruments.set(std::move(instruments));
}

Result<std::optional<checkout::PaymentChoice>> decode_payment(const json::object& body) {
  std::vector<Problem> problems;
  ObjectReader reader(body, "", problems);
  std::vector<checkout::PaymentChoice> choices;
  if (const json::object* const object = reader.object("payment")) {
    ObjectReader payment(*object, reader.path_of("payment"), problems);
    const auto read = [&](ObjectReader& instrument) {
      checkout::PaymentChoice choice;
      choice.instrument = read_instrument(instrument);
      choice.token = read_token(instrument);
      choices.push_back(std::move(choice));
    };
    each_object(payment, "instruments", limits::kInstrumentsMax, read);
  }
  if (!problems.empty()) return first_problem(problems);
  if (choices.empty()) return std::optional<checkout::PaymentChoice>{};
  const auto selected = std::ranges::find_if(choices, [](const auto& choice) { return choice.instrument.selected; });
  return std::optional(std::move(selected == choices.end() ? choices.front() : *selected));
}

}  // namespace kassa::protocol
