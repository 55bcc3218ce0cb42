#pragma once
// The beginning and the end of every UCP request: which store, who asks, what both sides speak; and the
// answer with the headers that all answers share. Runs on the I/O thread of the request.

#include <boost/asio/awaitable.hpp>
#include <optional>

#include "services/http/message.hpp"
#include "services/protocol/body.hpp"
#include "services/protocol/ucp/errors.hpp"
#include "services/protocol/ucp/rendering.hpp"
#include "services/protocol/ucp/services.hpp"
#include "services/protocol/ucp/signature_verify.hpp"

namespace kassa::protocol {

/// A request that has been let in, or why it has not.
struct Exchange {
  Posture posture;
  http::HeaderList headers;  ///< For the answer, whatever it is.
  checkout::Caller caller;
  std::optional<ports::KnownKey> key;
  std::string principal;      ///< Who asks; `caller.principal` also proves which checkout of a publishable key.
  bool live{false};           ///< Of the key; without one, of the store.
  Offer offer{Offer::kReal};  ///< What this caller may be shown and pay with.
  SignatureFault signature{SignatureFault::kMissing};  ///< Of a platform without a key.
  std::string_view protocol{"ucp"};                    ///< Keys of one protocol are not those of another.
  /// How the protocol tells a failure.
  http::Response (*failure)(const Error&, const Posture&){&render_error};
  std::vector<std::string> only{};  ///< States that may be changed, where the protocol has conditions; see Target.
  CapabilitySet capabilities{};     ///< All that both sides speak, the catalogue's too.
  std::optional<http::Response> refusal;
};

/// Authenticates, checks version and media type, fetches the platform's profile and negotiates. In a strict store a
/// platform whose profile publishes keys must have signed the request.
[[nodiscard]] boost::asio::awaitable<Exchange> open_exchange(const UcpServices& services, const http::Request& request,
                                                             Capability needed = Capability::kCheckout);

/// How every protocol begins: key, store, origin and mode. The store's snapshot, or why nobody is let in.
[[nodiscard]] boost::asio::awaitable<Result<std::shared_ptr<const checkout::Snapshot>>> recognise(
    const UcpServices& services, const http::Request& request, Exchange& exchange);

/// What the caller may touch and see, once it is known who it is.
void grant(const UcpServices& services, const http::Request& request, bool permissive, Exchange& exchange);

/// The idempotency key of a request, in the scope of its caller and its operation ("PUT
/// /checkout-sessions/{id}") on one resource.
[[nodiscard]] Result<checkout::KeyUse> key_use(const http::Request& request, const Exchange& exchange, const Body& body,
                                               std::string_view operation, std::string_view resource);

/// The secret that a publishable key's request presents, or chooses when it creates a checkout; empty: none.
[[nodiscard]] std::string_view presented_secret(const http::Request& request) noexcept;

/// A secret key: the store's own servers.
[[nodiscard]] bool is_backend(const Exchange& exchange) noexcept;

/// A publishable key: it stands in every shopper's browser, so its checkouts need a client secret.
[[nodiscard]] bool is_publishable(const Exchange& exchange) noexcept;

/// With the headers that all answers of this exchange share.
[[nodiscard]] http::Response finish(const Exchange& exchange, http::Response answer);
[[nodiscard]] http::Response refuse(const Exchange& exchange, const Error& error);
[[nodiscard]] http::Response refuse_signature(const Exchange& exchange, SignatureFault fault);
[[nodiscard]] http::Response respond(const Exchange& exchange, Result<checkout::Answer> answer);

/// "https://shop.example": configured, else from the request.
[[nodiscard]] std::string base_url_of(const UcpServices& services, const http::Request& request);

}  // namespace kassa::protocol
