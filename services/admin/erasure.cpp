#include "services/admin/erasure.hpp"

#include "services/admin/statements.hpp"

namespace kassa::admin {
namespace {

constexpr std::int64_t kPersonsAtOnce = 100;

AuditEntry entry_of(Actor actor, std::string action, const std::vector<PersonId>& persons) {
  json::array ids;
  for (const PersonId& person : persons) ids.emplace_back(person.value);
  json::object detail;
  detail["persons"] = std::move(ids);
  return AuditEntry(std::move(actor), std::move(action), persons.front().value, std::move(detail));
}

}  // namespace

Erasure::Found Erasure::read_rows(const std::vector<ports::Row>& rows) {
  Found found;
  for (const ports::Row& row : rows) {
    found.persons.emplace_back(ports::as_string(row[0]));
    if (ports::is_null(row[1])) found.fresh.push_back(found.persons.back());
  }
  return found;
}

asio::awaitable<Result<void>> Erasure::erase(Actor actor, StoreId store, PersonId person) {
  ports::Step read = statements::read_person(store, person);
  KASSA_CO_TRY(const auto rows, co_await store_.query(std::move(read)));
  if (rows.empty()) co_return Error{Errc::kNotFound, "no such person"};
  const bool finished = !ports::is_null(rows.front()[1]) && ports::is_null(rows.front()[2]);
  // Somebody without an e-mail address looks finished as soon as it has begun: the key is destroyed again, to
  // be sure.
  if (finished) co_return co_await destroy_key(std::move(store), std::move(person));
  Found found = read_rows(rows);
  co_return co_await erase_all(std::move(actor), std::move(store), std::move(found));
}

asio::awaitable<Result<std::vector<PersonId>>> Erasure::erase_by_email(Actor actor, StoreId store, Bytes email_hash) {
  std::vector<PersonId> erased;
  while (true) {
    ports::Step read = statements::read_persons_of_email(store, email_hash, kPersonsAtOnce);
    KASSA_CO_TRY(const auto rows, co_await store_.query(std::move(read)));
    if (rows.empty()) co_return erased;
    Found found = read_rows(rows);
    erased.insert(erased.end(), found.persons.begin(), found.persons.end());
    KASSA_CO_TRY(co_await erase_all(actor, store, std::move(found)));
  }
}

asio::awaitable<Result<void>> Erasure::destroy_key(StoreId store, PersonId person) {
  forget_(store, person);
  co_return co_await keys_.erase(store, person);
}

asio::awaitable<Result<void>> Erasure::erase_all(Actor actor, StoreId store, Found found) {
  if (!found.fresh.empty()) {
    AuditEntry entry = entry_of(actor, "person.erasure_begun", found.fresh);
    AuditedStore audited(store_, clock_, std::move(entry));
    ports::Transaction intent("erasure", store);
    for (const PersonId& person : found.fresh) {
      intent.add(statements::mark_erased(store, person, clock_.now()));
      intent.add(statements::check_no_payment(store, person));
    }
    KASSA_CO_TRY(const auto begun, co_await audited.commit(std::move(intent)));
    if (!begun.applied) {
      co_return Error{Errc::kVersionConflict, "a payment of this person is under way; ask again when it has ended"};
    }
  }
  for (const PersonId& person : found.persons) {
    KASSA_CO_TRY(co_await destroy_key(store, person));
  }
  AuditEntry entry = entry_of(std::move(actor), "person.erased", found.persons);
  AuditedStore audited(store_, clock_, std::move(entry));
  ports::Transaction tidy("erasure", store);
  for (const PersonId& person : found.persons) {
    tidy.add(statements::drop_profile(store, person));
    for (ports::Step& step : statements::own_limits(store, person)) tidy.add(std::move(step));
    tidy.add(statements::forget_email(store, person));
    tidy.add(statements::touch_orders(store, person, clock_.now()));
  }
  KASSA_CO_TRY(co_await audited.commit(std::move(tidy)));
  co_return ok();
}

}  // namespace kassa::admin
