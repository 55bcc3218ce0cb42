#pragma once
// A simulation of other rules over recorded carts: read from a merchant's request, and its report as they see it. Pure.

#include "services/base/json.hpp"
#include "services/checkout/simulation.hpp"

namespace kassa::protocol {

struct SimulateAsk {
  checkout::SimulationAsk carts;
  json::array rules;  ///< In the place of those with their ids.
  bool alone{false};  ///< Instead of all rules of the store.
  std::vector<std::string> enable;
  std::vector<std::string> without;
};

/// Faults with JSON Pointers into the body; the result is for nothing when there are any.
[[nodiscard]] SimulateAsk read_simulation(const json::object& body, std::vector<Problem>& problems);

[[nodiscard]] json::object written_simulation(const checkout::SimulationReport& report);

}  // namespace kassa::protocol
