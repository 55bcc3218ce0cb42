#include "services/admin/audit.hpp"
#include "services/base/limits.hpp"
#include "services/checkout/review.hpp"
#include "services/ports/bundle_part.hpp"
#include "services/protocol/admin/answers.hpp"
#include "services/protocol/admin/handlers.hpp"

namespace kassa::protocol {

struct PaymentOrder {
  std::string word;
  checkout::Decision decision{};
  std::string note;
};

namespace {

namespace asio = boost::asio;

PaymentOrder read_payment_order(const json::object& body, std::vector<Problem>& problems) {
  ObjectReader reader(body, "", problems);
  ports::refuse_unknown_members(reader, {"outcome", "note"});
  PaymentOrder order;
  order.word = reader.text("outcome", limits::kIdBytesMax).value_or("");
  order.note = reader.text("note", limits::kTextBytesMax).value_or("");
  const auto decision = checkout::decision_from(order.word);
  if (decision) order.decision = *decision;
  if (problems.empty() && !decision) {
    reader.fault("outcome", "invalid", "One of captured, not_charged and returned.");
  }
  if (problems.empty() && order.note.empty()) reader.fault("note", "required", "Say what was found at the gateway.");
  return order;
}

http::Response payment_refusal(const Error& error) {
  const bool forbidden = error.code == Errc::kVersionConflict || error.code == Errc::kIdempotencyInFlight;
  return forbidden ? admin_failure(409, "conflict", error.detail) : admin_failure(error);
}

}  // namespace

asio::awaitable<http::Response> resolve_payment(const AdminServices& services, const AdminCaller& caller,
                                                const http::Request& request) {
  auto id = path_id(request);
  if (!id) co_return admin_failure(id.error());
  const auto body = read_object(request);
  if (!body) co_return admin_failure(body.error());
  std::vector<Problem> problems;
  const PaymentOrder order = read_payment_order(body.value(), problems);
  if (!problems.empty()) co_return admin_failure(Error{Errc::kInvalidRequest, "the body has faults"}, problems);
  json::object detail;
  detail["outcome"] = order.word;
  detail["note"] = order.note;
  admin::AuditEntry entry(caller.actor, "payment.resolved", id.value(), std::move(detail));
  admin::AuditedStore audited(services.store, services.clock, std::move(entry));
  AttemptId attempt{id.value()};
  const auto done =
      co_await services.decide_payment(audited, caller.store, std::move(attempt), order.decision, caller.live);
  if (!done) co_return payment_refusal(done.error());
  json::object out;
  out["attempt_id"] = id.value();
  out["outcome"] = order.word;
  co_return admin_answer(200, out);
}

}  // namespace kassa::protocol
