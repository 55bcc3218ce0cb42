#pragma once
// The sandbox gateway itself, in process: an HttpClient that answers requests for its own host and hands
// every other request on. Like a good gateway it books before it answers, and answers a repeated idempotency
// key with the bytes of the first time. Scripts (script.hpp) make it lose answers, lie or dawdle. No state
// besides the book, so it may be used from any number of threads at once; it must outlive the calls made
// through it.

#include "payments/adapters/sandbox/book.hpp"
#include "services/base/clock.hpp"
#include "services/ports/http_client.hpp"

namespace kassa::payments::sandbox {

class SandboxBank final : public ports::HttpClient {
 public:
  /// `action_base`: where shoppers reach this deployment ("https://shop.example"); action URLs are
  /// {action_base}/testing/sandbox/authorize/{charge_id}.
  SandboxBank(ports::Store& book, const Clock& clock, ports::HttpClient& others, std::string action_base)
      : book_(book), clock_(clock), others_(others), action_base_(std::move(action_base)) {}

  asio::awaitable<ports::HttpReply> send(ports::HttpRequest request) override;

  /// The shopper's word on a charge that requires action, or the bank's on one that is processing: captured,
  /// or declined with "authentication_failed". A decided charge stays as it is; returns the charge after the
  /// call, kNotFound when there is none.
  asio::awaitable<Result<BookedCharge>> approve(std::string charge_id, bool ok);

  /// The whole book, oldest first.
  asio::awaitable<Result<std::vector<BookedCharge>>> charges();

 private:
  asio::awaitable<ports::HttpReply> charge(ports::HttpRequest request);
  asio::awaitable<ports::HttpReply> find(std::string reference);
  asio::awaitable<ports::HttpReply> give_back(ports::HttpRequest request, std::string charge_id);

  Book book_;
  const Clock& clock_;
  ports::HttpClient& others_;
  std::string action_base_;
};

}  // namespace kassa::payments::sandbox
