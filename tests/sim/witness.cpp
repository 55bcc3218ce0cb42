#include "tests/sim/witness.hpp"

namespace kassa::sim {

using checkout::said;

const std::string* Witness::final_of(const Request& request) const {
  const auto found = finals_.find(name_of(request));
  return found == finals_.end() ? nullptr : &found->second;
}

void Witness::heard(const Request& request, const Result<Answer>& answer, std::optional<std::int64_t> shown) {
  const std::string* known = final_of(request);
  if (!answer) {
    const bool busy = answer.error().code == Errc::kIdempotencyInFlight;
    if (known != nullptr && requests_.at(name_of(request)).token == request.token) {
      complain("I11 " + name_of(request) + ": a final answer became " +
               std::string(describe(answer.error().code).slug));
    }
    if (known != nullptr && busy) complain("I11 " + name_of(request) + ": finished and running");
    return;
  }
  if (known != nullptr) {
    const bool same_request = requests_.at(name_of(request)).token == request.token;
    if (!same_request) complain("I12 " + name_of(request) + ": another payload was answered");
    if (same_request && *known != *answer.value().body) complain("I11 " + name_of(request) + ": another answer");
    return;
  }
  const std::string verdict = said(answer.value(), "verdict");
  if (verdict != "completed" && verdict != "declined") return;
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
