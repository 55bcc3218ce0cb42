#include "services/ports/phone_index.hpp"

namespace kassa::ports {

Bytes phone_hash(const SecretBox& box, const StoreId& store, std::string_view normal) {
  const Digest digest = box.blind("phone|" + store.value, normal);
  return Bytes(digest.begin(), digest.end());
}

}  // namespace kassa::ports
