#include "services/protocol/principal.hpp"

#include <array>

#include "services/base/limits.hpp"
#include "services/base/text.hpp"

namespace kassa::protocol {
namespace {

constexpr std::string_view kLive = "live:";
constexpr std::string_view kKey = "key:";
constexpr std::string_view kSecretPrefix = "chkcs_";
constexpr std::size_t kSecretBytes = 16;

std::string_view without_mode(std::string_view owner) noexcept {
  return is_live(owner) ? owner.substr(kLive.size()) : owner;
}

}  // namespace

std::string principal_of(const ports::KnownKey& key) { return owners_of_keys(key.live).append(key.key_id); }

std::string owners_of_keys(bool live) { return std::string(live ? kLive : "").append(kKey); }

std::string principal_of_platform(std::string_view profile, bool live) {
  return std::string(live ? kLive : "").append("ucp:").append(profile);
}

bool is_live(std::string_view owner) noexcept { return owner.starts_with(kLive); }

std::string_view shown_owner(std::string_view owner) noexcept {
  // A platform's name may hold a number sign; a key's id does not.
  return without_mode(owner).starts_with(kKey) ? owner.substr(0, owner.find('#')) : owner;
}

std::string new_client_secret(Random& random) {
  std::array<std::byte, kSecretBytes> bytes{};
  random.fill(bytes);
  return std::string(kSecretPrefix) + to_base32(bytes);
}

Result<void> check_own_secret(std::string_view secret) {
  if (secret.size() >= kGuessProofMin && secret.size() <= limits::kIdBytesMax && is_visible_ascii(secret)) return ok();
  return Error{Errc::kInvalidRequest, "a client's own secret has 22 to 255 visible ASCII characters",
               "Kassa-Client-Secret"};
}

std::string owner_with_secret(std::string_view principal, const ports::SecretBox& box, const StoreId& store,
                              std::string_view secret) {
  return std::string(principal).append("#").append(to_hex(box.blind("client_secret|" + store.value, secret)));
}

}  // namespace kassa::protocol
