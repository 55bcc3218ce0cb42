#pragma once
// Addresses for people that answers carry: where to go on with a checkout, where to look at an order. They are the
// store's own, by its templates, or Kassa's pages behind a signed link. Such a link is the whole proof of who may look:
// it names store, mode, kind, id and its end under a keyed hash of the deployment's master key, so nobody can make one,
// and one for a checkout opens no order. Pure, any thread; the box must outlive it.

#include <optional>
#include <string>
#include <string_view>

#include "services/base/clock.hpp"
#include "services/base/id.hpp"
#include "services/ports/secret_box.hpp"
#include "services/ports/store_settings.hpp"

namespace kassa::checkout {
struct Session;
}

namespace kassa::protocol {

enum class LinkKind : char { kCheckout = 'c', kReturn = 'r', kOrder = 'o' };

/// What a signed link opens, and until when.
struct LinkTarget {
  LinkKind kind{LinkKind::kCheckout};
  StoreId store;
  bool live{false};
  std::string id;  ///< Of the checkout; of the order for kOrder.
  Instant expires_at;
};

/// A checkout's link outlives the checkout, so that who comes late is told how it ended.
inline constexpr std::chrono::hours kCheckoutLinkLife{24 * 30};
/// As long as people look up what they bought.
inline constexpr std::chrono::hours kOrderLinkLife{24 * 365};

class Links {
 public:
  /// `public_url`: the base of Kassa's pages, without a trailing slash.
  Links(std::string public_url, const ports::SecretBox& box) : public_url_(std::move(public_url)), box_(&box) {}

  /// From the store's template; without one, Kassa's own page.
  [[nodiscard]] std::string continue_url(const ports::StoreSettings& settings, const checkout::Session& session) const;
  /// `owner`: whoever made the order, whose mode it has.
  [[nodiscard]] std::string order_url(const ports::StoreSettings& settings, const StoreId& store,
                                      std::string_view owner, const OrderId& order) const;

  /// Kassa's own page of a checkout: kCheckout, or kReturn for whoever comes back from a bank's page.
  [[nodiscard]] std::string checkout_page(LinkKind kind, const checkout::Session& session) const;
  [[nodiscard]] std::string page_of(const LinkTarget& target) const;
  [[nodiscard]] std::string token_of(const LinkTarget& target) const;
  /// nullopt: not one of ours, of another kind, changed, or over.
  [[nodiscard]] std::optional<LinkTarget> open(LinkKind kind, std::string_view token, Instant now) const;

  /// The same links below another address of this deployment.
  [[nodiscard]] Links below(std::string public_url) const { return {std::move(public_url), *box_}; }

 private:
  std::string public_url_;
  const ports::SecretBox* box_;
};

}  // namespace kassa::protocol
