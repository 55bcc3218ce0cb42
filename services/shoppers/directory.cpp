#include "services/shoppers/directory.hpp"

#include "services/ports/email_index.hpp"

namespace kassa::shoppers {

std::string profile_aad(const StoreId& store, const PersonId& person) {
  return "shopper|" + store.value + "|" + person.value;
}

asio::awaitable<Result<std::optional<ports::KnownShopper>>> StoredShoppers::find(StoreId store, PersonId person) {
  std::vector<ports::SqlValue> params;
  params.emplace_back(store.value);
  params.emplace_back(person.value);
  ports::Step step(
      "SELECT s.sealed_profile FROM shopper s JOIN person p ON p.store_id = s.store_id AND p.person_id = "
      "s.person_id WHERE s.store_id = $1 AND s.person_id = $2 AND p.erased_at IS NULL",
      std::move(params));
  auto rows = co_await store_.query(std::move(step));
  if (!rows) co_return std::move(rows).error();
  if (rows.value().empty()) co_return std::optional<ports::KnownShopper>{};
  auto key = co_await keys_.find(store, person);
  if (!key) co_return std::move(key).error();
  if (!key.value()) co_return std::optional<ports::KnownShopper>{};
  const Bytes& sealed = ports::as_blob(rows.value().front()[0]);
  const auto opened = box_.open_for(*key.value(), profile_aad(store, person), sealed);
  if (!opened) co_return opened.error();
  auto shopper = parse_shopper(opened.value());
  if (!shopper) co_return std::move(shopper).error();
  co_return std::optional<ports::KnownShopper>{std::move(shopper).value()};
}

asio::awaitable<Result<std::optional<ports::KnownShopper>>> StoredShoppers::by_email(const StoreId& store,
                                                                                     std::string_view email) {
  if (normal_email(email).empty()) co_return std::optional<ports::KnownShopper>{};
  std::vector<ports::SqlValue> params;
  params.emplace_back(store.value);
  params.emplace_back(ports::email_hash(box_, store, email));
  ports::Step step(
      "SELECT p.person_id FROM person p JOIN shopper s ON s.store_id = p.store_id AND s.person_id = "
      "p.person_id WHERE p.store_id = $1 AND p.email_hash = $2 AND p.erased_at IS NULL ORDER BY "
      "p.person_id LIMIT 1",
      std::move(params));
  auto rows = co_await store_.query(std::move(step));
  if (!rows) co_return std::move(rows).error();
  if (rows.value().empty()) co_return std::optional<ports::KnownShopper>{};
  PersonId person{ports::as_string(rows.value().front()[0])};
  auto found = co_await find(store, std::move(person));
  co_return std::move(found);
}

}  // namespace kassa::shoppers
