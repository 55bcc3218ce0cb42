#pragma once
// Which of the due events go out now: the bulkhead. Receivers take turns, and none has more than its share of
// requests in flight, so one that is slow or down delays only its own events. Pure.

#include <map>
#include <string>
#include <vector>

#include "services/base/id.hpp"

namespace kassa::webhooks {

struct Candidate {
  StoreId store;
  EventId event;
  std::string target;
};

struct Choice {
  std::vector<Candidate> chosen;
  std::vector<Candidate> crowded;  ///< Left over because their receiver has its share already.
};

/// `in_flight`: requests by target. At most `most` are chosen.
[[nodiscard]] Choice choose(std::vector<Candidate> due, const std::map<std::string, std::size_t>& in_flight,
                            std::size_t per_target_max, std::size_t most);

}  // namespace kassa::webhooks
