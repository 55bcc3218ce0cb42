#include "services/checkout/pricing.hpp"
#include "services/checkout/service_impl.hpp"

namespace kassa::checkout {
namespace {

Claim claim_of(const Caller& caller, const KeyUse& key, const Session& session) {
  Claim claim;
  claim.store = caller.store;
  claim.scope = key.scope;
  claim.key = key.key;
  claim.fingerprint = key.fingerprint;
  claim.rendering = caller.rendering;
  claim.checkout = session.id;
  claim.person = session.person;
  return claim;
}

}  // namespace

/// A cancel of what is no longer open: a replay of its own key, else refused.
asio::awaitable<Result<Answer>> CheckoutService::Impl::cancel_closed(const Caller& caller, SessionPtr session,
                                                                     KeyUse key) {
  if (!key.key.empty()) {
    ports::Step read = statements::read_key(caller.store, key.scope, key.key);
    KASSA_CO_TRY(auto rows, co_await env.store.query(std::move(read)));
    if (!rows.empty()) co_return co_await completion.answer_for(caller.store, std::move(key), std::move(rows));
  }
  if (!is_terminal(session->state)) co_return Error{Errc::kPaymentUnderWay};
  co_return Error{Errc::kCheckoutTerminal, "the checkout is " + std::string(to_text(session->state))};
}

asio::awaitable<Result<Answer>> CheckoutService::Impl::cancel_open(const Caller& caller, SessionPtr session, KeyUse key,
                                                                   bool& moved) {
  KASSA_CO_TRY(auto snapshot, co_await env.snapshots.get(caller.store));
  std::vector<PersonId> persons{session->person};
  KASSA_CO_TRY(co_await env.persons.settle(caller.store, std::move(persons)));
  KASSA_CO_TRY(auto data_key, co_await env.persons.key_of(caller.store, session->person));
  const Instant now = env.clock.now();
  KASSA_CO_TRY(auto quote, price(*session, *snapshot, env.stock, now));
  auto next = std::make_shared<Session>(*session);
  next->state = State::kCanceled;
  next->version.epoch += 1;
  next->version.n += 1;
  next->updated_at = now;
  next->quote = std::make_shared<const Quote>(std::move(quote));
  next->rendered = std::make_shared<RenderCache>(next->quote);
  const View view{*next, *next->quote, *snapshot, Verdict::kNone, {}};
  const Answer answer = env.renderers.find(caller.rendering).render(caller.rendering, Operation::kCancel, view);
  ports::Transaction transaction("cancel", caller.store);
  if (!key.key.empty()) {
    const Claim claim = claim_of(caller, key, *session);
    transaction.add(statements::finished_key(claim, answer.status,
                                             env.box.seal_for(data_key, answer_aad(claim), *answer.body), now));
  }
  transaction.add(statements::write_person(*next, env.sessions.email_hash(*next)));
  env.sessions.add_answers(*next, data_key, transaction);
  env.sessions.add_untold(*next, transaction, Sessions::Held::kNot);
  transaction.add(statements::lock_checkout(*next, env.sessions.sealed(*next, next->quote.get(), data_key)));
  KASSA_CO_TRY(auto done, co_await env.store.commit(std::move(transaction)));
  if (!done.applied) {
    // The same cancel at the same time was faster: its answer is this one's, too.
    if (done.refused_label == "key_used") co_return co_await cancel_closed(caller, session, std::move(key));
    moved = true;
    co_return Error{Errc::kVersionConflict, "the checkout is being changed by another request"};
  }
  Sessions::answers_are_kept(*next);
  co_await env.sessions.adopt(next);
  if (next->kind == Kind::kCheckout) env.metrics.count("checkouts_total", "canceled");
  co_return answer;
}

asio::awaitable<Result<Answer>> CheckoutService::cancel(Caller caller, CheckoutId id, KeyUse key, Kind kind) {
  for (int tries = 0; tries < Impl::kTriesMax; ++tries) {
    KASSA_CO_TRY(auto session, co_await impl_->owned(caller, id, kind));
    if (session->state != State::kOpen) co_return co_await impl_->cancel_closed(caller, session, std::move(key));
    bool moved = false;
    auto answer = co_await impl_->cancel_open(caller, session, key, moved);
    if (!moved) co_return answer;
    // Another process or request changed the row: what the cache holds is not the truth any more.
    KASSA_CO_TRY(co_await impl_->env.sessions.forget(caller.store, id));
  }
  co_return Error{Errc::kVersionConflict, "the checkout is being changed by another request"};
}

}  // namespace kassa::checkout
