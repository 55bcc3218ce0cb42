#include "tests/sim/witness.hpp"

namespace kassa::sim {

using checkout::said;

const std::string* Witness::final_of(const Request& request) const {
  const auto found = finals_.find(name_of(request));
  return found == finals_.end() ? nullptr : &found->second;
}

/// An answer to a request that was sent after the final one under its key had been heard.
void Witness::compare(const Request& request, const Result<Answer>& answer) {
  const bool same_request = requests_.at(name_of(request)).token == request.token;
  if (!same_request) {
    if (answer) complain("I12 " + name_of(request) + ": another payload was answered");
    return;
  }
  if (!answer) {
    complain("I11 " + name_of(request) + ": a final answer became " + std::string(describe(answer.error().code).slug));
  } else if (finals_.at(name_of(request)) != *answer.value().body) {
    complain("I11 " + name_of(request) + ": another answer");
  }
}

void Witness::heard(const Request& request, bool after_final, const Result<Answer>& answer,
                    std::optional<std::int64_t> shown) {
  if (after_final) return compare(request, answer);
  if (!answer) return;
  const std::string verdict = said(answer.value(), "verdict");
  const bool other_total = shown && std::to_string(*shown) != said(answer.value(), "total");
  const std::string hash = said(answer.value(), "hash");
  if (verdict == "price_changed" || (verdict == "limit_reached" && other_total))
    told_[request.checkout] = {request.key, hash};
  if (verdict != "completed" && verdict != "declined") return;
  // Of two equal requests at once one may still buy what had been accepted before the other was told.
  const auto told = told_.find(request.checkout);
  const bool after = told != told_.end() && told->second.first == request.key;
  if (after && (shown || told->second.second == hash)) {
    complain("I9 " + name_of(request) + ": an equal request was taken for consent to the new total");
  }
  if (final_of(request) != nullptr) return compare(request, answer);  // Both were under way at the same time.
  finals_[name_of(request)] = *answer.value().body;
  requests_[name_of(request)] = request;
  if (verdict == "declined") return;
  Acknowledged order;
  order.order = said(answer.value(), "order");
  order.total = std::stoll(said(answer.value(), "total"));
  if (shown && *shown != order.total) {
    complain("I9 " + request.checkout + ": shown " + std::to_string(*shown) + ", charged " +
             std::to_string(order.total));
  }
  if (canceled_.contains(request.checkout)) complain("canceled and completed: " + request.checkout);
  orders_.push_back(std::move(order));
}

}  // namespace kassa::sim
