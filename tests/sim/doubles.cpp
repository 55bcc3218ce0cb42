#include "tests/sim/doubles.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace kassa::sim {

Wire::Fault Wire::next_fault() {
  if (faults_.empty()) return Fault::kNone;
  const Fault next = faults_.front();
  faults_.erase(faults_.begin());
  return next;
}

boost::asio::awaitable<void> Wire::wait_on_the_wire() {
  const auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer timer(executor, boost::asio::steady_timer::time_point::max());
  waiting_.push_back(&timer);
  boost::system::error_code canceled;
  co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, canceled));
}

boost::asio::awaitable<ports::HttpReply> Wire::send(ports::HttpRequest request) {
  if (fate_ != nullptr) fate_->check();
  Seen what;
  what.method = request.method;
  what.body = request.body;
  for (const auto& [name, value] : request.headers) {
    if (name == "Idempotency-Key") what.key = value;
  }
  seen.push_back(std::move(what));
  if (held_) co_await wait_on_the_wire();
  ports::HttpReply lost;
  lost.outcome = ports::CallOutcome::kUnknown;
  lost.error = "timeout";
  const Fault fault = next_fault();
  if (fault == Fault::kNotSent) {
    ports::HttpReply refused;
    refused.error = "connect";
    co_return refused;
  }
  if (fault == Fault::kLoseRequest) co_return lost;
  if (fault == Fault::kRefuse) {
    ports::HttpReply refused;
    refused.outcome = ports::CallOutcome::kRejected;
    refused.status = 422;
    refused.body = R"({"error":{"code":"not_refundable"}})";
    co_return refused;
  }
  auto reply = co_await gateway_.send(std::move(request));
  if (fault == Fault::kLoseReply) co_return lost;
  co_return reply;
}

}  // namespace kassa::sim
