#pragma once
// What an answer (or its absence) means for an attempt: the rules that hold for every gateway, in one pure
// place. A call that may have arrived is kUnknown whatever came back; an answer about another amount,
// currency or reference is kMismatch; a success that does not repeat what it is about is not believed.

#include "payments/adapters/adapter.hpp"

namespace kassa::payments {

/// The event's time is left for the caller to set.
[[nodiscard]] ChargeReply judge_charge(const Adapter& adapter, const ChargeRequest& request,
                                       const ports::HttpReply& reply);
[[nodiscard]] ChargeReply judge_find(const Adapter& adapter, const ChargeRequest& request,
                                     const ports::HttpReply& reply);
[[nodiscard]] ChargeReply judge_give_back(const Adapter& adapter, const GiveBack& give_back,
                                          const ports::HttpReply& reply);

/// A reply of our own making, about the whole amount of `request`.
[[nodiscard]] ChargeReply own_reply(EventKind kind, std::string_view detail, const ChargeRequest& request);
/// kFailed, "no_effect:<word>".
[[nodiscard]] ChargeReply no_effect(std::string_view word, const ChargeRequest& request);

}  // namespace kassa::payments
