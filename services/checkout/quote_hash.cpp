#include "services/base/hash.hpp"
#include "services/checkout/quote.hpp"

namespace kassa::checkout {
namespace {

constexpr std::size_t kHashedBytes = 512;

/// Texts and lists carry their length and numbers say where they end, so that no two different quotes give the same
/// bytes. Nobody reads them.
class Writer {
 public:
  Writer() { bytes_.reserve(kHashedBytes); }
  void text(std::string_view value) {
    number(static_cast<std::int64_t>(value.size()));
    bytes_.append(value);
  }
  /// Small amounts of either sign are short: sevens of bits, the lowest first, sign in the lowest of all.
  void number(std::int64_t value) {
    auto rest = static_cast<std::uint64_t>(value) << 1U ^ static_cast<std::uint64_t>(value >> 63);
    char bytes[10];
    std::size_t used = 0;
    for (; rest >= 0x80; rest >>= 7U) bytes[used++] = static_cast<char>(rest | 0x80);
    bytes[used++] = static_cast<char>(rest);
    bytes_.append(bytes, used);
  }
  template <class Items>
  void count(const Items& items) {
    number(static_cast<std::int64_t>(items.size()));
  }
  [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }

 private:
  std::string bytes_;
};

/// Behind everything else, and nothing where there is none: the hash of a usual quote stays what it was.
void add_properties(const Quote& quote, Writer& out) {
  for (std::size_t i = 0; i < quote.lines.size(); ++i) {
    if (!quote.lines[i].detail || quote.lines[i].detail->properties.empty()) continue;
    out.number(static_cast<std::int64_t>(i));
    out.count(quote.lines[i].detail->properties);
    for (const LineProperty& property : quote.lines[i].detail->properties) {
      out.text(property.name);
      out.text(property.value);
    }
  }
}

}  // namespace

std::string quote_hash(const Quote& quote) {
  Writer out;
  out.text(quote.currency.code());
  out.count(quote.lines);
  for (const QuoteLine& line : quote.lines) {
    out.text(line.id.value);
    out.text(line.item);
    out.number(line.quantity);
    out.number(line.unit_price);
    out.number(line.items_discount);
    out.number(line.order_discount);
    out.number(line.tax);
  }
  out.count(quote.discounts.applied);
  for (const auto& applied : quote.discounts.applied) {
    out.text(applied.title);
    out.number(applied.amount);
  }
  out.count(quote.deliveries);
  for (const QuoteDelivery& delivery : quote.deliveries) {
    out.text(delivery.selected);
    out.count(delivery.groups);
    for (const QuoteGroup& group : delivery.groups) {
      out.text(group.selected);
      out.number(group.amount);
      out.number(group.discount);
    }
  }
  out.count(quote.taxes);
  for (const TaxEntry& tax : quote.taxes) {
    out.text(tax.jurisdiction);
    out.number(tax.bps);
    out.number(tax.amount);
  }
  out.number(quote.total);
  add_properties(quote, out);
  return short_hash(out.bytes());
}

}  // namespace kassa::checkout
