#include "payments/adapters/sandbox/bank.hpp"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "payments/adapters/sandbox/adapter.hpp"
#include "payments/adapters/sandbox/answers.hpp"

namespace kassa::payments::sandbox {
namespace {

using Act = Script::Act;
constexpr std::string_view kCharges = "/v1/charges";
constexpr std::string_view kByReference = "/v1/charges?reference=";
constexpr std::string_view kRefunds = "/refunds";

/// The path below our origin; nullopt for a request to somebody else.
std::optional<std::string> own_path(std::string_view url) {
  if (!url.starts_with(kOrigin)) return std::nullopt;
  url.remove_prefix(kOrigin.size());
  if (!url.starts_with('/')) return std::nullopt;
  return std::string(url);
}

/// {id} of /v1/charges/{id}/refunds, else empty.
std::string charge_to_refund(std::string_view path) {
  constexpr std::size_t kHead = kCharges.size() + 1;
  if (path.size() <= kHead + kRefunds.size()) return {};
  if (!path.starts_with(kCharges) || path[kCharges.size()] != '/' || !path.ends_with(kRefunds)) return {};
  return std::string(path.substr(kHead, path.size() - kHead - kRefunds.size()));
}

bool is_same_refund(const BookedRefund& booked, const BookedRefund& asked) {
  return booked.charge_id == asked.charge_id && booked.reference == asked.reference && booked.amount == asked.amount &&
         booked.currency == asked.currency;
}

ports::HttpReply key_reused() {
  return error_answer(409, "idempotency_error", "This key was used before with other parameters.");
}

}  // namespace

asio::awaitable<ports::HttpReply> SandboxBank::send(ports::HttpRequest request) {
  const auto path = own_path(request.url);
  if (!path) co_return co_await others_.send(std::move(request));
  if (request.method == "POST" && *path == kCharges) co_return co_await charge(std::move(request));
  if (request.method == "GET" && path->starts_with(kByReference)) {
    std::string reference = path->substr(kByReference.size());
    co_return co_await find(std::move(reference));
  }
  std::string refunded = charge_to_refund(*path);
  if (request.method == "POST" && !refunded.empty()) {
    co_return co_await give_back(std::move(request), std::move(refunded));
  }
  co_return error_answer(404, "unknown_route", "The sandbox gateway has no such route.");
}

asio::awaitable<ports::HttpReply> SandboxBank::charge(ports::HttpRequest request) {
  auto read = read_new_charge(request, action_base_, clock_.now());
  if (!read) co_return error_answer(400, "invalid_request", read.error().detail);
  NewCharge made = std::move(read).value();
  const Act act = made.script.act;
  if (act == Act::kTimeoutBeforeCharge) co_return lost_answer("timeout");
  if (act == Act::kSlow) {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, std::min(made.script.delay, request.total_time));
    co_await timer.async_wait(asio::use_awaitable);
  }
  const std::string fingerprint = made.charge.fingerprint;
  const auto added = co_await book_.add(std::move(made.charge));
  if (!added) co_return lost_answer("reset");
  const Book::Added& booked = added.value();
  if (booked.charge.fingerprint != fingerprint) co_return key_reused();
  const bool lost = act == Act::kTimeoutAfterCharge && booked.fresh;
  const bool late = act == Act::kSlow && made.script.delay >= request.total_time;
  if (lost || late) co_return lost_answer("timeout");
  co_return answer(static_cast<int>(booked.charge.answer_status), booked.charge.answer);
}

asio::awaitable<ports::HttpReply> SandboxBank::find(std::string reference) {
  const auto charges = co_await book_.by_reference(std::move(reference));
  if (!charges) co_return lost_answer("reset");
  co_return list_answer(charges.value(), action_base_);
}

asio::awaitable<ports::HttpReply> SandboxBank::give_back(ports::HttpRequest request, std::string charge_id) {
  auto read = read_new_refund(request, charge_id, clock_.now());
  if (!read) co_return error_answer(400, "invalid_request", read.error().detail);
  const BookedRefund asked = std::move(read).value();
  const auto given = co_await book_.give_back(asked);
  if (!given) co_return lost_answer("reset");
  const Book::GivenBack& after = given.value();
  if (!after.refund && !after.charge) co_return error_answer(404, "unknown_charge", "There is no such charge.");
  if (!after.refund) co_return error_answer(422, "not_refundable", "The charge does not allow this.");
  if (!is_same_refund(*after.refund, asked)) co_return key_reused();
  co_return refund_answer(*after.refund);
}

asio::awaitable<Result<BookedCharge>> SandboxBank::approve(std::string charge_id, bool ok) {
  std::string state = ok ? "captured" : "declined";
  std::string code = ok ? "" : "authentication_failed";
  KASSA_CO_TRY(auto found, co_await book_.decide(std::move(charge_id), std::move(state), std::move(code)));
  if (!found) co_return Error{Errc::kNotFound, "no such charge"};
  co_return std::move(*found);
}

asio::awaitable<Result<std::vector<BookedCharge>>> SandboxBank::charges() { return book_.all(); }

}  // namespace kassa::payments::sandbox
