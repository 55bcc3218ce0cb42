#pragma once
// What clients were told during a history, and whether it fits together: same key, same answer; charged as shown;
// canceled stays canceled. Outlives the simulated processes; used on the test's thread.

#include <map>
#include <set>

#include "tests/sim/oracle.hpp"
#include "tests/sim/world.hpp"

namespace kassa::sim {

/// One completion request, as it may be repeated.
struct Request {
  std::string checkout;
  std::string key;
  std::string token;
};

class Witness {
 public:
  /// `after_final`: a final answer under this key had been heard when the request was sent. `shown`: the total that
  /// this client saw last, when it is sure of it.
  void heard(const Request& request, bool after_final, const Result<Answer>& answer, std::optional<std::int64_t> shown);
  /// An answer that was no answer to a completion: whoever completes after it knows its total.
  void heard_other(const std::string& checkout) { told_.erase(checkout); }
  void heard_canceled(const std::string& checkout) { canceled_.insert(checkout); }
  void complain(std::string what) { complaints_.push_back(std::move(what)); }

  /// The final answer under a key, if one was heard.
  [[nodiscard]] const std::string* final_of(const Request& request) const;
  [[nodiscard]] const std::map<std::string, Request>& requests() const noexcept { return requests_; }
  [[nodiscard]] const std::set<std::string>& canceled() const noexcept { return canceled_; }
  [[nodiscard]] const std::vector<Acknowledged>& orders() const noexcept { return orders_; }
  [[nodiscard]] const std::vector<std::string>& complaints() const noexcept { return complaints_; }

 private:
  void compare(const Request& request, const Result<Answer>& answer);
  static std::string name_of(const Request& request) { return request.checkout + " " + request.key; }

  std::map<std::string, std::string> finals_;                        // By checkout and key.
  std::map<std::string, std::pair<std::string, std::string>> told_;  // By checkout: whose key heard of which new total.
  std::map<std::string, Request> requests_;                          // Those with a final answer.
  std::set<std::string> canceled_;
  std::vector<Acknowledged> orders_;
  std::vector<std::string> complaints_;
};

}  // namespace kassa::sim
