#include <algorithm>
#include <iterator>

#include "services/admin/rule_judge.hpp"
#include "services/base/ensure.hpp"
#include "services/protocol/admin/answers.hpp"
#include "services/protocol/admin/handlers.hpp"
#include "services/protocol/admin/rule_ground.hpp"
#include "services/protocol/admin/simulate_answer.hpp"

namespace kassa::protocol {
namespace {

namespace asio = boost::asio;

/// The two rule books; `ground` has the live one.
struct Sides {
  std::shared_ptr<const checkout::Snapshot> ground;
  discounts::RuleSetPtr draft;
  json::array warnings;
};

void unknown_rule(std::string_view list, std::size_t index, std::vector<Problem>& problems) {
  Problem problem;
  problem.path = "/draft/" + std::string(list) + "/" + std::to_string(index);
  problem.code = "unknown_rule";
  problem.message = "There is no such rule.";
  problems.push_back(std::move(problem));
}

/// Where a rule of the draft stands in the body: those that are switched on follow the given ones.
std::string place_in_body(const SimulateAsk& ask, std::size_t rule) {
  const std::size_t given = ask.rules.size();
  return rule < given ? "/draft/rules/" + std::to_string(rule) : "/draft/enable/" + std::to_string(rule - given);
}

/// The given rules, then those of the store that are to be switched on.
json::array added_rules(const SimulateAsk& ask, const admin::RuleBook& book, std::vector<Problem>& problems) {
  json::array added = ask.rules;
  for (std::size_t i = 0; i < ask.enable.size(); ++i) {
    const admin::StoredRule* const stored = book.find(DiscountId{ask.enable[i]});
    if (stored == nullptr) {
      unknown_rule("enable", i, problems);
    } else {
      added.push_back(stored->rule);
    }
  }
  return added;
}

json::array told(const std::vector<admin::RuleFault>& warnings, const SimulateAsk& ask) {
  json::array out;
  for (const admin::RuleFault& fault : warnings) {
    json::object warning;
    warning["path"] = place_in_body(ask, fault.rule) + fault.problem.path;
    warning["code"] = fault.problem.code;
    warning["message"] = fault.problem.message;
    out.push_back(std::move(warning));
  }
  return out;
}

bool is_among(const json::array& rules, std::string_view id) {
  return std::ranges::any_of(rules, [id](const json::value& rule) { return rule.at("id").as_string() == id; });
}

/// One that is switched off, or was not taken into the draft, does nothing already.
discounts::RuleSetPtr without(const discounts::RuleSetPtr& rules, const SimulateAsk& ask, const admin::RuleBook& book,
                              const json::array& added, std::vector<Problem>& problems) {
  if (ask.without.empty()) return rules;
  for (std::size_t i = 0; i < ask.without.size(); ++i) {
    const std::string& id = ask.without[i];
    if (book.find(DiscountId{id}) == nullptr && !is_among(added, id)) unknown_rule("without", i, problems);
  }
  std::vector<Problem> none;
  return discounts::with_rules(*rules, json::array{}, ask.without, none);
}

/// The draft's rules, judged as a preview's are.
asio::awaitable<Result<admin::Draft>> judged_draft(const AdminServices& services, StoreId store, const SimulateAsk& ask,
                                                   const admin::RuleGround& ground, const admin::RuleBook& book,
                                                   std::vector<Problem>& problems) {
  const Error faulty{Errc::kInvalidRequest, "the draft has faults"};
  const json::array added = added_rules(ask, book, problems);
  if (!problems.empty()) co_return faulty;
  admin::Draft draft = admin::draft_rules(book, added, ask.alone);
  if (draft.faults.empty()) {
    KASSA_CO_TRY(draft.faults, co_await admin::faults_of_gifts(services.store, store, ground, book.revision, added));
  }
  for (admin::RuleFault& fault : draft.faults) {
    fault.problem.path.insert(0, place_in_body(ask, fault.rule));
    problems.push_back(std::move(fault.problem));
  }
  if (!problems.empty()) co_return faulty;
  if (!ask.alone) {
    KASSA_CO_TRY(auto beside, co_await admin::warnings_beside(services.store, std::move(store), book, draft, added));
    std::ranges::move(beside, std::back_inserter(draft.warnings));
  }
  draft.rules = without(draft.rules, ask, book, added, problems);
  if (!problems.empty()) co_return faulty;
  ensure(draft.rules != nullptr, "fewer rules compile, too");
  co_return draft;
}

asio::awaitable<Result<Sides>> sides_of(const AdminServices& services, StoreId store, const SimulateAsk& ask,
                                        std::vector<Problem>& problems) {
  Sides sides;
  KASSA_CO_TRY(sides.ground, co_await services.snapshots.get(store));
  const admin::RuleGround ground = ground_in(sides.ground);
  std::vector<std::string> named = ask.enable;
  named.insert(named.end(), ask.without.begin(), ask.without.end());
  KASSA_CO_TRY(const auto book, co_await admin::read_rule_book(services.store, store, ground, std::move(named)));
  KASSA_CO_TRY(auto draft, co_await judged_draft(services, std::move(store), ask, ground, book, problems));
  sides.warnings = told(std::move(draft.warnings), ask);
  sides.draft = std::move(draft.rules);
  if (sides.ground->revision != book.revision) {
    const json::array nothing;
    auto current = std::make_shared<checkout::Snapshot>(*sides.ground);
    current->rules = admin::draft_rules(book, nothing, false).rules;
    sides.ground = std::move(current);
  }
  co_return sides;
}

/// The process's one simulation, until it ends.
class Turn {
 public:
  explicit Turn(std::shared_ptr<std::atomic_flag> taken) : taken_(std::move(taken)), mine_(!taken_->test_and_set()) {}
  ~Turn() {
    if (mine_) taken_->clear();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  [[nodiscard]] bool mine() const noexcept { return mine_; }

 private:
  std::shared_ptr<std::atomic_flag> taken_;
  bool mine_;
};

}  // namespace

asio::awaitable<http::Response> simulate_discounts(const AdminServices& services, const AdminCaller& caller,
                                                   const http::Request& request) {
  const auto body = read_object(request);
  if (!body) co_return admin_failure(body.error());
  std::vector<Problem> problems;
  const SimulateAsk ask = read_simulation(body.value(), problems);
  if (!problems.empty()) co_return admin_failure(Error{Errc::kInvalidRequest, "the body has faults"}, problems);
  const Turn turn(services.simulating);
  if (!turn.mine()) co_return admin_failure(Error{Errc::kOverloaded, "another simulation is running; try again"});
  const auto sides = co_await sides_of(services, caller.store, ask, problems);
  if (!sides) co_return admin_failure(sides.error(), problems);
  const checkout::Snapshot& ground = *sides.value().ground;
  const auto report =
      co_await checkout::simulate(services.store, services.clock, ground, sides.value().draft, ask.carts);
  if (!report) co_return admin_failure(report.error());
  json::object out = written_simulation(report.value());
  out["warnings"] = sides.value().warnings;
  co_return admin_answer(200, out);
}

}  // namespace kassa::protocol
