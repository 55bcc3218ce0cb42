#include "services/protocol/ucp/decode.hpp"

#include "services/protocol/ucp/decode_parts.hpp"

namespace kassa::protocol {
namespace {

constexpr std::string_view kCartMember = "cart_id";

/// null clears, a text or a truth sets.
void read_detail(ObjectReader& reader, checkout::Patch& patch) {
  read_nullable(reader, "note", limits::kNoteBytesMax, patch.note);
  read_nullable(reader, "gift_message", limits::kNoteBytesMax, patch.gift_message);
  read_nullable(reader, "purchase_order", limits::kNoteBytesMax, patch.purchase_order);
  if (reader.is_null("age_confirmed")) {
    patch.age_confirmed.clear();
  } else if (const auto confirmed = reader.boolean("age_confirmed")) {
    patch.age_confirmed.set(*confirmed);
  }
}

/// What carts and checkouts have in common.
void read_choices(ObjectReader& reader, Members members, checkout::Patch& patch) {
  read_lines(reader, members, patch);
  read_buyer(reader, patch);
  read_context(reader, patch);
  read_codes(reader, patch);
  read_attribution(reader, patch);
  if (members == Members::kAll) read_detail(reader, patch);
}

/// Whether a body must say what is bought.
enum class Lines : unsigned char { kOptional, kRequired, kRequiredUnlessOfCart };

Result<checkout::Patch> decode(const json::object& body, Lines lines, Members members) {
  std::vector<Problem> problems;
  ObjectReader reader(body, "", problems);
  checkout::Patch patch;
  const bool of_cart = lines == Lines::kRequiredUnlessOfCart && reader.has(kCartMember) && !reader.is_null(kCartMember);
  if (lines != Lines::kOptional && !of_cart) reader.require("line_items");
  read_choices(reader, members, patch);
  read_fulfillment(reader, patch);
  read_instruments(reader, patch);
  if (!problems.empty()) return first_problem(problems);
  return patch;
}

template <class T>
void clear_absent(checkout::Field<T>& field) {
  if (!field.present()) field.clear();
}

}  // namespace

Error first_problem(const std::vector<Problem>& problems) {
  const Problem& problem = problems.front();
  std::string detail = problem.message;
  if (!problem.hint.empty()) detail += " " + problem.hint;
  return {Errc::kInvalidRequest, std::move(detail), problem.path};
}

Result<checkout::Patch> decode_create(const json::object& body, Members members, bool of_carts) {
  return decode(body, of_carts ? Lines::kRequiredUnlessOfCart : Lines::kRequired, members);
}
Result<checkout::Patch> decode_update(const json::object& body, Members members) {
  return decode(body, Lines::kOptional, members);
}

Result<checkout::Patch> decode_cart(const json::object& body, std::string_view id, Members members) {
  std::vector<Problem> problems;
  ObjectReader reader(body, "", problems);
  checkout::Patch patch;
  reader.require("line_items");
  const auto named = reader.text("id", limits::kIdBytesMax);
  if (named && !id.empty() && *named != id) reader.fault("id", "mismatch", "This must be the id of the path.");
  read_choices(reader, members, patch);
  if (!problems.empty()) return first_problem(problems);
  if (id.empty()) return patch;
  clear_absent(patch.buyer);
  clear_absent(patch.context);
  clear_absent(patch.codes);
  clear_absent(patch.attribution);
  if (members == Members::kUcp) return patch;
  clear_absent(patch.note);
  clear_absent(patch.gift_message);
  clear_absent(patch.purchase_order);
  clear_absent(patch.age_confirmed);
  return patch;
}

Result<CheckoutId> decode_cart_id(const json::object& body) {
  std::vector<Problem> problems;
  ObjectReader reader(body, "", problems);
  auto id = reader.text(kCartMember, limits::kIdBytesMax);
  if (id && id->empty()) reader.fault(kCartMember, "required", "This must be the id of a cart.");
  if (!problems.empty()) return first_problem(problems);
  return CheckoutId{std::move(id).value_or("")};
}

Result<std::string> decode_quote_hash(const json::object& body) {
  std::vector<Problem> problems;
  ObjectReader reader(body, "", problems);
  reader.require("quote_hash");
  auto hash = reader.text("quote_hash", limits::kIdBytesMax);
  if (!problems.empty()) return first_problem(problems);
  return std::move(hash).value_or("");
}

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

void read_properties(ObjectReader& line, checkout::LinePatch& wanted) {
  if (line.is_null("properties")) return wanted.properties.clear();
  std::vector<checkout::LineProperty> properties;
  const auto read = [&](ObjectReader& property) {
    property.require("name");
    property.require("value");
    checkout::LineProperty one;
    one.name = property.text("name", limits::kTextBytesMax).value_or("");
    one.value = property.text("value", limits::kTextBytesMax).value_or("");
    properties.push_back(std::move(one));
  };
  if (each_object(line, "properties", limits::kLinePropertiesMax, read)) wanted.properties.set(std::move(properties));
}

void read_lines(ObjectReader& reader, Members members, checkout::Patch& patch) {
  std::vector<checkout::LinePatch> lines;
  const auto read = [&](ObjectReader& line) {
    checkout::LinePatch wanted;
    wanted.id = line.text("id", limits::kIdBytesMax).value_or("");
    wanted.quantity = line.integer("quantity", 1, limits::kQuantityMax);
    read_nullable(line, "parent_id", limits::kIdBytesMax, wanted.parent);
    if (members == Members::kAll) read_properties(line, wanted);
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
