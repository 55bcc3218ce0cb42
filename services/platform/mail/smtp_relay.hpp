#pragma once
// Letters over SMTP, by libcurl in a thread of its own: libcurl blocks, and no I/O thread may. One letter at a time
// over a connection that is kept; whoever has waited too long for a turn is told to come again. TLS with a certificate
// that is verified is a must, except towards this machine.

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "services/platform/store/waiter.hpp"
#include "services/ports/mail.hpp"

namespace kassa::platform {

struct SmtpOptions {
  std::string url;                         ///< smtps://HOST:PORT, or smtp://HOST:PORT for STARTTLS.
  std::string from;                        ///< Of the envelope.
  std::string login;                       ///< USER:PASSWORD; empty: without.
  std::string ca_file;                     ///< Further authorities; may be empty.
  std::chrono::milliseconds time{15'000};  ///< Of a letter, with its wait for a turn.
};

class SmtpRelay final : public ports::MailRelay {
 public:
  explicit SmtpRelay(SmtpOptions options);
  /// Letters that wait are answered as not sent.
  ~SmtpRelay() override;

  asio::awaitable<Result<bool>> send(ports::Mail mail) override;

  void submit(ports::Mail mail, WaiterPtr<bool> waiter);

 private:
  struct Job {
    ports::Mail mail;
    WaiterPtr<bool> waiter;
    std::chrono::steady_clock::time_point until;
  };
  class Connection;

  void run(const std::stop_token& stop);
  [[nodiscard]] std::optional<Job> next(const std::stop_token& stop);

  const SmtpOptions options_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Job> jobs_;
  std::jthread thread_;
};

/// This machine: nobody listens on the way there.
[[nodiscard]] bool is_local_relay(std::string_view url) noexcept;

}  // namespace kassa::platform
