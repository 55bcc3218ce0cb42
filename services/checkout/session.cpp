#include "services/checkout/session.hpp"

#include <array>

#include "services/base/ensure.hpp"

namespace kassa::checkout {
namespace {

constexpr std::array<std::string_view, 5> kStates{"open", "completing", "needs_buyer", "completed", "canceled"};

/// What one object costs beside its text: itself, and what the allocator adds.
constexpr std::size_t kObjectBytes = 64;

std::size_t bytes_of(const Address& a) noexcept {
  return a.first_name.size() + a.last_name.size() + a.phone.size() + a.street.size() + a.extended.size() +
         a.locality.size() + a.region.size() + a.postal_code.size() + a.country.size();
}

std::size_t bytes_of(const Delivery& delivery) noexcept {
  std::size_t sum = sizeof(Delivery) + delivery.id.size() + delivery.selected.size();
  for (const LineId& id : delivery.lines) sum += sizeof(LineId) + id.value.size();
  for (const Destination& destination : delivery.destinations) {
    sum += sizeof(Destination) + kObjectBytes + bytes_of(destination.address);
  }
  for (const GroupChoice& group : delivery.groups) sum += sizeof(GroupChoice) + group.id.size() + group.option.size();
  return sum;
}

std::size_t bytes_of(const std::vector<std::string>& texts) noexcept {
  std::size_t sum = 0;
  for (const std::string& text : texts) sum += sizeof(std::string) + text.size();
  return sum;
}

}  // namespace

std::size_t Session::bytes() const noexcept {
  std::size_t sum = kUsualBytes + sizeof(Session) + buyer.consent.size() + attribution.size() + action_url.size();
  for (const Line& line : lines) {
    sum += sizeof(Line) + kObjectBytes + line.item.size() + line.id.value.size();
    for (const LineProperty& one : line.properties) sum += sizeof(LineProperty) + one.name.size() + one.value.size();
  }
  for (const Delivery& delivery : deliveries) sum += kObjectBytes + bytes_of(delivery);
  for (const Instrument& one : instruments) sum += sizeof(Instrument) + one.display.size() + one.billing.size();
  sum += bytes_of(codes) + bytes_of(used_up) + bytes_of(context.eligibility);
  for (const Message& notice : notices) sum += sizeof(Message) + kObjectBytes + notice.path.size();
  if (known_orders) sum += known_orders->email.size();
  if (known_orders && known_orders->segments) sum += bytes_of(*known_orders->segments);
  if (drawn) {
    for (const DrawnCode& one : drawn->codes) sum += sizeof(DrawnCode) + one.code.size() + one.rule.size();
  }
  if (detail) {
    sum += sizeof(OrderDetail) + detail->note.size() + detail->gift_message.size() + detail->purchase_order.size();
  }
  for (std::size_t i = 0; facts && i < facts->size(); ++i) {
    sum += sizeof(Fact) + (*facts)[i].name.size() + bytes_of((*facts)[i].texts);
  }
  for (const LimitedItem& one : limited_items) sum += sizeof(LimitedItem) + one.variant.size();
  for (const auto& answer : answers) sum += sizeof(StoredAnswer) + kObjectBytes + answer->body->size();
  return sum;
}

std::string_view to_text(State state) noexcept { return kStates[static_cast<std::size_t>(state)]; }

State state_from(std::string_view text) {
  for (std::size_t i = 0; i < kStates.size(); ++i) {
    if (kStates[i] == text) return static_cast<State>(i);
  }
  ensure(false, "unknown checkout state in the store");
  return State::kOpen;
}

const OrderDetail& detail_of(const Session& session) noexcept {
  static const OrderDetail kNone{};
  return session.detail ? *session.detail : kNone;
}

const std::vector<std::string>& groups_of(const Session& session) noexcept {
  static const std::vector<std::string> kNone{};
  const auto& known = session.known_orders;
  const bool counts = session.vouched && known && known->segments && known->email == session.buyer.email;
  return counts ? *known->segments : kNone;
}

const ports::TaxExemption& exemption_of(const Session& session) noexcept {
  static const ports::TaxExemption kNone{};
  const auto& known = session.known_orders;
  return session.vouched && known && known->email == session.buyer.email ? known->tax_exemption : kNone;
}

bool is_terminal(State state) noexcept { return state == State::kCompleted || state == State::kCanceled; }

const std::string* accepted_by(const Session& session, std::string_view caller) noexcept {
  for (const Accepted& entry : session.accepted) {
    if (entry.caller == caller) return &entry.quote_hash;
  }
  return nullptr;
}

void accept(Session& session, std::string_view caller, std::string quote_hash) {
  for (Accepted& entry : session.accepted) {
    if (entry.caller != caller) continue;
    entry.quote_hash = std::move(quote_hash);
    return;
  }
  session.accepted.push_back(Accepted{std::string(caller), std::move(quote_hash)});
}

}  // namespace kassa::checkout
