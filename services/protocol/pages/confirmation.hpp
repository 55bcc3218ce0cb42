#pragma once
// The letter that confirms an order to its buyer, for whoever sends it: a webhook of the merchant's (dialect
// "confirmation", event order.confirmation_due), or the deployment's mail relay. The outbox keeps only the language;
// the letter is written when it is sent, so what lies there names nobody, and is the same each time, because an order
// is frozen. Used by delivery on its thread.

#include <string>

#include "services/checkout/snapshot.hpp"
#include "services/orders/orders.hpp"
#include "services/protocol/links.hpp"
#include "services/protocol/text/language.hpp"
#include "services/webhooks/dialect.hpp"

namespace kassa::protocol {

struct Letter {
  std::string shop;
  std::string to;  ///< May be empty: nobody said an e-mail.
  std::string subject;
  std::string text;
  std::string html;
  std::string url;    ///< Of the order's page.
  std::string label;  ///< "#1042"
  Language language{Language::kEnglish};
};

class LetterWriter {
 public:
  LetterWriter(checkout::SnapshotSource& snapshots, orders::Orders& orders, const Links& links)
      : snapshots_(snapshots), orders_(orders), links_(links) {}

  /// About the order of a message whose body says the language.
  webhooks::asio::awaitable<Result<Letter>> write(const webhooks::Message& message);

 private:
  checkout::SnapshotSource& snapshots_;
  orders::Orders& orders_;
  const Links& links_;
};

class ConfirmationWebhook final : public webhooks::Dialect {
 public:
  /// `envelope` signs and addresses what this one says.
  ConfirmationWebhook(LetterWriter& letters, webhooks::Dialect& envelope) : letters_(letters), envelope_(envelope) {}

  [[nodiscard]] std::string_view name() const noexcept override { return "confirmation"; }
  webhooks::asio::awaitable<Result<ports::HttpRequest>> build_request(const webhooks::Message& message) override;

 private:
  LetterWriter& letters_;
  webhooks::Dialect& envelope_;
};

}  // namespace kassa::protocol
