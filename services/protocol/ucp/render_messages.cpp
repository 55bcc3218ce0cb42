#include <algorithm>

#include "services/protocol/message_text.hpp"
#include "services/protocol/ucp/errors.hpp"
#include "services/protocol/ucp/render_parts.hpp"

namespace kassa::protocol {
namespace {

using checkout::Level;
using checkout::Message;
using checkout::Severity;
using checkout::Verdict;

std::string_view word_of(Level level) noexcept {
  switch (level) {
    case Level::kError: return "error";
    case Level::kWarning: return "warning";
    case Level::kInfo: return "info";
  }
  return "info";
}

std::string_view word_of(Severity severity) noexcept {
  switch (severity) {
    case Severity::kRecoverable: return "recoverable";
    case Severity::kBuyerInput: return "requires_buyer_input";
    case Severity::kBuyerReview: return "requires_buyer_review";
    case Severity::kUnrecoverable: return "unrecoverable";
  }
  return "recoverable";
}

void write_message(JsonWriter& json, const Message& message, Language language) {
  json.begin_object();
  json.member("type", word_of(message.level));
  json.member("code", message.code);
  json.optional_member("path", message.path);
  json.member("content", message_text(message, language));
  if (message.level == Level::kError) json.member("severity", word_of(message.severity));
  json.end_object();
}

const Message* first_error(const std::vector<Message>& messages) {
  const auto found = std::ranges::find(messages, Level::kError, &Message::level);
  return found == messages.end() ? nullptr : &*found;
}

bool tells(const std::vector<Message>& messages, std::string_view code) {
  return std::ranges::find(messages, code, &Message::code) != messages.end();
}

checkout::Answer refusal(int status, std::string_view code, std::string_view content, std::string_view path = {}) {
  checkout::Answer answer;
  answer.status = status;
  answer.body = std::make_shared<const std::string>(transport_error(code, content, path));
  return answer;
}

/// What is missing: stock that is gone is a lost race, anything else a request that came too early.
checkout::Answer not_ready(const checkout::View& view) {
  const Message* const first = first_error(view.quote.messages);
  if (first == nullptr) return refusal(400, "checkout_not_ready", "The checkout is not ready to be completed");
  return refusal(first->code == "out_of_stock" ? 409 : 400, first->code, message_text(*first, language_of(view)),
                 first->path);
}

Message declined(const checkout::View& view) {
  Message message(Level::kError, "payment_failed", "$.payment.instruments");
  if (!view.reason.empty()) message.params.emplace_back("reason", " (" + std::string(view.reason) + ")");
  return message;
}

}  // namespace

Language language_of(const checkout::View& view) noexcept {
  return language_from(view.session.context.language).value_or(Language::kEnglish);
}

std::vector<Message> verdict_messages(const checkout::View& view) {
  std::vector<Message> out;
  switch (view.verdict) {
    case Verdict::kDeclined: out.push_back(declined(view)); break;
    case Verdict::kUnreachable: out.emplace_back(Level::kError, "payment_unavailable", "$.payment"); break;
    case Verdict::kPriceChanged: out.emplace_back(Level::kError, "price_changed", "$.totals"); break;
    case Verdict::kLimitReached: out.emplace_back(Level::kError, "discount_limit_reached", "$.discounts"); break;
    case Verdict::kOutOfStock:
      if (!tells(view.quote.messages, "out_of_stock")) out.emplace_back(Level::kError, "out_of_stock", "$.line_items");
      break;
    case Verdict::kNone:
    case Verdict::kCompleted:
    case Verdict::kUnknown:
    case Verdict::kNeedsBuyer:
    case Verdict::kNotReady: break;
  }
  if (view.session.state == checkout::State::kNeedsBuyer) {
    out.emplace_back(Level::kError, "requires_3ds", "$.payment", Severity::kBuyerInput);
  }
  return out;
}

namespace {

/// What a checkout still lacks, a cart does not: it may be empty, and goes nowhere.
bool is_of_no_cart(const Message& message) {
  return message.level == Level::kError &&
         (message.code == "field_required" || message.path.starts_with("$.fulfillment"));
}

}  // namespace

void write_messages(JsonWriter& json, const checkout::View& view) {
  const Language language = language_of(view);
  const bool cart = view.session.kind == checkout::Kind::kCart;
  // A checkout that is over asks for nothing any more.
  const bool over = is_terminal(view.session.state);
  json.key("messages");
  json.begin_array();
  for (const Message& message : view.quote.messages) {
    if (cart && is_of_no_cart(message)) continue;
    if (!over || message.level != Level::kError) write_message(json, message, language);
  }
  if (!over) {
    for (const Message& message : view.session.notices) write_message(json, message, language);
    for (const Message& message : verdict_messages(view)) write_message(json, message, language);
  }
  json.end_array();
}

std::optional<checkout::Answer> verdict_refusal(const checkout::View& view) {
  const Language language = language_of(view);
  switch (view.verdict) {
    case Verdict::kNotReady: return not_ready(view);
    case Verdict::kDeclined:
      return refusal(402, "payment_failed", message_text(declined(view), language), "$.payment.instruments");
    case Verdict::kUnreachable:
      return refusal(402, "payment_unavailable", message_text(Message(Level::kError, "payment_unavailable"), language),
                     "$.payment");
    case Verdict::kOutOfStock:
      return refusal(409, "out_of_stock", message_text(Message(Level::kError, "out_of_stock"), language),
                     "$.line_items");
    case Verdict::kLimitReached:
      return refusal(409, "discount_limit_reached",
                     message_text(Message(Level::kError, "discount_limit_reached"), language));
    case Verdict::kNone:
    case Verdict::kCompleted:
    case Verdict::kUnknown:
    case Verdict::kNeedsBuyer:
    case Verdict::kPriceChanged: return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace kassa::protocol
