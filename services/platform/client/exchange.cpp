#include "services/platform/client/exchange.hpp"

#include "services/platform/client/wire.hpp"

namespace kassa::platform {

using ports::CallOutcome;

asio::awaitable<Exchange> exchange(OutgoingConnection& connection, const ports::HttpRequest& request,
                                   const std::string& bytes) {
  Exchange result;
  const auto written = co_await connection.write(bytes);
  if (written.error) {
    result.reply.outcome = written.bytes == 0 ? CallOutcome::kNotSent : CallOutcome::kUnknown;
    result.reply.error = "reset";
    result.repeatable = written.bytes == 0;
    co_return result;
  }
  auto answer = co_await connection.read(request.method == "HEAD", request.reply_bytes_max);
  result.reply.status = answer.status;
  result.reply.headers = std::move(answer.headers);
  result.reply.body = std::move(answer.body);
  if (!answer.error.empty()) {
    result.reply.outcome = CallOutcome::kUnknown;
    result.reply.error = answer.error;
    result.repeatable = !answer.any_byte && is_repeatable(request.method);
    co_return result;
  }
  result.reply.outcome = outcome_of(answer.status);
  if (result.reply.outcome == CallOutcome::kUnknown) result.reply.error = "status";
  result.reusable = answer.reusable;
  co_return result;
}

}  // namespace kassa::platform
