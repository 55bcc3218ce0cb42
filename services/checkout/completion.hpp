#pragma once
// Completing a checkout: reserve (D1), call the gateway (N1), record the outcome (D2) or release (D3); resumed after a
// crash or an unknown outcome (D6) on the same code path. Each durable step is one transaction, built by the pure
// functions at the end.

#include <functional>
#include <memory>

#include "services/checkout/order_numbers.hpp"
#include "services/checkout/review.hpp"
#include "services/checkout/service.hpp"
#include "services/checkout/sessions.hpp"
#include "services/checkout/statements.hpp"
#include "services/ports/metrics.hpp"
#include "services/ports/shopper_directory.hpp"
#include "services/ports/stock_view.hpp"

namespace kassa::checkout {

struct CheckoutService::Dependencies {
  ports::Store& store;
  Sessions& sessions;
  SnapshotSource& snapshots;
  ports::PersonKeys& persons;
  const ports::SecretBox& box;
  payments::Gateways& gateways;
  ports::StockView& stock;
  ports::ShopperDirectory& shoppers;
  const Renderers& renderers;
  OrderNumbers& numbers;
  const Clock& clock;
  Random& random;
  ports::Failpoints& failpoints;
  ports::Log& log;
  ports::Metrics& metrics;
  std::function<void()> wake_outbox;  ///< Called after a commit that added outbox rows; thread-safe, cheap.
  /// Most bytes of kept answers in a day of one store's callers that prove nothing.
  std::int64_t kept_bytes_per_day_max{std::int64_t{4} * 1024 * 1024 * 1024};
};

using Env = CheckoutService::Dependencies;

/// A completion in flight: everything that its next step needs, from memory or read back from the Store.
struct Running {
  std::shared_ptr<const Snapshot> snapshot;
  Session session;
  std::shared_ptr<const Quote> quote;
  ports::DataKey key;
  Claim claim;
  std::optional<Claim> also;             ///< Another key whose request takes part: it gets the final answer, too.
  std::optional<AttemptRow> attempt;     ///< Empty: nothing to pay.
  bool redraft{false};                   ///< The order exists already, from an attempt that was declined.
  std::chrono::nanoseconds leased_at{};  ///< Clock::steady() before the lease was written.
};

class Completion {
 public:
  explicit Completion(Env& env) : env_(env) {}

  asio::awaitable<Result<Answer>> begin(Caller caller, CompleteCommand command);

  /// Continues the completion behind a key (D6). kIdempotencyInFlight when another process holds its lease.
  /// `also`: a second key under which the buyer came back; a final answer is stored under both.
  asio::awaitable<Result<Answer>> resume(StoreId store, std::string scope, std::string key,
                                         std::optional<Claim> also = std::nullopt);

  /// What a person found out about an attempt under review (review.cpp). `audited` commits the claim of the work;
  /// nothing is claimed and kVersionConflict when it is not under review, or when the decision does not fit it.
  /// kNotFound unless it is of an order of that mode.
  asio::awaitable<Result<void>> decide(ports::Store& audited, StoreId store, AttemptId attempt, Decision decision,
                                       bool live);

  /// The answer that a finished key stands for; resumes an unfinished one.
  asio::awaitable<Result<Answer>> answer_for(StoreId store, KeyUse use, std::vector<ports::Row> key_rows);

