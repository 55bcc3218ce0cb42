#include "services/checkout/service.hpp"

#include "services/base/ensure.hpp"
#include "services/base/limits.hpp"
#include "services/checkout/drawn_codes.hpp"
#include "services/checkout/known_orders.hpp"
#include "services/checkout/offers.hpp"
#include "services/checkout/service_impl.hpp"

namespace kassa::checkout {
namespace {

Destination destination_from(const ports::SavedAddress& saved) {
  Destination out;
  out.id = saved.id;
  out.address.first_name = saved.first_name;
  out.address.last_name = saved.last_name;
  out.address.phone = saved.phone;
  out.address.street = saved.street;
  out.address.extended = saved.extended;
  out.address.locality = saved.locality;
  out.address.region = saved.region;
  out.address.postal_code = saved.postal_code;
  out.address.country = saved.country;
  return out;
}

Result<bool> is_meant(const Target& target, const Session& session, const Snapshot& snapshot,
                      const ports::StockView& stock, Instant now) {
  if (target.only.empty()) return true;
  return is_in_one_of(target.only, session, snapshot, stock, now);
}

}  // namespace

asio::awaitable<Result<SessionPtr>> CheckoutService::Impl::owned(const Caller& caller, const CheckoutId& id,
                                                                 Kind kind) {
  KASSA_CO_TRY(auto session, co_await env.sessions.load(caller.store, id));
  const bool gone = session->kind != kind || (kind == Kind::kCart && is_terminal(session->state));
  if (!gone && may_touch(caller, *session)) co_return session;
  co_return Error{Errc::kNotFound, kind == Kind::kCart ? "no such cart" : "no such checkout"};
}

/// Those that this caller may be shown: of the shopper whose e-mail the checkout has, once something is delivered.
asio::awaitable<Result<std::vector<Destination>>> CheckoutService::Impl::saved_addresses(const Caller& caller,
                                                                                         const Session& session,
                                                                                         const Patch& patch,
                                                                                         const Snapshot& snapshot) {
  std::vector<Destination> saved;
  const Buyer* buyer = patch.buyer.value();
  const std::string email = buyer != nullptr ? buyer->email : session.buyer.email;
  const bool wanted = patch.deliveries.present() || !session.deliveries.empty();
  const bool allowed = caller.knows_shoppers && snapshot.settings.saved_addresses != ports::SavedAddresses::kNever;
  if (!allowed || email.empty() || !wanted) co_return saved;
  KASSA_CO_TRY(auto shopper, co_await env.shoppers.by_email(caller.store, email));
  if (shopper) {
    for (const auto& address : shopper->addresses) saved.push_back(destination_from(address));
  }
  if (saved.size() > limits::kDestinationsPerMethodMax) saved.resize(limits::kDestinationsPerMethodMax);
  co_return saved;
}

/// What the session does not know yet about the buyer it will have.
asio::awaitable<Result<std::optional<KnownOrders>>> CheckoutService::Impl::new_orders(const Session& session,
                                                                                      const Patch& patch,
                                                                                      const Snapshot& snapshot) {
  const Buyer* buyer = patch.buyer.value();
  std::string email = buyer != nullptr ? buyer->email : session.buyer.email;
  if (!lacks_orders(snapshot, session, email)) co_return std::optional<KnownOrders>{};
  const BuyerBooks books{env.store, env.box, env.shoppers};
  KASSA_CO_TRY(auto known, co_await look_up_buyer(books, snapshot, std::move(email)));
  co_return std::optional<KnownOrders>{std::move(known)};
}

/// Everything that a change needs from elsewhere; what no rule of the store asks for is not looked up.
asio::awaitable<Result<EditInputs>> CheckoutService::Impl::learn(const Caller& caller, const Session& session,
                                                                 const Patch& patch, const Snapshot& snapshot,
                                                                 Instant now) {
  EditInputs inputs{snapshot, env.stock, env.renderers.find(caller.rendering), {}, now};
  KASSA_CO_TRY(inputs.saved, co_await saved_addresses(caller, session, patch, snapshot));
  if (asks_for_buyers(snapshot)) {
    KASSA_CO_TRY(inputs.orders, co_await new_orders(session, patch, snapshot));
  }
  if (snapshot.code_pools) {
    KASSA_CO_TRY(inputs.drawn, co_await codes_to_draw(env.store, snapshot, session, patch, now));
  }
  co_return std::move(inputs);
}

asio::awaitable<Error> CheckoutService::Impl::end_of(SessionPtr session) {
  Error told{Errc::kCheckoutExpired, "the checkout has expired"};
  if (session->kind == Kind::kCart) told = Error{Errc::kNotFound, "no such cart"};
  co_await env.sessions.expire(std::move(session));
  co_return told;
}

/// A change while a payment waits is not made; whoever asked for it is told so, and shown the checkout as it is.
asio::awaitable<Result<Answer>> CheckoutService::Impl::refuse_edit(const Caller& caller, SessionPtr session) {
  if (caller.refuse_unavailable || caller.names_quote) co_return Error{Errc::kPaymentUnderWay};
  KASSA_CO_TRY(auto snapshot, co_await env.snapshots.get(caller.store));
  KASSA_CO_TRY(auto current, reprice(*session, *snapshot, env.stock, env.clock.now()));
  ensure(current.quote != nullptr, "a closed session has no frozen quote");
  Session told = *session;
  if (told.state == State::kOpen) told.state = State::kCompleting;  // Held by a completion that has just begun.
  told.notices.clear();
  told.notices.emplace_back(Level::kError, "payment_in_progress", "$");
  const Verdict verdict = told.state == State::kCompleting ? Verdict::kUnknown : Verdict::kNone;
  const View view{told, *current.quote, *snapshot, verdict, {}};
  co_return env.renderers.find(caller.rendering).render(caller.rendering, Operation::kUpdate, view);
}

CheckoutService::CheckoutService(Dependencies dependencies) : impl_(std::make_unique<Impl>(std::move(dependencies))) {}
CheckoutService::~CheckoutService() = default;

asio::awaitable<Result<Answer>> CheckoutService::update(Caller caller, CheckoutId id, KeyUse key, Patch patch,
                                                        Target target) {
  Env& env = impl_->env;
  KASSA_CO_TRY(auto snapshot, co_await env.snapshots.get(caller.store));
  for (int tries = 0; tries < Impl::kTriesMax; ++tries) {
    // What this process saw last is enough to write on: if it is old, the write fails. It is not enough to refuse by.
    SessionPtr session = tries == 0 ? env.sessions.recent(caller.store, id) : nullptr;
    const bool certain = session == nullptr || session->kind != target.kind || !may_touch(caller, *session);
    if (certain) {
      KASSA_CO_TRY(session, co_await impl_->owned(caller, id, target.kind));
    }
    KASSA_CO_TRY(auto stored, stored_answer(*session, key, env.clock.now()));
    if (stored) co_return *stored;
    if (may_have_forgotten(*session, key)) {
      KASSA_CO_TRY(auto old, co_await env.sessions.old_answer(session, key));
      if (old) co_return *old;
    }
    const bool changeable = session->state == State::kOpen && !session->is_held(env.clock.now());
    if (!certain && (!changeable || session->is_over(env.clock.now()))) continue;
    if (session->answers.size() > limits::kStoredAnswersPerSessionMax) co_await env.sessions.relieve(session);
    if (unwritten_answers(*session) >= limits::kUnwrittenAnswersPerSessionMax) {
      if (!certain) continue;
      co_return Error{Errc::kRateLimited, "this checkout is changed faster than it is written"};
    }
    const Instant now = env.clock.now();
    if (is_terminal(session->state)) {
      co_return Error{Errc::kCheckoutTerminal, "the checkout is " + std::string(to_text(session->state))};
    }
    if (session->is_over(now)) co_return co_await impl_->end_of(session);
    if (!changeable) co_return co_await impl_->refuse_edit(caller, session);
    KASSA_CO_TRY(const bool meant, is_meant(target, *session, *snapshot, env.stock, now));
    if (!meant) {
      if (!certain) continue;
      co_return Error{Errc::kVersionConflict, "the checkout has changed since that state of it was shown"};
    }
    if (!env.sessions.may_note()) co_return not_written();
    KASSA_CO_TRY(impl_->kept_answers.may_keep(caller, key, session.get(), now));
    KASSA_CO_TRY(const auto inputs, co_await impl_->learn(caller, *session, patch, *snapshot, now));
    auto edited = edit(*session, caller, key, patch, Operation::kUpdate, inputs);
    if (!edited && !certain) continue;
    if (!edited) co_return edited.error();
    KASSA_CO_TRY(auto kept, co_await env.sessions.save(edited.value().session, session->version));
    if (!kept) continue;
    impl_->kept_answers.count(caller, key, edited.value().answer, now);
    co_return edited.value().answer;
  }
  co_return Error{Errc::kVersionConflict, "the checkout is being changed by another request"};
}

asio::awaitable<Result<Answer>> CheckoutService::get(Caller caller, CheckoutId id, Kind kind) {
  for (int tries = 0; tries < Impl::kTriesMax; ++tries) {
    KASSA_CO_TRY(auto session, co_await impl_->owned(caller, id, kind));
    auto answer = co_await impl_->show(caller, session, Operation::kGet);
    if (answer || answer.error().code != Errc::kVersionConflict) co_return answer;
  }
  co_return Error{Errc::kVersionConflict, "the checkout is being changed by another request"};
}

asio::awaitable<Result<Standing>> CheckoutService::look(Caller caller, CheckoutId id, Kind kind) {
  Env& env = impl_->env;
  Standing standing;
  KASSA_CO_TRY(standing.session, co_await impl_->owned(caller, id, kind));
  KASSA_CO_TRY(standing.snapshot, co_await env.snapshots.get(caller.store));
  const Session& session = *standing.session;
  const Instant now = env.clock.now();
  if (session.state == State::kOpen && session.is_over(now)) co_return co_await impl_->end_of(standing.session);
  KASSA_CO_TRY(auto current, reprice(session, *standing.snapshot, env.stock, now));
  ensure(current.quote != nullptr, "a closed session has no frozen quote");
  standing.quote = std::move(current.quote);
  co_return standing;
}

/// The current state. An open session whose prices moved is saved with its new quote: the caller has now seen it.
asio::awaitable<Result<Answer>> CheckoutService::Impl::show(const Caller& caller, SessionPtr session,
                                                            Operation operation) {
  KASSA_CO_TRY(auto snapshot, co_await env.snapshots.get(caller.store));
  const Instant now = env.clock.now();
  if (session->state == State::kOpen && session->is_over(now)) co_return co_await end_of(session);
  // A completion that has begun is the only one who changes it.
  const bool open = session->state == State::kOpen && !session->is_held(now);
  const bool learns = open && lacks_orders(*snapshot, *session, session->buyer.email);
  if (learns) {
    const BuyerBooks books{env.store, env.box, env.shoppers};
    KASSA_CO_TRY(session, co_await with_orders(books, *snapshot, session));
  }
  KASSA_CO_TRY(auto current, reprice(*session, *snapshot, env.stock, now));
  ensure(current.quote != nullptr, "a closed session has no frozen quote");
  const std::string* seen = accepted_by(*session, caller.principal);
  const bool unseen = !caller.names_quote && (seen == nullptr || *seen != current.quote->hash);
  if (current.moved || learns || (open && unseen)) {
    auto next = std::make_shared<Session>(*session);
    next->rendered = std::make_shared<RenderCache>(current.quote);
    next->version.n += 1;
    accept(*next, caller.principal, current.quote->hash);
    KASSA_CO_TRY(auto kept, co_await env.sessions.save(next, session->version));
    if (!kept) co_return Error{Errc::kVersionConflict, "the checkout was changed by another request"};
    session = next;
  }
  if (caller.knows_shoppers && session->state == State::kOpen) {
    const Patch nothing;
    KASSA_CO_TRY(const auto saved, co_await saved_addresses(caller, *session, nothing, *snapshot));
    // This caller's answer alone: whoever asks next may not know shoppers.
    Quote shown = saved.empty() ? Quote{} : *current.quote;
    if (!saved.empty() && offer(saved, shown)) {
      const View offered{*session, shown, *snapshot, Verdict::kNone, {}};
      co_return env.renderers.find(caller.rendering).render(caller.rendering, operation, offered);
    }
  }
  Answer answer;
  answer.body = session->rendered->find(caller.rendering);
  if (answer.body && operation == Operation::kGet) co_return answer;
  const Verdict verdict = session->state == State::kCompleting ? Verdict::kUnknown : Verdict::kNone;
  const View view{*session, *current.quote, *snapshot, verdict, {}};
  answer = env.renderers.find(caller.rendering).render(caller.rendering, operation, view);
  if (answer.status < 400) session->rendered->keep(caller.rendering, current.quote, answer.body);
  co_return answer;
}

asio::awaitable<Result<Answer>> CheckoutService::complete(Caller caller, CompleteCommand command) {
  auto answer = co_await impl_->completion.begin(std::move(caller), std::move(command));
  impl_->env.failpoints.hit("reply.before");
  co_return answer;
}

}  // namespace kassa::checkout
