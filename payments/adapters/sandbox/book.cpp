#include "payments/adapters/sandbox/book.hpp"

#include <utility>

#include "services/base/ensure.hpp"

namespace kassa::payments::sandbox {
namespace {

using ports::as_int;
using ports::as_string;
using ports::Row;
using ports::SqlValue;
using ports::Step;
using ports::Transaction;

constexpr std::string_view kInsertCharge =
    "INSERT INTO charge (gateway_key, charge_id, reference, amount, currency, state, script, decline_code,"
    " fingerprint, answer_status, answer, created_at)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING";

// One of the three is given, the others are '': each has its index.
constexpr std::string_view kSelectCharge =
    "SELECT gateway_key, charge_id, reference, amount, currency, state, script, decline_code, fingerprint,"
    " answer_status, answer, refunded, created_at FROM charge"
    " WHERE gateway_key = $1 OR charge_id = $2 OR reference = $3 ORDER BY created_at, charge_id";

constexpr std::string_view kSelectAllCharges =
    "SELECT gateway_key, charge_id, reference, amount, currency, state, script, decline_code, fingerprint,"
    " answer_status, answer, refunded, created_at FROM charge ORDER BY created_at, charge_id";

constexpr std::string_view kDecide =
    "UPDATE charge SET state = $2, decline_code = $3"
    " WHERE charge_id = $1 AND state IN ('requires_action', 'processing')";

constexpr std::string_view kInsertRefund =
    "INSERT INTO refund (refund_key, refund_id, charge_id, reference, kind, amount, currency, total, "
    "created_at)"
    " SELECT $1, $2, charge_id, reference, CASE state WHEN 'captured' THEN 'refund' ELSE 'void' END, $5, "
    "currency,"
    " CASE state WHEN 'captured' THEN refunded + $5 ELSE 0 END, $7 FROM charge"
    " WHERE charge_id = $3 AND reference = $4 AND currency = $6"
    " AND ((state = 'captured' AND $5 <= amount - refunded)"
    " OR (state IN ('authorized', 'requires_action') AND $5 = amount)) ON CONFLICT DO NOTHING";

// Derived from the rows, so that repeating it is harmless.
constexpr std::string_view kSettleRefunds =
    "UPDATE charge SET"
    " refunded = (SELECT COALESCE(SUM(r.amount), 0) FROM refund r WHERE r.charge_id = $1 AND r.kind = "
    "'refund'),"
    " state = CASE WHEN EXISTS (SELECT 1 FROM refund r WHERE r.charge_id = $1 AND r.kind = 'void')"
    " THEN 'voided' ELSE state END WHERE charge_id = $1";

constexpr std::string_view kSelectRefund =
    "SELECT refund_key, refund_id, charge_id, reference, kind, amount, currency, total, created_at FROM "
    "refund"
    " WHERE refund_key = $1";

Transaction transaction(std::string_view name) { return Transaction(name, StoreId{"sandbox"}); }

BookedCharge charge_of(const Row& row) {
  ensure(row.size() == 13, "a charge has 13 columns");
  return BookedCharge{as_string(row[0]),           as_string(row[1]), as_string(row[2]),  as_int(row[3]),
                      as_string(row[4]),           as_string(row[5]), as_string(row[6]),  as_string(row[7]),
                      as_string(row[8]),           as_int(row[9]),    as_string(row[10]), as_int(row[11]),
                      from_millis(as_int(row[12]))};
}

BookedRefund refund_of(const Row& row) {
  ensure(row.size() == 9, "a refund has 9 columns");
  return BookedRefund{as_string(row[0]), as_string(row[1]), as_string(row[2]),
                      as_string(row[3]), as_string(row[4]), as_int(row[5]),
                      as_string(row[6]), as_int(row[7]),    from_millis(as_int(row[8]))};
}

std::vector<BookedCharge> charges_of(const std::vector<Row>& rows) {
  std::vector<BookedCharge> charges;
  charges.reserve(rows.size());
  for (const Row& row : rows) charges.push_back(charge_of(row));
  return charges;
}

std::optional<BookedCharge> first_charge(const std::vector<Row>& rows) {
  return rows.empty() ? std::nullopt : std::optional{charge_of(rows.front())};
}

Step select_charge(std::string key, std::string charge_id, std::string reference) {
  std::vector<SqlValue> params;
  params.emplace_back(std::move(key));
  params.emplace_back(std::move(charge_id));
  params.emplace_back(std::move(reference));
  return Step(kSelectCharge, std::move(params));
}

}  // namespace

asio::awaitable<Result<Book::Added>> Book::add(BookedCharge charge) {
  Transaction work = transaction("sandbox_charge");
  std::string key = charge.gateway_key;
  std::vector<SqlValue> params{std::move(charge.gateway_key), std::move(charge.charge_id),
                               std::move(charge.reference),   charge.amount,
                               std::move(charge.currency),    std::move(charge.state),
                               std::move(charge.script),      std::move(charge.decline_code),
                               std::move(charge.fingerprint), charge.answer_status,
                               std::move(charge.answer),      to_millis(charge.created_at)};
  work.add(Step(kInsertCharge, std::move(params)));
  work.add(select_charge(std::move(key), "", ""));
  KASSA_CO_TRY(const ports::Committed done, co_await store_.commit(std::move(work)));
  ensure(done.applied && done.steps.size() == 2 && done.steps[1].returned.size() == 1, "a booked charge is there");
  Added added;
  added.charge = charge_of(done.steps[1].returned.front());
  added.fresh = done.steps[0].rows == 1;
  co_return added;
}

asio::awaitable<Result<std::optional<BookedCharge>>> Book::decide(std::string charge_id, std::string state,
                                                                  std::string decline_code) {
  Transaction work = transaction("sandbox_decide");
  std::vector<SqlValue> params{charge_id, std::move(state), std::move(decline_code)};
  work.add(Step(kDecide, std::move(params)));
  work.add(select_charge("", std::move(charge_id), ""));
  KASSA_CO_TRY(const ports::Committed done, co_await store_.commit(std::move(work)));
  ensure(done.applied && done.steps.size() == 2, "both steps ran");
  co_return first_charge(done.steps[1].returned);
}

asio::awaitable<Result<Book::GivenBack>> Book::give_back(BookedRefund refund) {
  Transaction work = transaction("sandbox_refund");
  std::vector<SqlValue> insert{refund.refund_key,
                               std::move(refund.refund_id),
                               refund.charge_id,
                               std::move(refund.reference),
                               refund.amount,
                               std::move(refund.currency),
                               to_millis(refund.created_at)};
  std::vector<SqlValue> settle{refund.charge_id};
  std::vector<SqlValue> select{std::move(refund.refund_key)};
  work.add(Step(kInsertRefund, std::move(insert)));
  work.add(Step(kSettleRefunds, std::move(settle)));
  work.add(Step(kSelectRefund, std::move(select)));
  work.add(select_charge("", std::move(refund.charge_id), ""));
  KASSA_CO_TRY(const ports::Committed done, co_await store_.commit(std::move(work)));
  ensure(done.applied && done.steps.size() == 4, "all steps ran");
  GivenBack given;
  if (!done.steps[2].returned.empty()) given.refund = refund_of(done.steps[2].returned.front());
  given.charge = first_charge(done.steps[3].returned);
  co_return given;
}

asio::awaitable<Result<std::vector<BookedCharge>>> Book::by_reference(std::string reference) {
  Step step = select_charge("", "", std::move(reference));
  KASSA_CO_TRY(const std::vector<Row> rows, co_await store_.query(std::move(step)));
  co_return charges_of(rows);
}

asio::awaitable<Result<std::vector<BookedCharge>>> Book::all() {
  Step step(kSelectAllCharges);
  KASSA_CO_TRY(const std::vector<Row> rows, co_await store_.query(std::move(step)));
  co_return charges_of(rows);
}

}  // namespace kassa::payments::sandbox