 private:
  /// Somebody else was faster, and where the newer session is.
  enum class Moved : unsigned char { kNo, kInCache, kInStore };
  asio::awaitable<Result<std::optional<Answer>>> answered_before(StoreId store, KeyUse use);
  /// Whether D1 may be tried: the quote and its gateway, or what the caller is told instead.
  struct Judged {
    Quote quote;
    std::optional<Verdict> refusal;
    const payments::GatewayConfig* gateway{};  ///< Null: nothing to pay.
  };
  [[nodiscard]] Result<Judged> judge(const Caller& caller, const CompleteCommand& command, const Session& session,
                                     const Snapshot& snapshot, Instant now) const;
  asio::awaitable<Result<Answer>> attempt_once(Caller caller, CompleteCommand command, SessionPtr session,
                                               Moved& moved);
  asio::awaitable<Result<Answer>> busy(Caller caller, KeyUse use, SessionPtr session);
  asio::awaitable<Result<Answer>> tell(Caller caller, KeyUse use, SessionPtr session, Quote quote, Verdict verdict,
                                       Moved& moved);
  asio::awaitable<Result<Answer>> reserve(Caller caller, KeyUse use, Running running, Moved& moved);
  asio::awaitable<Result<Answer>> give(Caller caller, KeyUse use, Running running, ports::AllocationPlan plan,
                                       Moved& moved);
  asio::awaitable<Result<Answer>> refused(Caller caller, KeyUse use, Running running, std::string label, Moved& moved);
  asio::awaitable<Result<void>> learn_spent(const Running& running, std::string rule);
  asio::awaitable<Result<void>> learn_bought(const Running& running, std::string variant, Session& known);
  asio::awaitable<payments::ChargeReply> charge(const Running& running);
  asio::awaitable<Result<Answer>> pay(Running running);
  asio::awaitable<Result<Answer>> settle(Running running, payments::ChargeReply reply);
  asio::awaitable<Result<Answer>> confirm(Running running, payments::ChargeReply reply, payments::AttemptFold fold);
  asio::awaitable<Result<Answer>> release(Running running, payments::ChargeReply reply, payments::AttemptFold fold);
  asio::awaitable<Result<Answer>> park(Running running, payments::ChargeReply reply, payments::AttemptFold fold);
  asio::awaitable<Result<Running>> reload(Claim claim);
  [[nodiscard]] Result<AttemptRow> read_request(const Claim& claim, const ports::DataKey& key, const ports::Row& row,
                                                const OrderId& order) const;
  asio::awaitable<void> note_late(const Running& running);
  static ports::Step late_work(const Running& running, std::chrono::seconds after, Instant now);
  asio::awaitable<Result<Answer>> look_late(Claim claim);
  asio::awaitable<Result<Running>> reload_late(Claim claim);
  asio::awaitable<Result<Answer>> return_late(Running running, const payments::ChargeReply& found);
  asio::awaitable<Result<Answer>> end_late(Running running, std::vector<payments::AttemptEvent> events);
  asio::awaitable<Result<Answer>> wait_late(const Running& running, Instant until);
  asio::awaitable<Result<Answer>> leave_late(Running running, payments::AttemptEvent found);
  static void add_late_events(AttemptRow& attempt, std::vector<payments::AttemptEvent> events, const Running& running,
                              Instant now, ports::Transaction& transaction);
  /// Whether the lease is young enough for a call to end within it. A process that stood still must not send: another
  /// may have found by then that nothing was charged.
  [[nodiscard]] bool may_send(const Running& running) const;
  asio::awaitable<Result<Claim>> claim_for_decision(ports::Store& audited, StoreId store, std::string scope,
                                                    std::string key, AttemptId id, Decision decision);
  asio::awaitable<Result<Answer>> leave_to_a_person(Running running);
  asio::awaitable<Result<void>> note_unknown(Running& running);
  asio::awaitable<Result<void>> note(Running& running, payments::AttemptEvent event);
  asio::awaitable<Result<payments::ChargeReply>> ask_again(Running& running);
  asio::awaitable<payments::ChargeReply> give_back(const Running& running);
  static void add_returned_money(const Running& running, const payments::AttemptFold& fold, Instant now,
                                 ports::Transaction& transaction);
  void add_second_key(const Running& running, const Answer& answer, Instant now, ports::Transaction& transaction);
  void take_stock(const StoreId& store, const ports::Committed& committed);
  [[nodiscard]] Answer render(const Running& running, const Session& session, Verdict verdict,
                              std::string_view reason) const;
  /// What this request's caller is told: the answer to its own key, when it came with a second one.
  [[nodiscard]] Answer told(const Running& running, const Session& session, Verdict verdict, std::string_view reason,
                            const Answer& first) const;
  [[nodiscard]] const payments::GatewayConfig* gateway_of(const Running& running) const;

  Env& env_;
};

/// How long an attempt that ended because its gateway knew no such charge is still asked for: a process that was
/// stopped while it sent may go on, and charge.
inline constexpr std::chrono::hours kLateWatch{1};

/// A row that read_attempt or read_last_attempt returned; its request is empty.
[[nodiscard]] AttemptRow attempt_from(const ports::Row& row, const OrderId& order);

/// "No such charge", and nothing else.
[[nodiscard]] bool is_not_found(const payments::AttemptEvent& event);

/// All of it went back.
[[nodiscard]] bool is_returned(const payments::AttemptFold& fold);

/// What came (positive) or went back, as one entry of the ledger.
void add_money_entry(const Running& running, const std::string& entry, std::int64_t amount, Instant now,
                     ports::Transaction& transaction);

/// Who counts as the same customer for a per-customer limit: the e-mail's blind index, else this session's person.
[[nodiscard]] std::string customer_key(const Env& env, const Session& session);

/// "idempotency|<store>|<scope>|<key>": binds a sealed answer to its row.
[[nodiscard]] std::string answer_aad(const Claim& claim);
[[nodiscard]] std::string order_aad(const StoreId& store, const OrderId& order);
[[nodiscard]] std::string attempt_aad(const StoreId& store, const AttemptId& attempt);

/// Sale and payment as balanced ledger lines (debit positive); they sum to zero.
[[nodiscard]] std::vector<LedgerLine> sale_entry(const Quote& quote);
[[nodiscard]] std::vector<LedgerLine> capture_entry(const GatewayId& gateway, std::int64_t captured);

/// D1 as a value. With nothing to pay it only claims; confirm() adds the rest in the same transaction.
[[nodiscard]] ports::Transaction reserve_transaction(Env& env, const Running& running,
                                                     const ports::Allocations& allocations, Instant now);

/// The levels that a committed transaction left behind, as its statements returned them.
[[nodiscard]] std::vector<ports::StockLevel> returned_levels(const ports::Committed& committed);

/// Where the goods of a quote come from.
[[nodiscard]] ports::AllocationPlan plan_stock(const Quote& quote, const StoreId& store,
                                               const ports::CatalogView& catalog, const ports::StockView& stock,
                                               const ports::AllocationPlace& place);

/// Steps of D2 that do not depend on a payment: order, goods, ledger, session, answer, outbox.
void add_confirmation(Env& env, const Running& running, const Session& completed, const Answer& answer,
                      std::string payment_state, std::int64_t number, Instant now, ports::Transaction& transaction);

/// The session after a confirmed order.
[[nodiscard]] Session completed_session(const Running& running, Instant now);

/// Sealed order record of a running completion.
[[nodiscard]] Bytes seal_order(const Env& env, const Running& running);

}  // namespace kassa::checkout
