#pragma once
// The commands of checkouts and carts: create, convert, get, update, complete, cancel. One object per process, used
// from every I/O thread; all of its collaborators are thread-safe.

#include <memory>
#include <optional>
#include <string>

#include "services/base/trace.hpp"
#include "services/checkout/answers.hpp"
#include "services/checkout/patch.hpp"
#include "services/checkout/snapshot.hpp"

namespace kassa::checkout {

/// Who asks, already authenticated by the edge.
struct Caller {
  StoreId store;
  std::string principal;  ///< "ucp:<profile url>", "key:<key id>"
  std::string rendering;  ///< How to write the answer; see Renderer.
  Platform platform;      ///< Of a UCP caller.
  /// Posture: refuse a change that asks for unknown or unavailable goods instead of reporting it in the answer.
  bool refuse_unavailable{false};
  /// Proved to be the store's backend or a platform, so that it may be shown a known shopper's saved addresses.
  bool knows_shoppers{false};
  /// Proved its identity, as the store's backend or by a signature; others may leave only so much on the disk.
  bool proved{false};
  std::string block;  ///< The client's address as rate limits name it; empty on the machine itself.
  /// A backend also touches what the store's keys of its mode made: every owner that begins so. Empty: only its own.
  std::string sees;
  Trace trace;  ///< Of the request, for logs and for the gateway.
  /// Says itself which quote it accepts when it completes, so it need not be noted which one it was shown.
  bool names_quote{false};
  /// Holds a signed link to the one checkout that it asks for: may look at it, whoever made it.
  bool has_link{false};
};

/// Whether a checkout exists for this caller; what does not is answered as not found.
[[nodiscard]] inline bool may_touch(const Caller& caller, const Session& session) noexcept {
  return caller.has_link || session.owner == caller.principal ||
         (!caller.sees.empty() && session.owner.starts_with(caller.sees));
}

/// An idempotency key in its scope. Empty key: none was sent.
struct KeyUse {
  std::string scope;  ///< principal, protocol, method and route template, resource.
  std::string key;
  std::string fingerprint;  ///< SHA-256 hex of the canonical body.
};

/// How the buyer pays. The token exists only here and sealed in the attempt.
struct PaymentChoice {
  Instrument instrument;
  std::string token;
};

struct CompleteCommand {
  CheckoutId id;
  KeyUse key;
  std::optional<PaymentChoice> payment;   ///< Empty: nothing to pay, or missing.
  std::optional<std::string> quote_hash;  ///< Explicit acceptance; else the last answer given to this caller counts.
  std::vector<std::string> only{};        ///< As in Target.
};

/// What a change is for.
struct Target {
  Kind kind{Kind::kCheckout};
  /// State tags, see state_tag(): a session in none of these states is not changed (kVersionConflict). Empty: any
  /// state.
  std::vector<std::string> only{};
};

/// A session as it is now.
struct Standing {
  std::shared_ptr<const Session> session;
  QuotePtr quote;
  std::shared_ptr<const Snapshot> snapshot;
};

class CheckoutService {
 public:
  struct Dependencies;
  explicit CheckoutService(Dependencies dependencies);
  ~CheckoutService();

  asio::awaitable<Result<Answer>> create(Caller caller, KeyUse key, Patch patch, Kind kind = Kind::kCheckout);
  /// A checkout of what is in a cart, whose contents win over the patch. While one that was made of it is incomplete,
  /// the answer is that one.
  asio::awaitable<Result<Answer>> convert(Caller caller, KeyUse key, CheckoutId cart, Patch patch);
  asio::awaitable<Result<Answer>> get(Caller caller, CheckoutId id, Kind kind = Kind::kCheckout);
  /// For who waits for changes: nothing is written, and nobody counts as having been shown the price.
  asio::awaitable<Result<Standing>> look(Caller caller, CheckoutId id, Kind kind = Kind::kCheckout);
  asio::awaitable<Result<Answer>> update(Caller caller, CheckoutId id, KeyUse key, Patch patch, Target target = {});
  asio::awaitable<Result<Answer>> complete(Caller caller, CompleteCommand command);
  asio::awaitable<Result<Answer>> cancel(Caller caller, CheckoutId id, KeyUse key, Kind kind = Kind::kCheckout);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kassa::checkout
