#pragma once
// A protocol of no protocol: answers as one small JSON object that a test can read. Stateless.

#include "services/checkout/answers.hpp"

namespace kassa::checkout {

inline std::string_view word_of(Verdict verdict) {
  constexpr std::string_view kWords[] = {"none",      "completed",     "declined",     "unknown",       "needs_buyer",
                                         "not_ready", "price_changed", "out_of_stock", "limit_reached", "unreachable"};
  return kWords[static_cast<std::size_t>(verdict)];
}

class PlainRenderer final : public Renderer {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "plain"; }

  [[nodiscard]] Answer render(std::string_view rendering, Operation, const View& view) const override {
    json::object out;
    out["rendering"] = rendering;
    out["id"] = view.session.id.value;
    out["state"] = to_text(view.session.state);
    out["verdict"] = word_of(view.verdict);
    out["reason"] = view.reason;
    out["total"] = view.quote.total;
    out["hash"] = view.quote.hash;
    out["ready"] = view.quote.ready;
    out["order"] = view.session.state == State::kCompleted ? view.session.order.value : std::string{};
    out["action_url"] = view.session.action_url;
    json::array notices;
    for (const Message& notice : view.session.notices) notices.emplace_back(notice.code);
    out["notices"] = std::move(notices);
    json::array messages;
    for (const Message& message : view.quote.messages) messages.emplace_back(message.code);
    out["messages"] = std::move(messages);
    Answer answer;
    answer.body = std::make_shared<const std::string>(json::serialize(out));
    return answer;
  }

  [[nodiscard]] std::string order_event(const ports::OrderRecord& order, const Snapshot&) const override {
    return ports::encode(order);
  }
};

/// A member of a plain answer as text; numbers in decimal.
inline std::string said(const Answer& answer, std::string_view member) {
  const json::value body = json::parse(*answer.body);
  const json::value& value = body.as_object().at(member);
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

}  // namespace kassa::checkout
