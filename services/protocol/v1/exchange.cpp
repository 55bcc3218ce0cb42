#include "services/protocol/v1/exchange.hpp"

#include <algorithm>

#include "services/base/text.hpp"
#include "services/protocol/v1/errors.hpp"
#include "services/protocol/v1/renderer.hpp"

namespace kassa::protocol {
namespace {

constexpr std::size_t kTagsMax = 8;
constexpr std::string_view kConflictBegins = R"({"error":{"code":"version_conflict")";
constexpr std::string_view kChanged = "it has changed since the state that If-Match names; read it again";

boost::asio::awaitable<Result<void>> let_in_with_key(const UcpServices& services, const http::Request& request,
                                                     Exchange& exchange) {
  if (!request.has_header("authorization") && !request.has_header("x-api-key")) {
    co_return Error{Errc::kUnauthorized, "send Authorization: Bearer with a key of the store"};
  }
  KASSA_CO_TRY(const auto snapshot, co_await recognise(services, request, exchange));
  if (!exchange.key) co_return Error{Errc::kUnauthorized, "send Authorization: Bearer with a key of the store"};
  grant(services, request, false, exchange);
  exchange.caller.names_quote = true;
  exchange.caller.rendering = v1_rendering_text(exchange.offer);
  exchange.only = strong_tags(request.header("if-match"));
  co_return ok();
}

}  // namespace

boost::asio::awaitable<Exchange> open_v1_exchange(const UcpServices& services, const http::Request& request) {
  Exchange exchange;
  exchange.protocol = "v1";
  exchange.failure = &render_v1_error;
  const auto admitted = co_await let_in_with_key(services, request, exchange);
  if (!admitted) {
    exchange.refusal = refuse(exchange, admitted.error());
  } else if (!is_json_or_empty(request)) {
    http::Response answer(415, v1_error("unsupported_media_type", "send application/json", "Content-Type"));
    exchange.refusal = finish(exchange, std::move(answer));
  }
  co_return exchange;
}

std::vector<std::string> strong_tags(std::string_view condition) {
  std::vector<std::string> tags;
  condition = trim(condition);
  if (condition.empty() || condition == "*") return tags;
  while (!condition.empty() && tags.size() < kTagsMax) {
    const auto end = std::min(condition.find(','), condition.size());
    const std::string_view tag = trim(condition.substr(0, end));
    condition.remove_prefix(std::min(end + 1, condition.size()));
    const bool strong = tag.size() > 2 && tag.front() == '"' && tag.back() == '"';
    if (strong) tags.emplace_back(tag.substr(1, tag.size() - 2));
  }
  if (tags.empty()) tags.emplace_back();
  return tags;
}

http::Response with_etag(const Exchange& exchange, http::Response answer) {
  constexpr int kConflict = 409;
  const bool conflict =
      answer.status == kConflict && !exchange.only.empty() && answer.payload().starts_with(kConflictBegins);
  if (conflict) {
    answer.status = 412;
    answer.shared_body.reset();
    answer.body = v1_error(describe(Errc::kVersionConflict).slug, kChanged, "If-Match");
    return answer;
  }
  std::string tag = etag_of(answer.payload());
  if (!tag.empty()) answer.headers.emplace_back("ETag", std::move(tag));
  return answer;
}

http::Response unless_known(const http::Request& request, const Exchange& exchange, http::Response answer) {
  http::Response tagged = with_etag(exchange, std::move(answer));
  const std::string tag = etag_of(tagged.payload());
  // A weak comparison (RFC 9110, 13.1.2): the quoted tag, whatever stands before it.
  const bool known =
      tagged.status == 200 && !tag.empty() && request.header("if-none-match").find(tag) != std::string_view::npos;
  if (!known) return tagged;
  tagged.status = 304;
  tagged.body.clear();
  tagged.shared_body.reset();
  return tagged;
}

std::optional<http::Response> refuse_without_key(const http::Request& request, const Exchange& exchange) {
  if (request.has_header("idempotency-key")) return std::nullopt;
  return refuse(exchange, Error{Errc::kIdempotencyKeyRequired, {}, "Idempotency-Key"});
}

}  // namespace kassa::protocol
