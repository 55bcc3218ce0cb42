#include "services/ports/email_index.hpp"

namespace kassa::ports {

Bytes email_hash(const SecretBox& box, const StoreId& store, std::string_view email) {
  const Digest digest = box.blind("email|" + store.value, normal_email(email));
  return Bytes(digest.begin(), digest.end());
}

}  // namespace kassa::ports
