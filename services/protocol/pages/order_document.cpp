#include "services/protocol/pages/order_document.hpp"

#include <array>

#include "services/protocol/pages/wording.hpp"
#include "services/protocol/text/format.hpp"

namespace kassa::protocol {
namespace {

struct WordRow {
  std::string_view word;
  Phrase phrase;
};

constexpr auto kPaymentWords = std::to_array<WordRow>({
    {"none_due", Phrase::kPaymentNone},
    {"paid", Phrase::kPaymentPaid},
    {"refunded", Phrase::kPaymentRefunded},
    {"partially_refunded", Phrase::kPaymentPartlyRefunded},
    {"authorized", Phrase::kPaymentAuthorized},
    {"partially_paid", Phrase::kPaymentPartlyPaid},
    {"disputed", Phrase::kPaymentDisputed},
});
constexpr auto kDeliveryWords = std::to_array<WordRow>({
    {"partial", Phrase::kDeliveryPartial},
    {"fulfilled", Phrase::kDeliveryFulfilled},
    {"returned", Phrase::kDeliveryReturned},
});

template <std::size_t N>
Phrase phrase_of(const std::array<WordRow, N>& rows, std::string_view word, Phrase otherwise) noexcept {
  for (const WordRow& row : rows) {
    if (row.word == word) return row.phrase;
  }
  return otherwise;
}

/// Who reads it: the buyer, at the buyer's own address, or whoever holds a link.
enum class Reader : unsigned char { kBuyer, kAnybody };

/// Writes one order in one language.
class OrderWriter {
 public:
  OrderWriter(const orders::PlacedOrder& order, const Shop& shop, Language language, Reader reader)
      : order_(order), record_(order.record), shop_(shop), language_(language), reader_(reader) {}

  [[nodiscard]] std::string title() const {
    const std::string number = order_.number ? std::to_string(*order_.number) : record_.id.value;
    return say(Phrase::kOrderTitle, {{"number", number}, {"shop", shop_.name}});
  }

  [[nodiscard]] DocumentSection greeting() const {
    Phrase phrase = Phrase::kThankYou;
    if (order_.order_state == "cancelled") phrase = Phrase::kOrderCancelled;
    if (!order_.confirmed() && order_.order_state != "cancelled") phrase = Phrase::kOrderHeld;
    DocumentSection section;
    section.paragraphs.push_back(say(phrase));
    section.rows.push_back({say(Phrase::kOrderedOn), day(order_.confirmed_at.value_or(order_.created_at))});
    if (reader_ == Reader::kAnybody) {
      const std::string email = masked_email(record_.email);
      if (!email.empty()) section.rows.push_back({say(Phrase::kEmail), email});
    } else if (!record_.purchase_order.empty()) {
      section.rows.push_back({say(Phrase::kPurchaseOrder), record_.purchase_order});
    }
    return section;
  }

  [[nodiscard]] DocumentSection state() const {
    DocumentSection section;
    const Phrase paid = phrase_of(kPaymentWords, order_.payment_state, Phrase::kPaymentPending);
    const Phrase sent = phrase_of(kDeliveryWords, order_.fulfil_state, Phrase::kDeliveryNone);
    section.rows.push_back({say(Phrase::kPayment), say(paid)});
    if (!record_.deliveries.empty()) section.rows.push_back({say(Phrase::kDelivery), say(sent)});
    return section;
  }

  [[nodiscard]] DocumentSection items() const {
    DocumentSection section;
    section.heading = say(Phrase::kItems);
    for (const ports::OrderLine& line : record_.lines) {
      DocumentRow row;
      row.label = counted(line.quantity, line.title);
      row.value = money(line.subtotal);
      row.detail = detail_of(line);
      section.rows.push_back(std::move(row));
    }
    return section;
  }

  [[nodiscard]] DocumentSection sums() const {
    DocumentSection section;
    for (const ports::OrderComponent& part : record_.components) {
      const std::string word = say(phrase_of_component(part.kind));
      section.rows.push_back({word, money(part.amount), part.label});
    }
    DocumentRow total{say(Phrase::kTotal), money(record_.total)};
    for (const ports::OrderTax& tax : record_.taxes) {
      if (!tax.included) continue;
      if (!total.detail.empty()) total.detail += ", ";
      total.detail += say(Phrase::kIncludedTax, {{"amount", money(tax.amount)}, {"name", tax.name}});
    }
    section.rows.push_back(std::move(total));
    return section;
  }

