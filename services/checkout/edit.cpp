#include "services/checkout/edit.hpp"

#include "services/base/hash.hpp"
#include "services/base/limits.hpp"
#include "services/checkout/offers.hpp"
#include "services/checkout/pricing.hpp"

namespace kassa::checkout {
namespace {

/// More than there is becomes what there is, and says so; none at all stays, as an error in the quote.
void clamp_to_stock(std::span<const Goods> goods, Session& session) {
  for (std::size_t i = 0; i < session.lines.size(); ++i) {
    Line& line = session.lines[i];
    const auto available = goods[i].sellable;
    if (!available || *available < 1 || line.quantity <= *available) continue;
    Message message(Level::kWarning, "quantity_adjusted", "$.line_items[" + std::to_string(i) + "].quantity");
    message.params.emplace_back("wanted", std::to_string(line.quantity));
    message.params.emplace_back("available", std::to_string(*available));
    session.notices.push_back(std::move(message));
    line.quantity = *available;
  }
}

/// Posture: unknown or unavailable goods refuse the change instead of being reported in it.
Result<void> refuse_unavailable(const Quote& quote) {
  for (const Message& message : quote.messages) {
    if (message.code == "item_unavailable") return Error{Errc::kItemUnavailable, "item not found", message.path};
    if (message.code == "not_on_sale_yet" || message.code == "no_longer_on_sale") {
      return Error{Errc::kItemUnavailable, "item is not on sale", message.path};
    }
    if (message.code == "out_of_stock") return Error{Errc::kOutOfStock, "Insufficient stock", message.path};
  }
  return ok();
}

}  // namespace

std::string answer_key(const KeyUse& key) { return sha256_hex(key.scope + "\n" + key.key); }

void keep_answer(const KeyUse& key, const Answer& answer, Instant now, Session& session) {
  if (key.key.empty()) return;
  auto stored = std::make_shared<StoredAnswer>();
  stored->scope_and_key = answer_key(key);
  stored->fingerprint = key.fingerprint;
  stored->status = answer.status;
  stored->body = answer.body;
  stored->at = now;
  std::erase_if(session.answers, [&](const auto& old) { return old->scope_and_key == stored->scope_and_key; });
  session.kept_bytes += static_cast<std::int64_t>(stored->body->size());
  session.answers.push_back(std::move(stored));
  // Only what the Store has leaves: there it is found for as long as its key may come again.
  while (session.answers.size() > limits::kStoredAnswersPerSessionMax) {
    const auto written = std::ranges::find_if(session.answers, [](const auto& old) { return old->journaled.load(); });
    if (written == session.answers.end()) return;
    session.answers.erase(written);
  }
}

bool may_have_forgotten(const Session& session, const KeyUse& key) noexcept {
  return !key.key.empty() && session.answers.size() >= limits::kStoredAnswersPerSessionMax;
}

std::size_t unwritten_answers(const Session& session) noexcept {
  if (session.answers.size() < limits::kUnwrittenAnswersPerSessionMax) return session.answers.size();
  const auto unwritten = std::ranges::count_if(session.answers, [](const auto& answer) { return !answer->journaled; });
  return static_cast<std::size_t>(unwritten);
}

Result<std::optional<Answer>> stored_answer(const Session& session, const KeyUse& key, Instant now) {
  if (key.key.empty() || session.answers.empty()) return std::optional<Answer>{};
  const std::string name = answer_key(key);
  for (const auto& stored : session.answers) {
    if (stored->scope_and_key != name || stored->at + kAnswerKeyLife <= now) continue;
    if (stored->fingerprint != key.fingerprint) {
      return Error{Errc::kIdempotencyConflict, "the idempotency key was used with another request"};
    }
    Answer answer;
    answer.status = stored->status;
    answer.body = stored->body;
    answer.replayed = true;
    return std::optional<Answer>{std::move(answer)};
  }
  return std::optional<Answer>{};
}

Result<Edited> edit(const Session& current, const Caller& caller, const KeyUse& key, const Patch& patch,
                    Operation operation, const EditInputs& inputs) {
  const auto next = std::make_shared<Session>(current);
  Session& session = *next;
  KASSA_TRY(apply(patch, inputs.saved, session));
  if (caller.knows_shoppers && patch.buyer.present()) session.vouched = !session.buyer.email.empty();
  if (inputs.orders) session.known_orders = inputs.orders;
  if (inputs.drawn) session.drawn = inputs.drawn;
  if (session.codes.empty()) session.drawn = nullptr;
  // Nothing is kept about an e-mail that was taken back.
  if (session.known_orders && session.known_orders->email != session.buyer.email) session.known_orders.reset();
  const auto goods = look_up(session, inputs.snapshot, inputs.stock);
  if (!caller.refuse_unavailable) clamp_to_stock(goods, session);
  session.quote.reset();
  Edited edited;
  KASSA_TRY(auto priced, price(session, goods, inputs.snapshot, inputs.now, &inputs.stock));
  edited.quote = std::move(priced);
  if (caller.refuse_unavailable) {
    KASSA_TRY(refuse_unavailable(edited.quote));
  }
  session.version.n += 1;
  session.updated_at = inputs.now;
  session.expires_at = inputs.now + inputs.snapshot.settings.checkout_life;
  if (!caller.platform.profile_url.empty()) session.platform = caller.platform;
  accept(session, caller.principal, edited.quote.hash);
  // Nothing computed is kept: the caller has just been told, and the memory is better used again at once.
  session.rendered = std::make_shared<RenderCache>();
  offer(inputs.saved, edited.quote);
  const View view{session, edited.quote, inputs.snapshot, Verdict::kNone, {}};
  edited.answer = inputs.renderer.render(caller.rendering, operation, view);
  keep_answer(key, edited.answer, inputs.now, session);
  edited.session = next;
  return edited;
}

Result<Current> reprice(const Session& session, const Snapshot& snapshot, const ports::StockView& stock, Instant now) {
  Current current;
  current.quote = session.quote ? session.quote : session.rendered->quote();
  if (session.state != State::kOpen || (session.is_held(now) && current.quote)) return current;
  const bool known = current.quote != nullptr;
  const bool fresh = known && current.quote->revision == snapshot.revision &&
                     (!current.quote->changes_at || *current.quote->changes_at > now);
  if (fresh) return current;
  KASSA_TRY(auto quote, price(session, snapshot, stock, now));
  current.quote = std::make_shared<const Quote>(std::move(quote));
  current.moved = known;
  if (!known) session.rendered->keep_quote(current.quote);
  return current;
}

Result<bool> is_in_one_of(std::span<const std::string> tags, const Session& session, const Snapshot& snapshot,
                          const ports::StockView& stock, Instant now) {
  KASSA_TRY(auto current, reprice(session, snapshot, stock, now));
  return std::ranges::find(tags, state_tag(session, *current.quote)) != tags.end();
}

}  // namespace kassa::checkout
