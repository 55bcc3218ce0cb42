#include "services/webhooks/dead_letters.hpp"

#include "services/webhooks/statements.hpp"

namespace kassa::webhooks {
namespace {

DeadLetter read_letter(const ports::Row& row) {
  DeadLetter letter;
  letter.event = EventId{ports::as_string(row[0])};
  letter.order = OrderId{ports::as_string(row[1])};
  letter.seq = ports::as_int(row[2]);
  letter.dialect = ports::as_string(row[3]);
  letter.target = ports::as_string(row[4]);
  letter.created_at = from_millis(ports::as_int(row[5]));
  letter.ended_at = from_millis(ports::as_int(row[6]));
  letter.attempts = ports::as_int(row[7]);
  letter.why = ports::as_string(row[8]);
  return letter;
}

}  // namespace

asio::awaitable<Result<std::vector<DeadLetter>>> DeadLetters::list(StoreId store, EventId after, std::size_t most) {
  ports::Step read = statements::read_dead(store, after.value, static_cast<std::int64_t>(most));
  KASSA_CO_TRY(const auto rows, co_await store_.query(std::move(read)));
  std::vector<DeadLetter> letters;
  letters.reserve(rows.size());
  for (const ports::Row& row : rows) letters.push_back(read_letter(row));
  co_return letters;
}

asio::awaitable<Result<void>> DeadLetters::replay(StoreId store, EventId event) {
  ports::Transaction transaction("replay", store);
  transaction.add(statements::revive(store, event, clock_.now()));
  KASSA_CO_TRY(const auto done, co_await store_.commit(std::move(transaction)));
  if (!done.applied) co_return Error{Errc::kNotFound, "no dead event of this id"};
  wake_();
  co_return ok();
}

}  // namespace kassa::webhooks