  [[nodiscard]] std::vector<DocumentSection> deliveries() const {
    std::vector<DocumentSection> sections;
    for (const ports::OrderDelivery& delivery : record_.deliveries) {
      DocumentSection section;
      section.heading = say(Phrase::kDeliveredTo);
      section.paragraphs = lines_of(delivery.address);
      if (!delivery.title.empty()) section.rows.push_back({delivery.title, money(delivery.amount)});
      if (delivery.earliest && delivery.latest) {
        section.paragraphs.push_back(
            say(Phrase::kArrives, {{"earliest", day(*delivery.earliest)}, {"latest", day(*delivery.latest)}}));
      }
      sections.push_back(std::move(section));
    }
    return sections;
  }

  [[nodiscard]] DocumentSection words_of_the_buyer() const {
    DocumentSection section;
    if (reader_ == Reader::kAnybody) return section;
    if (!record_.note.empty()) section.rows.push_back({say(Phrase::kNote), record_.note});
    if (!record_.gift_message.empty()) section.rows.push_back({say(Phrase::kGiftMessage), record_.gift_message});
    return section;
  }

  [[nodiscard]] std::string say(Phrase phrase, std::initializer_list<Parameter> parameters = {}) const {
    return protocol::say(phrase, language_, parameters);
  }

 private:
  static std::string joined(const std::string& first, const std::string& second) {
    if (first.empty() || second.empty()) return first + second;
    return first + " " + second;
  }
  /// Nobody but the buyer is told more than a town.
  [[nodiscard]] std::vector<std::string> lines_of(const ports::OrderAddress& to) const {
    std::vector<std::string> lines;
    if (reader_ == Reader::kBuyer) {
      lines = {joined(to.first_name, to.last_name), to.street, to.extended, joined(to.postal_code, to.locality),
               joined(to.region, to.country)};
    } else {
      lines = {joined(to.locality, to.country)};
    }
    std::erase(lines, std::string{});
    return lines;
  }
  [[nodiscard]] std::string money(std::int64_t minor) const {
    return money_text(Money{minor, record_.currency}, language_);
  }
  [[nodiscard]] std::string day(Instant at) const { return day_text(at, language_, shop_.zone); }

  [[nodiscard]] std::string detail_of(const ports::OrderLine& line) const {
    std::string detail;
    const auto add = [&detail](const std::string& text) {
      if (!detail.empty()) detail += ", ";
      detail += text;
    };
    for (const ports::OrderProperty& property : line.properties) {
      if (reader_ == Reader::kBuyer) add(property.name + ": " + property.value);
    }
    if (line.preorder_until) add(say(Phrase::kPreorder, {{"day", day(*line.preorder_until)}}));
    return detail;
  }

  const orders::PlacedOrder& order_;
  const ports::OrderRecord& record_;
  const Shop& shop_;
  Language language_;
  Reader reader_;
};

void add_goods(const OrderWriter& write, Document& document) {
  document.sections.push_back(write.items());
  document.sections.push_back(write.sums());
  for (DocumentSection& section : write.deliveries()) document.sections.push_back(std::move(section));
  DocumentSection words = write.words_of_the_buyer();
  if (!words.rows.empty()) document.sections.push_back(std::move(words));
}

}  // namespace

Document order_page(const orders::PlacedOrder& order, const Shop& shop, Language language) {
  const OrderWriter write(order, shop, language, Reader::kAnybody);
  Document page{language, write.title(), {write.greeting(), write.state()}};
  add_goods(write, page);
  return page;
}

Document order_letter(const orders::PlacedOrder& order, const Shop& shop, const std::string& url, Language language) {
  const OrderWriter write(order, shop, language, Reader::kBuyer);
  Document letter{language, write.title(), {write.greeting()}};
  add_goods(write, letter);
  if (!url.empty()) {
    DocumentSection last;
    last.links.push_back({write.say(Phrase::kSeeOrder), url});
    letter.sections.push_back(std::move(last));
  }
  return letter;
}

}  // namespace kassa::protocol
