#include "services/admin/settings.hpp"

#include "services/admin/statements.hpp"
#include "services/base/ensure.hpp"
#include "services/base/hash.hpp"

namespace kassa::admin {
namespace {

Error settings_moved() { return Error{Errc::kVersionConflict, "the store was changed meanwhile; read it again"}; }

asio::awaitable<Result<ports::Row>> read_store_row(ports::Store& from, StoreId store) {
  ports::Step step = statements::read_settings(store);
  KASSA_CO_TRY(auto rows, co_await from.query(std::move(step)));
  if (rows.empty()) co_return Error{Errc::kNotFound, "no such store"};
  co_return std::move(rows.front());
}

}  // namespace

asio::awaitable<Result<StoredSettings>> Settings::get(StoreId store) {
  KASSA_CO_TRY(const auto row, co_await read_store_row(store_, std::move(store)));
  const json::value document = json::parse(ports::as_string(row[0]));
  std::vector<Problem> problems;
  StoredSettings stored;
  stored.settings = ports::read_store_settings(document.as_object(), problems);
  ensure(problems.empty(), "stored settings are valid");
  stored.revision = ports::as_int(row[1]);
  co_return stored;
}

asio::awaitable<Result<StoredSettings>> Settings::replace(Actor actor, StoreId store, ports::StoreSettings settings,
                                                          std::int64_t expected) {
  KASSA_CO_TRY(const auto before, co_await read_store_row(store_, store));
  if (ports::as_int(before[1]) != expected) co_return settings_moved();
  const std::string text = json::serialize(ports::write_store_settings(settings));
  json::object detail;
  detail["before"] = sha256_hex(ports::as_string(before[0]));
  detail["after"] = sha256_hex(text);
  AuditEntry entry(std::move(actor), "settings.replaced", "", std::move(detail));
  AuditedStore audited(store_, clock_, std::move(entry));
  ports::Transaction transaction("settings", store);
  transaction.add(statements::replace_settings(store, text, expected));
  KASSA_CO_TRY(const auto done, co_await audited.commit(std::move(transaction)));
  if (!done.applied) co_return settings_moved();
  StoredSettings stored;
  stored.settings = std::move(settings);
  stored.revision = expected + 1;
  co_return stored;
}

}  // namespace kassa::admin
