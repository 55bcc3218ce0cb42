#pragma once
// Persons whom another process erased: whatever this one holds of them, keys and open sessions, is given out no more.
// The Store is asked again and again for what was erased lately; a notification only makes the next look come sooner.
// On the worker's thread.

#include <string>
#include <unordered_map>

#include "services/checkout/sessions.hpp"
#include "services/shoppers/person_keys.hpp"

namespace kassa::app {

namespace asio = boost::asio;

class Erasures {
 public:
  Erasures(ports::Store& store, const Clock& clock, shoppers::CachedPersonKeys& persons, checkout::Sessions& sessions)
      : store_(store), clock_(clock), persons_(persons), sessions_(sessions), since_(clock.now()) {}

  /// One look at a time.
  asio::awaitable<Result<void>> look();

 private:
  ports::Store& store_;
  const Clock& clock_;
  shoppers::CachedPersonKeys& persons_;
  checkout::Sessions& sessions_;
  Instant since_;                                   ///< Of the last look that was answered.
  std::unordered_map<std::string, Instant> known_;  ///< "<store>|<person>", while the looks still return them.
};

}  // namespace kassa::app
