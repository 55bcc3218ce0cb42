#include "services/protocol/v1/renderer.hpp"

#include <algorithm>

#include "services/base/ensure.hpp"
#include "services/protocol/message_text.hpp"
#include "services/protocol/ucp/payment_handlers.hpp"
#include "services/protocol/ucp/render_parts.hpp"
#include "services/protocol/v1/errors.hpp"

namespace kassa::protocol {
namespace {

using checkout::Level;
using checkout::Message;
using checkout::Verdict;

constexpr std::size_t kUsualSessionBytes = 4096;
// The member stands first, so that the header can be read off the bytes, also of a kept answer.
constexpr std::string_view kTagBegins = R"({"etag":"\")";
constexpr std::string_view kTagEnds = R"(\"")";

Rendering own_rendering(std::string_view text) {
  Rendering rendering;
  rendering.capabilities = CapabilitySet::all();
  rendering.first_party = true;
  if (text == v1_rendering_text(Offer::kReal)) {
    rendering.offer = Offer::kReal;
  } else if (text == v1_rendering_text(Offer::kSandbox)) {
    rendering.offer = Offer::kSandbox;
  } else {
    ensure(text == v1_rendering_text(Offer::kAll), "a rendering text of another protocol");
  }
  return rendering;
}

std::string own_body(const Rendering& rendering, const checkout::View& view, const Links& links) {
  JsonWriter json(kUsualSessionBytes);
  json.begin_object();
  json.member("etag", "\"" + state_tag(view.session, view.quote) + "\"");
  write_members(json, rendering, view, links);
  if (view.session.kind == checkout::Kind::kCheckout) {
    json.member("quote_hash", view.quote.hash);
    write_payment_handlers(json, view.snapshot.gateways, rendering.offer);
  }
  json.end_object();
  return json.text();
}

struct Refusal {
  int status{};
  std::string_view code;
  Message message;
};

Refusal not_ready_yet(const checkout::View& view) {
  Refusal refusal{409, describe(Errc::kCheckoutNotReady).slug, Message(Level::kError, "checkout_not_ready")};
  const auto first = std::ranges::find(view.quote.messages, Level::kError, &Message::level);
  if (first == view.quote.messages.end()) return refusal;
  refusal.message = *first;
  return refusal;
}

std::optional<Refusal> refusal_of(const checkout::View& view) {
  const auto told = [&](int status, std::string_view code) {
    const std::vector<Message> messages = verdict_messages(view);
    return Refusal{status, code, messages.empty() ? Message(Level::kError, std::string(code)) : messages.front()};
  };
  switch (view.verdict) {
    case Verdict::kNotReady: return not_ready_yet(view);
    case Verdict::kDeclined: return told(402, describe(Errc::kPaymentDeclined).slug);
    case Verdict::kUnreachable: return told(402, "payment_unavailable");
    case Verdict::kPriceChanged: return told(409, describe(Errc::kPriceChanged).slug);
    case Verdict::kOutOfStock: return told(409, describe(Errc::kOutOfStock).slug);
    case Verdict::kLimitReached: return told(409, describe(Errc::kDiscountLimitReached).slug);
    case Verdict::kNone:
    case Verdict::kCompleted:
    case Verdict::kUnknown:
    case Verdict::kNeedsBuyer: return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::string v1_rendering_text(Offer offer) {
  switch (offer) {
    case Offer::kAll: return "v1";
    case Offer::kReal: return "v1/live";
    case Offer::kSandbox: return "v1/test";
  }
  return "v1";
}

std::string etag_of(std::string_view body) {
  if (!body.starts_with(kTagBegins)) return {};
  body.remove_prefix(kTagBegins.size());
  const auto end = body.find(kTagEnds);
  if (end == std::string_view::npos) return {};
  return std::string("\"").append(body.substr(0, end)).append("\"");
}

checkout::Answer V1Renderer::render(std::string_view rendering, checkout::Operation operation,
                                    const checkout::View& view) const {
  std::string body = own_body(own_rendering(rendering), view, ucp_.links());
  checkout::Answer answer;
  answer.status = operation == checkout::Operation::kCreate ? 201 : 200;
  if (const auto refused = refusal_of(view)) {
    answer.status = refused->status;
    body = v1_error(refused->code, message_text(refused->message, language_of(view)), refused->message.path,
                    std::string("{\"checkout\":").append(body).append("}"));
  }
  answer.body = std::make_shared<const std::string>(std::move(body));
  return answer;
}

std::string V1Renderer::order_event(const ports::OrderRecord& order, const checkout::Snapshot& snapshot) const {
  return ucp_.order_event(order, snapshot);
}

}  // namespace kassa::protocol
