#include "services/shoppers/import.hpp"

#include <istream>
#include <unordered_map>

#include "services/base/phone.hpp"
#include "services/ports/email_index.hpp"
#include "services/ports/phone_index.hpp"

namespace kassa::shoppers {

namespace {

ports::SqlValue phone_index(const ports::SecretBox& box, const StoreId& store, const ports::KnownShopper& shopper) {
  const std::string_view country = shopper.addresses.empty() ? "" : std::string_view(shopper.addresses.front().country);
  const std::string normal = normal_phone(shopper.phone, country);
  return normal.empty() ? ports::SqlValue{} : ports::SqlValue{ports::phone_hash(box, store, normal)};
}

}  // namespace

asio::awaitable<Result<void>> ShopperFile::read(StoreId store, std::istream& in, ports::FaultList& faults,
                                                ports::ProgressMeter& progress) {
  shoppers_.clear();
  std::unordered_map<std::string, std::int64_t> lines_by_id;
  ports::NdjsonReader lines(in, file(), faults, progress);
  while (const auto object = lines.next()) {
    std::vector<Problem> problems;
    ports::KnownShopper shopper = read_shopper(*object, problems);
    const auto [found, fresh] = lines_by_id.try_emplace(shopper.person.value, lines.line());
    if (!fresh) {
      problems.push_back({"/id", "duplicate", "Line " + std::to_string(found->second) + " already has this id."});
    }
    if (problems.empty()) {
      auto erased = co_await was_erased(store, shopper.person);
      if (!erased) co_return std::move(erased).error();
      if (erased.value()) problems.push_back({"/id", "person_erased", "This person was erased and stays erased."});
    }
    faults.add(file(), lines.line(), problems);
    if (shoppers_.size() >= ports::kBundleRowsMax) {
      faults.add(file(), lines.line(), "too_many_rows", "One import takes at most two million rows.");
      break;
    }
    if (problems.empty()) shoppers_.push_back(std::move(shopper));
  }
  co_return ok();
}

asio::awaitable<Result<bool>> ShopperFile::was_erased(StoreId store, PersonId person) {
  std::vector<ports::SqlValue> params;
  params.emplace_back(std::move(store.value));
  params.emplace_back(std::move(person.value));
  ports::Step step("SELECT erased_at FROM person WHERE store_id = $1 AND person_id = $2", std::move(params));
  auto rows = co_await store_.query(std::move(step));
  if (!rows) co_return std::move(rows).error();
  co_return !rows.value().empty() && !ports::is_null(rows.value().front()[0]);
}

asio::awaitable<Result<std::int64_t>> ShopperFile::stage(StoreId store, ports::Transaction& transaction) {
  for (const ports::KnownShopper& shopper : shoppers_) {
    // Sealing again would look like a change, so what is stored is opened and compared.
    auto stored = co_await directory_.find(store, shopper.person);
    if (!stored) co_return std::move(stored).error();
    if (stored.value() && write_shopper(*stored.value()) == write_shopper(shopper)) continue;
    KASSA_CO_TRY(co_await add_steps(store, shopper, transaction));
  }
  co_return static_cast<std::int64_t>(shoppers_.size());
}

asio::awaitable<Result<void>> ShopperFile::add_steps(StoreId store, const ports::KnownShopper& shopper,
                                                     ports::Transaction& transaction) {
  auto key = co_await keys_.find_or_make(store, shopper.person);
  if (!key) co_return std::move(key).error();
  std::vector<ports::SqlValue> person;
  person.emplace_back(store.value);
  person.emplace_back(shopper.person.value);
  person.emplace_back(shopper.email.empty() ? ports::SqlValue{}
                                            : ports::SqlValue{ports::email_hash(box_, store, shopper.email)});
  person.emplace_back(to_millis(clock_.now()));
  person.push_back(phone_index(box_, store, shopper));
  transaction.add(
      ports::Step("INSERT INTO person (store_id, person_id, email_hash, created_at, phone_hash)"
                  " VALUES ($1, $2, $3, $4, $5)"
                  " ON CONFLICT (store_id, person_id) DO UPDATE SET email_hash = excluded.email_hash,"
                  " phone_hash = excluded.phone_hash"
                  " WHERE person.erased_at IS NULL",
                  std::move(person), ports::Guard::exactly(1, "person_erased")));
  const std::string aad = profile_aad(store, shopper.person);
  std::vector<ports::SqlValue> profile;
  profile.emplace_back(store.value);
  profile.emplace_back(shopper.person.value);
  profile.emplace_back(box_.seal_for(key.value(), aad, write_shopper(shopper)));
  transaction.add(
      ports::Step("INSERT INTO shopper (store_id, person_id, sealed_profile, revision) VALUES ($1, $2, $3, 1)"
                  " ON CONFLICT (store_id, person_id) DO UPDATE SET sealed_profile = excluded.sealed_profile,"
                  " revision = shopper.revision + 1",
                  std::move(profile)));
  co_return ok();
}

}  // namespace kassa::shoppers
