#include "services/admin/api_keys.hpp"

#include "services/admin/statements.hpp"

namespace kassa::admin {
namespace {

constexpr std::int64_t kLivePerKindMax = 2;

KeyInfo key_at(const ports::Row& row) {
  KeyInfo key;
  key.key_id = ports::as_string(row[0]);
  key.kind = ports::as_string(row[1]) == "sk" ? KeyKind::kSecret : KeyKind::kPublishable;
  key.mode = ports::as_string(row[2]) == "live" ? KeyMode::kLive : KeyMode::kTest;
  key.created_at = from_millis(ports::as_int(row[3]));
  if (!ports::is_null(row[4])) key.revoked_at = from_millis(ports::as_int(row[4]));
  return key;
}

std::string kind_word(KeyKind kind) { return kind == KeyKind::kSecret ? "sk" : "pk"; }

}  // namespace

asio::awaitable<Result<Page<KeyInfo>>> ApiKeys::list(StoreId store, PageRequest page) {
  ports::Step read = statements::read_keys(store, page.after, page.most + 1);
  KASSA_CO_TRY(const auto rows, co_await store_.query(std::move(read)));
  co_return page_of<KeyInfo>(rows, page, key_at);
}

asio::awaitable<Result<CreatedKey>> ApiKeys::create(Actor actor, StoreId store, KeyKind kind) {
  ports::Step read = statements::read_settings(store);
  KASSA_CO_TRY(const auto rows, co_await store_.query(std::move(read)));
  if (rows.empty()) co_return Error{Errc::kNotFound, "no such store"};
  const std::string mode = ports::as_string(rows.front()[2]);
  CreatedKey created;
  created.info.kind = kind;
  created.info.mode = mode == "live" ? KeyMode::kLive : KeyMode::kTest;
  created.info.created_at = clock_.now();
  NewApiKey fresh = make_api_key(kind, created.info.mode, random_);
  created.info.key_id = fresh.key_id;
  created.text = std::move(fresh.text);
  statements::KeyRow row{store, fresh.key_id, kind_word(kind), mode, fresh.hash, created.info.created_at};
  json::object detail;
  detail["kind"] = row.kind;
  AuditEntry entry(std::move(actor), "key.created", fresh.key_id, std::move(detail));
  AuditedStore audited(store_, clock_, std::move(entry));
  ports::Transaction transaction("key", store);
  transaction.add(statements::add_key(row, kLivePerKindMax));
  KASSA_CO_TRY(const auto done, co_await audited.commit(std::move(transaction)));
  if (!done.applied) co_return Error{Errc::kGuardFailed, "two keys of this kind are live; revoke one first"};
  co_return created;
}

asio::awaitable<Result<KeyInfo>> ApiKeys::find(StoreId store, std::string key_id) {
  ports::Step read = statements::read_key(store, key_id);
  KASSA_CO_TRY(const auto rows, co_await store_.query(std::move(read)));
  if (rows.empty()) co_return Error{Errc::kNotFound, "no such key"};
  co_return key_at(rows.front());
}

asio::awaitable<Result<KeyInfo>> ApiKeys::revoke(Actor actor, StoreId store, std::string key_id) {
  KASSA_CO_TRY(auto key, co_await find(store, key_id));
  if (key.revoked_at) co_return key;
  const Instant now = clock_.now();
  json::object detail;
  detail["kind"] = kind_word(key.kind);
  AuditEntry entry(std::move(actor), "key.revoked", key_id, std::move(detail));
  AuditedStore audited(store_, clock_, std::move(entry));
  ports::Transaction transaction("key", store);
  transaction.add(statements::revoke_key(store, key_id, now));
  KASSA_CO_TRY(const auto done, co_await audited.commit(std::move(transaction)));
  key.revoked_at = now;
  if (done.applied) co_return key;
  KASSA_CO_TRY(const auto after, co_await find(std::move(store), std::move(key_id)));
  if (after.revoked_at) co_return after;
  co_return Error{Errc::kGuardFailed, "the last secret key cannot be revoked; create another one first"};
}

}  // namespace kassa::admin
