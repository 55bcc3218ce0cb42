#include "services/admin/api_keys.hpp"
#include "services/admin/settings.hpp"
#include "services/ports/bundle_part.hpp"
#include "services/protocol/admin/answers.hpp"
#include "services/protocol/admin/handlers.hpp"
#include "services/protocol/admin/paging.hpp"

namespace kassa::protocol {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kKeys = "keys";

json::object written(const admin::KeyInfo& key) {
  json::object out;
  out["key_id"] = key.key_id;
  out["kind"] = key.kind == KeyKind::kSecret ? "secret" : "publishable";
  out["mode"] = key.mode == KeyMode::kLive ? "live" : "test";
  out["created_at"] = to_rfc3339(key.created_at);
  if (key.revoked_at) out["revoked_at"] = to_rfc3339(*key.revoked_at);
  return out;
}

http::Response written(const admin::StoredSettings& stored) {
  return admin_answer(ports::write_store_settings(stored.settings), stored.revision);
}

KeyKind read_kind(const json::object& body, std::vector<Problem>& problems) {
  ObjectReader reader(body, "", problems);
  ports::refuse_unknown_members(reader, {"kind"});
  reader.require("kind");
  const auto kind = reader.text("kind", 16);
  if (kind && *kind != "secret" && *kind != "publishable") {
    reader.fault("kind", "unknown_value", "This word is not known here.", "Use one of: secret, publishable.");
  }
  return kind == "secret" ? KeyKind::kSecret : KeyKind::kPublishable;
}

Error faulty() { return Error{Errc::kInvalidRequest, "the body has faults"}; }

}  // namespace

asio::awaitable<http::Response> get_settings(const AdminServices& services, const AdminCaller& caller,
                                             const http::Request&) {
  admin::Settings settings(services.store, services.clock);
  const auto stored = co_await settings.get(caller.store);
  if (!stored) co_return admin_failure(stored.error());
  co_return written(stored.value());
}

asio::awaitable<http::Response> put_settings(const AdminServices& services, const AdminCaller& caller,
                                             const http::Request& request) {
  const Precondition now = read_precondition(request);
  if (!now.given) co_return admin_failure(428, "precondition_required", "send If-Match with the ETag that you read");
  const auto body = read_object(request);
  if (!body) co_return admin_failure(body.error());
  std::vector<Problem> problems;
  ports::StoreSettings wanted = ports::read_store_settings(body.value(), problems);
  if (!problems.empty()) co_return admin_failure(faulty(), problems);
  const Error no_tag{Errc::kVersionConflict, "If-Match holds no tag of these settings"};
  if (!now.can_match()) co_return admin_failure(no_tag);
  admin::Settings settings(services.store, services.clock);
  std::optional<std::int64_t> revision = now.only();
  if (!revision) {
    const auto current = co_await settings.get(caller.store);
    if (!current) co_return admin_failure(current.error());
    revision = now.matched(current.value().revision);
    if (!revision) co_return admin_failure(no_tag);
  }
  const auto stored = co_await settings.replace(caller.actor, caller.store, std::move(wanted), *revision, problems);
  if (!stored) co_return admin_failure(stored.error(), problems);
  co_return written(stored.value());
}

asio::awaitable<http::Response> list_keys(const AdminServices& services, const AdminCaller& caller,
                                          const http::Request& request) {
  auto page = read_page(request, kKeys);
  if (!page) co_return admin_failure(page.error());
  admin::ApiKeys keys(services.store, services.clock, services.random);
  const auto found = co_await keys.list(caller.store, std::move(page).value());
  if (!found) co_return admin_failure(found.error());
  json::array items;
  for (const admin::KeyInfo& key : found.value().items) items.push_back(written(key));
  const std::string last = found.value().items.empty() ? "" : found.value().items.back().key_id;
  co_return page_answer(std::move(items), found.value().more, kKeys, last);
}

asio::awaitable<http::Response> create_key(const AdminServices& services, const AdminCaller& caller,
                                           const http::Request& request) {
  const auto body = read_object(request);
  if (!body) co_return admin_failure(body.error());
  std::vector<Problem> problems;
  const KeyKind kind = read_kind(body.value(), problems);
  if (!problems.empty()) co_return admin_failure(faulty(), problems);
  admin::ApiKeys keys(services.store, services.clock, services.random);
  const auto created = co_await keys.create(caller.actor, caller.store, kind);
  if (!created) co_return admin_failure(created.error());
  co_await services.reload_keys();
  json::object out = written(created.value().info);
  out["key"] = created.value().text;
  co_return admin_answer(201, out);
}

asio::awaitable<http::Response> revoke_key(const AdminServices& services, const AdminCaller& caller,
                                           const http::Request& request) {
  auto id = path_id(request);
  if (!id) co_return admin_failure(id.error());
  admin::ApiKeys keys(services.store, services.clock, services.random);
  const auto revoked = co_await keys.revoke(caller.actor, caller.store, std::move(id).value());
  if (!revoked) co_return admin_failure(revoked.error());
  co_await services.reload_keys();
  co_return admin_answer(200, written(revoked.value()));
}

}  // namespace kassa::protocol
