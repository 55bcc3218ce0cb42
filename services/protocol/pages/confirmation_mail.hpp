#pragma once
// The dialect "mail": confirmations that the deployment's own relay sends, for stores whose setting `confirmation` is
// "mail". Used by delivery on its thread.

#include <string>

#include "services/ports/mail.hpp"
#include "services/protocol/pages/confirmation.hpp"

namespace kassa::protocol {

class ConfirmationMail final : public webhooks::Dialect {
 public:
  /// `from`: the address that letters come from.
  ConfirmationMail(LetterWriter& letters, ports::MailRelay& relay, std::string from)
      : letters_(letters), relay_(relay), from_(std::move(from)) {}

  [[nodiscard]] std::string_view name() const noexcept override { return "mail"; }
  [[nodiscard]] bool carries_itself() const noexcept override { return true; }
  webhooks::asio::awaitable<Result<void>> carry(const webhooks::Message& message) override;

 private:
  LetterWriter& letters_;
  ports::MailRelay& relay_;
  std::string from_;
};

}  // namespace kassa::protocol
