#include "services/catalog/sale_terms_json.hpp"

#include <array>

#include "services/base/ensure.hpp"
#include "services/base/limits.hpp"
#include "services/base/text.hpp"

namespace kassa::catalog {
namespace {

constexpr std::int64_t kAgeMax = 150;

struct NumberTerm {
  std::string_view name;
  std::int64_t ports::SaleTerms::* member;
  std::int64_t most;
};
constexpr std::array kNumberTerms{
    NumberTerm{"minimum_quantity", &ports::SaleTerms::minimum_quantity, limits::kQuantityMax},
    NumberTerm{"maximum_quantity", &ports::SaleTerms::maximum_quantity, limits::kQuantityMax},
    NumberTerm{"quantity_multiple", &ports::SaleTerms::quantity_multiple, limits::kQuantityMax},
    NumberTerm{"customer_limit", &ports::SaleTerms::customer_limit, limits::kQuantityMax},
    NumberTerm{"minimum_age", &ports::SaleTerms::minimum_age, kAgeMax}};

struct TimeTerm {
  std::string_view name;
  std::optional<Instant> ports::SaleTerms::* member;
};
constexpr std::array kTimeTerms{TimeTerm{"sale_from", &ports::SaleTerms::sale_from},
                                TimeTerm{"sale_until", &ports::SaleTerms::sale_until},
                                TimeTerm{"preorder_until", &ports::SaleTerms::preorder_until}};

/// The greatest quantity that all limits let pass; 0: there is no limit.
std::int64_t greatest(const ports::SaleTerms& terms) noexcept {
  if (terms.maximum_quantity == 0 || terms.customer_limit == 0) return terms.maximum_quantity + terms.customer_limit;
  return std::min(terms.maximum_quantity, terms.customer_limit);
}

}  // namespace

std::optional<Instant> read_time(ObjectReader& reader, std::string_view key) {
  const auto text = reader.text(key, limits::kTextBytesMax);
  if (!text) return std::nullopt;
  const auto time = from_rfc3339(*text);
  if (!time)
    reader.fault(key, "bad_time", "This must be a time of RFC 3339.", "For instance \"2026-11-27T00:00:00Z\".");
  return time;
}

void read_sale_terms(ObjectReader& reader, ports::SaleTerms& terms) {
  for (const NumberTerm& row : kNumberTerms) {
    if (const auto number = reader.integer(row.name, 0, row.most)) terms.*row.member = *number;
  }
  for (const TimeTerm& row : kTimeTerms) {
    if (const auto time = read_time(reader, row.name)) terms.*row.member = time;
  }
}

void check_sale_terms(ObjectReader& reader, const ports::SaleTerms& terms) {
  const std::int64_t most = greatest(terms);
  const std::int64_t step = std::max<std::int64_t>(terms.quantity_multiple, 1);
  const std::int64_t least = (std::max<std::int64_t>(terms.minimum_quantity, 1) + step - 1) / step * step;
  if (most > 0 && least > most) {
    reader.fault("minimum_quantity", "no_quantity_fits", "No quantity keeps to all limits of this variant.");
  }
  if (terms.sale_from && terms.sale_until && *terms.sale_until <= *terms.sale_from) {
    reader.fault("sale_until", "window_empty", "The sale ends before it begins.");
  }
}

std::string write_sale_terms(const ports::SaleTerms& terms) {
  if (terms == ports::SaleTerms{}) return {};
  json::object out;
  for (const NumberTerm& row : kNumberTerms) {
    if (terms.*row.member != 0) out[row.name] = terms.*row.member;
  }
  for (const TimeTerm& row : kTimeTerms) {
    if (terms.*row.member) out[row.name] = to_millis(*(terms.*row.member));
  }
  return json::serialize(out);
}

ports::SaleTerms parse_sale_terms(const std::string& text) {
  ports::SaleTerms terms;
  if (text.empty()) return terms;
  json::error_code error;
  const json::value stored = json::parse(text, error);
  ensure(!error && stored.is_object(), "stored terms of sale are an object");
  const json::object& in = stored.get_object();
  for (const NumberTerm& row : kNumberTerms) {
    if (const json::value* const found = in.if_contains(row.name)) terms.*row.member = found->as_int64();
  }
  for (const TimeTerm& row : kTimeTerms) {
    if (const json::value* const found = in.if_contains(row.name)) terms.*row.member = from_millis(found->as_int64());
  }
  return terms;
}

}  // namespace kassa::catalog
