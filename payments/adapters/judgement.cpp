#include "payments/adapters/judgement.hpp"

#include <algorithm>
#include <utility>

#include "services/base/text.hpp"

namespace kassa::payments {
namespace {

bool is_success_kind(EventKind kind) noexcept {
  return kind == EventKind::kAuthorized || kind == EventKind::kCaptured || kind == EventKind::kRefunded ||
         kind == EventKind::kVoided;
}

/// The first way in which the answer is not about our request; empty when it is.
std::string_view difference(const Echo& echo, const ChargeRequest& request, Money asked) noexcept {
  if (echo.reference != request.attempt.value) return "reference";
  if (echo.amount.currency != asked.currency) return "currency";
  if (echo.amount.minor != asked.minor) return "amount";
  return {};
}

bool total_is_possible(Money total, const ChargeRequest& request, Money asked) noexcept {
  return total.currency == asked.currency && total.minor >= asked.minor && total.minor <= request.amount.minor;
}

ChargeReply mismatch(Reading read, const ChargeRequest& request, std::string_view what, Money told) {
  ChargeReply reply = own_reply(EventKind::kMismatch, what, request);
  reply.event.gateway_ref = std::move(read.reply.event.gateway_ref);
  reply.event.amount = told;
  return reply;
}

/// Details go to logs, records and reports: a short word or nothing that a gateway made up.
bool is_word(std::string_view text) noexcept {
  constexpr std::size_t kWordBytesMax = 64;
  return text.size() <= kWordBytesMax && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
                  c == '.' || c == ':';
         });
}

/// What a gateway may say about names and addresses, so that they can be stored and shown.
std::string_view flaw(const ChargeReply& reply) noexcept {
  const std::string& ref = reply.event.gateway_ref;
  if (is_success_kind(reply.event.kind) && ref.empty()) return "no_gateway_ref";
  if (!ref.empty() && (ref.size() > limits::kIdBytesMax || !is_visible_ascii(ref))) return "bad_gateway_ref";
  if (reply.event.kind != EventKind::kActionRequired) return {};
  const std::string& url = reply.action_url;
  const bool is_web = url.starts_with("https://") || url.starts_with("http://");
  return is_web && url.size() <= limits::kTargetBytesMax && is_visible_ascii(url) ? "" : "bad_action_url";
}

/// Compares a reading with what was asked, and fills in the amounts.
ChargeReply believe(Reading read, const ChargeRequest& request, Money asked) {
  AttemptEvent& event = read.reply.event;
  if (!is_word(event.detail)) event.detail = "unlisted";
  if (const std::string_view why = flaw(read.reply); !why.empty()) return own_reply(EventKind::kUnknown, why, request);
  if (read.echo) {
    const std::string_view what = difference(*read.echo, request, asked);
    const Money told = read.echo->amount;
    if (!what.empty()) return mismatch(std::move(read), request, what, told);
  } else if (is_success_kind(event.kind)) {
    return own_reply(EventKind::kUnknown, "no_echo", request);
  }
  if (event.kind == EventKind::kRefunded && !total_is_possible(event.amount, request, asked)) {
    const Money told = event.amount;
    return mismatch(std::move(read), request, "refund_total", told);
  }
  if (event.kind != EventKind::kRefunded) event.amount = request.amount;
  return std::move(read.reply);
}

std::string_view word_for(const ports::HttpReply& reply) noexcept {
  if (!reply.error.empty()) return reply.error;
  return reply.status >= 500 ? "server_error" : "no_answer";
}

/// A reply when the call got no readable answer, else nothing.
std::optional<ChargeReply> unanswered(const ChargeRequest& request, const ports::HttpReply& reply) {
  if (reply.outcome == ports::CallOutcome::kNotSent) {
    ChargeReply made = no_effect("not_sent", request);
    made.safe_to_retry = true;
    return made;
  }
  if (reply.outcome == ports::CallOutcome::kUnknown) {
    return own_reply(EventKind::kUnknown, word_for(reply), request);
  }
  return std::nullopt;
}

}  // namespace

ChargeReply own_reply(EventKind kind, std::string_view detail, const ChargeRequest& request) {
  ChargeReply reply;
  reply.event.kind = kind;
  reply.event.detail = detail;
  reply.event.amount = request.amount;
  return reply;
}

ChargeReply no_effect(std::string_view word, const ChargeRequest& request) {
  ChargeReply reply = own_reply(EventKind::kFailed, kDetailNoEffect, request);
  reply.event.detail += ':';
  reply.event.detail += word;
  return reply;
}

ChargeReply judge_charge(const Adapter& adapter, const ChargeRequest& request, const ports::HttpReply& reply) {
  if (auto made = unanswered(request, reply)) return std::move(*made);
  return believe(adapter.read_charge(reply), request, request.amount);
}

ChargeReply judge_find(const Adapter& adapter, const ChargeRequest& request, const ports::HttpReply& reply) {
  // A question that did not get out says nothing about the charge, so here "not sent" is no failure.
  if (reply.outcome == ports::CallOutcome::kNotSent) return own_reply(EventKind::kUnknown, "not_sent", request);
  if (auto made = unanswered(request, reply)) return std::move(*made);
  return believe(adapter.read_find(reply), request, request.amount);
}

ChargeReply judge_give_back(const Adapter& adapter, const GiveBack& give_back, const ports::HttpReply& reply) {
  if (auto made = unanswered(give_back.charge, reply)) return std::move(*made);
  return believe(adapter.read_give_back(reply), give_back.charge, give_back.amount);
}

}  // namespace kassa::payments
