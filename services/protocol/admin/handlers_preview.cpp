#include <unordered_set>

#include "services/admin/rule_judge.hpp"
#include "services/catalog/load.hpp"
#include "services/checkout/drawn_codes.hpp"
#include "services/checkout/known_orders.hpp"
#include "services/protocol/admin/answers.hpp"
#include "services/protocol/admin/handlers.hpp"
#include "services/protocol/admin/preview_answer.hpp"
#include "services/protocol/admin/rule_ground.hpp"

namespace kassa::protocol {
namespace {

namespace asio = boost::asio;

using checkout::Snapshot;

constexpr std::int64_t kRulesExplainedMax = 1'000;

/// What a preview is made with: the store's snapshot, with other rules where there is a draft.
struct Ground {
  std::shared_ptr<const Snapshot> snapshot;
  std::vector<std::string> names;  ///< Of the rules to explain.
  json::array warnings;
};

/// The faults of a draft as those of the body.
std::vector<Problem> in_body(std::vector<admin::RuleFault> faults) {
  std::vector<Problem> out;
  for (admin::RuleFault& fault : faults) {
    fault.problem.path.insert(0, "/draft/rules/" + std::to_string(fault.rule));
    out.push_back(std::move(fault.problem));
  }
  return out;
}

json::array written_warnings(const std::vector<Problem>& problems) {
  json::array out;
  for (const Problem& problem : problems) {
    json::object warning;
    warning["path"] = problem.path;
    warning["code"] = problem.code;
    warning["message"] = problem.message;
    out.push_back(std::move(warning));
  }
  return out;
}

asio::awaitable<Result<void>> name_all(const AdminServices& services, StoreId store, const PreviewAsk& ask,
                                       std::vector<std::string>& names) {
  for (const json::value& rule : ask.draft) names.emplace_back(rule.at("id").as_string());
  if (ask.draft_alone) co_return ok();
  KASSA_CO_TRY(auto ids, co_await admin::live_rule_ids(services.store, std::move(store), kRulesExplainedMax));
  const std::unordered_set<std::string> drafted(names.begin(), names.end());
  for (std::string& id : ids) {
    if (std::ssize(names) >= kRulesExplainedMax) co_return ok();
    if (!drafted.contains(id)) names.push_back(std::move(id));
  }
  co_return ok();
}

/// The rules of a draft in the place of the snapshot's.
asio::awaitable<Result<void>> take_draft(const AdminServices& services, StoreId store, const PreviewAsk& ask,
                                         Ground& ground, std::vector<Problem>& problems) {
  const admin::RuleGround rules = ground_in(ground.snapshot);
  std::vector<std::string> none;
  KASSA_CO_TRY(const auto book, co_await admin::read_rule_book(services.store, store, rules, std::move(none)));
  admin::Draft draft = admin::draft_rules(book, ask.draft, ask.draft_alone);
  if (draft.faults.empty()) {
    KASSA_CO_TRY(draft.faults, co_await admin::faults_of_gifts(services.store, store, rules, book.revision, ask.draft));
  }
  problems = in_body(std::move(draft.faults));
  if (!problems.empty()) co_return Error{Errc::kInvalidRequest, "the draft has faults"};
  if (!ask.draft_alone) {
    KASSA_CO_TRY(auto beside,
                 co_await admin::warnings_beside(services.store, std::move(store), book, draft, ask.draft));
    std::ranges::move(beside, std::back_inserter(draft.warnings));
  }
  ground.warnings = written_warnings(in_body(std::move(draft.warnings)));
  auto changed = std::make_shared<Snapshot>(*ground.snapshot);
  changed->rules = std::move(draft.rules);
  ground.snapshot = std::move(changed);
  co_return ok();
}

/// The book is read when it is needed: for a draft, and when the snapshot is older than the store.
asio::awaitable<Result<Ground>> ground_of(const AdminServices& services, StoreId store, const PreviewAsk& ask,
                                          std::vector<Problem>& problems) {
  Ground ground;
  ground.names = ask.explain;
  KASSA_CO_TRY(ground.snapshot, co_await services.snapshots.get(store));
  KASSA_CO_TRY(const auto revision, co_await catalog::load_revision(services.store, store));
  const bool drafts = !ask.draft.empty() || ask.draft_alone;
  if (drafts || ground.snapshot->revision != revision) {
    KASSA_CO_TRY(co_await take_draft(services, store, ask, ground, problems));
  }
  if (ask.explain_all) {
    KASSA_CO_TRY(co_await name_all(services, std::move(store), ask, ground.names));
  }
  co_return ground;
}

/// How often this e-mail has ordered, when a rule wants to know and the request does not say.
asio::awaitable<Result<void>> count_orders(const AdminServices& services, const Snapshot& snapshot,
                                           checkout::PreviewCart& cart) {
  if (cart.orders_count || !checkout::asks_for_orders(snapshot, cart.email)) co_return ok();
  StoreId store = snapshot.store;
  std::string email = cart.email;
  KASSA_CO_TRY(const auto known,
               co_await checkout::count_orders(services.store, services.box, std::move(store), std::move(email)));
  cart.orders_count = known.count;
  co_return ok();
}

}  // namespace

asio::awaitable<http::Response> preview_discounts(const AdminServices& services, const AdminCaller& caller,
                                                  const http::Request& request) {
  const auto body = read_object(request);
  if (!body) co_return admin_failure(body.error());
  const auto snapshot = co_await services.snapshots.get(caller.store);
  if (!snapshot) co_return admin_failure(snapshot.error());
  std::vector<Problem> problems;
  PreviewAsk ask = read_preview(body.value(), snapshot.value()->settings, problems);
  if (!problems.empty()) co_return admin_failure(Error{Errc::kInvalidRequest, "the body has faults"}, problems);
  const auto ground = co_await ground_of(services, caller.store, ask, problems);
  if (!ground) co_return admin_failure(ground.error(), problems);
  const auto counted = co_await count_orders(services, *ground.value().snapshot, ask.cart);
  if (!counted) co_return admin_failure(counted.error());
  const Instant now = ask.now.value_or(services.clock.now());
  auto drawn = co_await checkout::draw_codes(services.store, *ground.value().snapshot, ask.cart.codes, now);
  if (!drawn) co_return admin_failure(drawn.error());
  ask.cart.drawn = std::move(drawn).value();
  const auto preview = checkout::preview(ask.cart, *ground.value().snapshot, now, ground.value().names);
  if (!preview) co_return admin_failure(preview.error());
  json::object out = written_preview(preview.value());
  out["warnings"] = ground.value().warnings;
  co_return admin_answer(200, out);
}

}  // namespace kassa::protocol
