#include "services/protocol/pages/confirmation_mail.hpp"

#include "services/base/email.hpp"
#include "services/protocol/pages/mail_message.hpp"

namespace kassa::protocol {

webhooks::asio::awaitable<Result<void>> ConfirmationMail::carry(const webhooks::Message& message) {
  KASSA_CO_TRY(const auto letter, co_await letters_.write(message));
  if (!is_email(letter.to)) co_return Error{Errc::kInvalidRequest, "no mailbox"};
  ports::Mail mail;
  mail.to = letter.to;
  mail.message = mail_message(letter, from_, message.event, message.created_at);
  KASSA_CO_TRY(co_await relay_.send(std::move(mail)));
  co_return ok();
}

}  // namespace kassa::protocol
