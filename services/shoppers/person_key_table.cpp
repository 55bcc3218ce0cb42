#include "services/shoppers/person_key_table.hpp"

#include "services/base/ensure.hpp"
#include "services/base/text.hpp"

namespace kassa::shoppers {

std::string person_key_aad(const StoreId& store, const PersonId& person) {
  return "person_key|" + store.value + "|" + person.value;
}

asio::awaitable<Result<std::optional<ports::DataKey>>> PersonKeyTable::find(StoreId store, PersonId person) {
  std::vector<ports::SqlValue> params;
  params.emplace_back(store.value);
  params.emplace_back(person.value);
  ports::Step step("SELECT sealed_key FROM person_key WHERE store_id = $1 AND person_id = $2", std::move(params));
  auto rows = co_await keys_.query(std::move(step));
  if (!rows) co_return std::move(rows).error();
  if (rows.value().empty()) co_return std::optional<ports::DataKey>{};
  const auto opened = box_.open(person_key_aad(store, person), ports::as_blob(rows.value().front()[0]));
  if (!opened) co_return opened.error();
  std::array<std::byte, 32> bytes{};
  if (opened.value().size() != bytes.size()) co_return Error{Errc::kSealBroken, "a person key has the wrong size"};
  std::ranges::copy(as_bytes(opened.value()), bytes.begin());
  co_return std::optional<ports::DataKey>{ports::DataKey(bytes)};
}

asio::awaitable<Result<ports::DataKey>> PersonKeyTable::find_or_make(StoreId store, PersonId person) {
  auto known = co_await find(store, person);
  if (!known) co_return std::move(known).error();
  if (known.value()) co_return *known.value();
  const ports::DataKey key = box_.new_key();
  std::vector<ports::SqlValue> params;
  params.emplace_back(store.value);
  params.emplace_back(person.value);
  params.emplace_back(box_.seal(person_key_aad(store, person), as_text(key.bytes())));
  params.emplace_back(to_millis(clock_.now()));
  ports::Transaction transaction("person", store);
  transaction.add(
      ports::Step("INSERT INTO person_key (store_id, person_id, sealed_key, created_at)"
                  " VALUES ($1, $2, $3, $4) ON CONFLICT (store_id, person_id) DO NOTHING",
                  std::move(params)));
  auto committed = co_await keys_.commit(std::move(transaction));
  if (!committed) co_return std::move(committed).error();
  if (committed.value().steps.front().rows == 1) co_return key;
  // Somebody else was faster: theirs is the key that data may already be sealed with.
  auto theirs = co_await find(std::move(store), std::move(person));
  if (!theirs) co_return std::move(theirs).error();
  if (!theirs.value()) co_return Error{Errc::kVersionConflict, "this person is being erased"};
  co_return *theirs.value();
}

}  // namespace kassa::shoppers
