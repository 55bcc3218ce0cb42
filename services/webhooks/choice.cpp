#include "services/webhooks/choice.hpp"

#include <unordered_map>

namespace kassa::webhooks {

Choice choose(std::vector<Candidate> due, const std::map<std::string, std::size_t>& in_flight,
              std::size_t per_target_max, std::size_t most) {
  // Each event gets the number of its turn at its receiver; sorting by it makes receivers take turns, oldest
  // event first.
  std::unordered_map<std::string, std::size_t> turns;
  std::vector<std::pair<std::size_t, std::size_t>> order;
  Choice choice;
  for (std::size_t i = 0; i < due.size(); ++i) {
    const auto busy = in_flight.find(due[i].target);
    const std::size_t turn = turns[due[i].target]++;
    const std::size_t flying = busy == in_flight.end() ? 0 : busy->second;
    if (flying + turn >= per_target_max) {
      choice.crowded.push_back(std::move(due[i]));
    } else {
      order.emplace_back(turn, i);
    }
  }
  std::ranges::stable_sort(order, {}, &std::pair<std::size_t, std::size_t>::first);
  if (order.size() > most) order.resize(most);
  for (const auto& [turn, place] : order) choice.chosen.push_back(std::move(due[place]));
  return choice;
}

}  // namespace kassa::webhooks
