#include "services/protocol/admin/caller.hpp"

#include "services/protocol/auth.hpp"

namespace kassa::protocol {

Result<AdminCaller> admin_caller(const http::Request& request, const ports::StoreDirectory& directory) {
  KASSA_TRY(const auto key, presented_key(request, directory));
  if (!key) return Error{Errc::kUnauthorized, "a secret key is needed: Authorization: Bearer sk_..."};
  if (key->kind != ports::KeyKind::kSecret) return Error{Errc::kForbidden, "a publishable key may not do this"};
  AdminCaller caller;
  caller.store = key->store;
  caller.live = key->live;
  caller.actor.name = "key:" + key->key_id;
  caller.actor.address = request.remote_address;
  caller.actor.request_id = request.request_id;
  return caller;
}

}  // namespace kassa::protocol
