#include "services/admin/settings.hpp"

#include "discounts/declared.hpp"
#include "services/admin/rule_book.hpp"
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

std::vector<AttributeSpec> declared_in(const ports::Row& row) {
  const json::value document = json::parse(ports::as_string(row[0]));
  std::vector<Problem> problems;
  return ports::read_store_settings(document.as_object(), problems).discount_attributes;
}

/// Rules that ask for an attribute which is declared no more would leave the store without any.
asio::awaitable<Result<void>> check_attributes(ports::Store& from, StoreId store, std::vector<AttributeSpec> declared,
                                               std::vector<Problem>& problems) {
  discounts::check_declared(declared, problems);
  if (!problems.empty()) co_return ok();
  KASSA_CO_TRY(auto book, co_await read_rule_book(from, std::move(store)));
  book.setup.attributes = std::move(declared);
  if (all_rules(book)) co_return ok();
  Problem used;
  used.path = "/discount_attributes";
  used.code = "attribute_in_use";
  used.message = "A discount rule does not go with these attributes.";
  used.hint = "Change the rules first, those that are switched off, too.";
  problems.push_back(std::move(used));
  co_return ok();
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
                                                          std::int64_t expected, std::vector<Problem>& problems) {
  KASSA_CO_TRY(const auto before, co_await read_store_row(store_, store));
  if (ports::as_int(before[1]) != expected) co_return settings_moved();
  if (declared_in(before) != settings.discount_attributes) {
    std::vector<AttributeSpec> declared = settings.discount_attributes;
    KASSA_CO_TRY(co_await check_attributes(store_, store, std::move(declared), problems));
    if (!problems.empty()) co_return Error{Errc::kInvalidRequest, "the settings have faults"};
  }
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
