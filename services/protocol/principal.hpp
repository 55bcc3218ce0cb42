#pragma once
// Whom a checkout or an order belongs to, as one text: "key:<key id>" or "ucp:<profile>", with "live:" in front when
// made in live mode. Two texts that differ are strangers to each other, so test and live never meet. What a publishable
// key makes belongs to whoever holds the checkout's client secret: "#" and a keyed hash of it stand behind. Pure.

#include <cstddef>
#include <string>
#include <string_view>

#include "services/base/random.hpp"
#include "services/base/result.hpp"
#include "services/ports/secret_box.hpp"
#include "services/ports/store_directory.hpp"

namespace kassa::protocol {

[[nodiscard]] std::string principal_of(const ports::KnownKey& key);
[[nodiscard]] std::string principal_of_platform(std::string_view profile, bool live);

/// How every owner begins that a key of this mode made: what the store's backend sees.
[[nodiscard]] std::string owners_of_keys(bool live);

[[nodiscard]] bool is_live(std::string_view owner) noexcept;
/// Without the hash: what may be shown.
[[nodiscard]] std::string_view shown_owner(std::string_view owner) noexcept;

/// So many characters have room for 128 bits.
inline constexpr std::size_t kGuessProofMin = 22;

/// "chkcs_" and 128 bits.
[[nodiscard]] std::string new_client_secret(Random& random);
/// kInvalidRequest for a secret of the client's own making that somebody might guess: 22 to 255 visible characters.
[[nodiscard]] Result<void> check_own_secret(std::string_view secret);

/// The owner that a client secret stands for. The hash is keyed, so the time that comparing owners takes says nothing
/// about the secret.
[[nodiscard]] std::string owner_with_secret(std::string_view principal, const ports::SecretBox& box,
                                            const StoreId& store, std::string_view secret);

}  // namespace kassa::protocol
