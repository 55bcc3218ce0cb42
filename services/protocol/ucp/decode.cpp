#include "services/protocol/ucp/decode.hpp"

#include "services/protocol/ucp/decode_parts.hpp"

namespace kassa::protocol {
namespace {

Result<checkout::Patch> decode(const json::object& body, bool create) {
  std::vector<Problem> problems;
  ObjectReader reader(body, "", problems);
  checkout::Patch patch;
  if (create) reader.require("line_items");
  read_lines(reader, patch);
  read_buyer(reader, patch);
  read_context(reader, patch);
  read_codes(reader, patch);
  read_fulfillment(reader, patch);
  read_instruments(reader, patch);
  read_attribution(reader, patch);
  if (!problems.empty()) return first_problem(problems);
  return patch;
}

}  // namespace

Error first_problem(const std::vector<Problem>& problems) {
  const Problem& problem = problems.front();
  std::string detail = problem.message;
  if (!problem.hint.empty()) detail += " " + problem.hint;
  return {Errc::kInvalidRequest, std::move(detail), problem.path};
}

Result<checkout::Patch> decode_create(const json::object& body) { return decode(body, true); }
Result<checkout::Patch> decode_update(const json::object& body) { return decode(body, false); }

std::optional<std::vector<std::string>> read_texts(ObjectReader& reader, std::string_view key, std::size_t elements_max,
                                                   std::size_t bytes_max) {
  const json::array* const elements = reader.array(key, elements_max);
  if (elements == nullptr) return std::nullopt;
  std::vector<std::string> texts;
  texts.reserve(elements->size());
  for (std::size_t i = 0; i < elements->size(); ++i) {
    const json::string* const text = (*elements)[i].if_string();
    if (text == nullptr || text->size() > bytes_max) {
      std::string hint = "Use at most " + std::to_string(bytes_max) + " bytes.";
      reader.problems().push_back({reader.path_of(key) + "/" + std::to_string(i),
                                   text == nullptr ? "type_mismatch" : "too_long", "This must be a string.",
                                   std::move(hint)});
      return std::nullopt;
    }
    texts.emplace_back(text->data(), text->size());
  }
  return texts;
}

void read_nullable(ObjectReader& reader, std::string_view key, std::size_t bytes_max,
                   checkout::Field<std::string>& out) {
  if (reader.is_null(key)) {
    out.clear();
  } else if (auto text = reader.text(key, bytes_max)) {
    out.set(std::move(*text));
  }
}

void read_lines(ObjectReader& reader, checkout::Patch& patch) {
  std::vector<checkout::LinePatch> lines;
  const auto read = [&](ObjectReader& line) {
    checkout::LinePatch wanted;
    wanted.id = line.text("id", limits::kIdBytesMax).value_or("");
    wanted.quantity = line.integer("quantity", 1, limits::kQuantityMax);
    read_nullable(line, "parent_id", limits::kIdBytesMax, wanted.parent);
    if (const json::object* const object = line.object("item")) {
      ObjectReader item(*object, line, "item");
      wanted.item = item.text("id", limits::kIdBytesMax).value_or("");
      // The price is ours to say, but a fraction means that the platform counts in other units: better told
      // at once.
      [[maybe_unused]] const auto echoed = item.integer("price", 0, limits::kUnitPriceMinorMax);
    }
    lines.push_back(std::move(wanted));
  };
  if (each_object(reader, "line_items", limits::kLinesPerCheckoutMax, read)) patch.lines.set(std::move(lines));
}

void read_codes(ObjectReader& reader, checkout::Patch& patch) {
  const json::object* const object = reader.object("discounts");
  if (object == nullptr) return;
  ObjectReader discounts(*object, reader, "discounts");
  auto codes = read_texts(discounts, "codes", limits::kCodesPerCheckoutMax, limits::kIdBytesMax);
  if (codes) patch.codes.set(std::move(*codes));
}

void read_context(ObjectReader& reader, checkout::Patch& patch) {
  const json::object* const object = reader.object("context");
  if (object == nullptr) return;
  ObjectReader context(*object, reader, "context");
  const auto text = [&](std::string_view key) { return context.text(key, limits::kTextBytesMax).value_or(""); };
  checkout::Context out;
  out.country = country_of(text("address_country"));
  out.region = text("address_region");
  out.postal_code = text("postal_code");
  out.language = text("language");
  out.currency = text("currency");
  if (!out.currency.empty() && !Currency::from_code(out.currency)) {
    context.fault("currency", "currency_unknown", "There is no such currency.", "Use an ISO 4217 code, such as EUR.");
  }
  out.intent = text("intent");
  auto claims = read_texts(context, "eligibility", limits::kCodesPerCheckoutMax, limits::kIdBytesMax);
  if (claims) out.eligibility = std::move(*claims);
  patch.context.set(std::move(out));
}

}  // namespace kassa::protocol
