#include <charconv>

#include "services/base/hash.hpp"
#include "services/checkout/quote.hpp"

namespace kassa::checkout {
namespace {

constexpr std::size_t kHashedBytes = 1'024;

/// Texts and lists carry their length, so that no two different quotes give the same bytes.
class Writer {
 public:
  Writer() { bytes_.reserve(kHashedBytes); }
  void text(std::string_view value) {
    number(static_cast<std::int64_t>(value.size()));
    bytes_.append(value);
  }
  void number(std::int64_t value) {
    char digits[21];
    char* const end = std::to_chars(digits, digits + 20, value).ptr;
    *end = ';';
    bytes_.append(digits, static_cast<std::size_t>(end + 1 - digits));
  }
  template <class Items>
  void count(const Items& items) {
    number(static_cast<std::int64_t>(items.size()));
  }
  [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }

 private:
  std::string bytes_;
};

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
  return sha256_hex(out.bytes());
}

}  // namespace kassa::checkout
