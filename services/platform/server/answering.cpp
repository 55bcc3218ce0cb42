#include "services/platform/server/answering.hpp"

#include <array>

namespace kassa::platform {

http::Response refusal_answer(ServerState& state, const Refusal& refusal) {
  http::Response answer;
  answer.status = refusal.status;
  try {
    state.metrics.count("http_requests_refused_total", refusal.code);
    answer = state.dispatcher.failure(refusal.status, refusal.code, refusal.content);
    if (refusal.status == refusals::kMethodNotAllowed.status) {
      answer.headers.emplace_back("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    }
  } catch (...) {
    // Out of memory, most likely: an answer without a body needs none.
    answer.body.clear();
  }
  answer.close = true;
  return answer;
}

void report(ServerState& state, int status, std::chrono::nanoseconds took) {
  static constexpr std::array<std::string_view, 6> kClasses{"1xx", "1xx", "2xx", "3xx", "4xx", "5xx"};
  const std::size_t index = status >= 100 && status < 600 ? static_cast<std::size_t>(status / 100) : 5;
  state.metrics.count("http_requests_total", kClasses[index]);
  state.metrics.observe("http_request_seconds", kClasses[index], took);
}

}  // namespace kassa::platform
