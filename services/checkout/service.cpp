#include "services/checkout/service.hpp"

#include <array>

#include "services/base/ensure.hpp"
#include "services/base/limits.hpp"
#include "services/checkout/completion.hpp"
#include "services/checkout/drawn_codes.hpp"
#include "services/checkout/edit.hpp"
#include "services/checkout/kept_answers.hpp"
#include "services/checkout/known_orders.hpp"
#include "services/checkout/offers.hpp"
#include "services/checkout/pricing.hpp"

namespace kassa::checkout {
namespace {

constexpr int kTriesMax = 5;  ///< Lost compare-and-sets in a row before a caller is told to try again.

Currency choose_currency(const Patch& patch, const ports::StoreSettings& settings) {
  const Context* context = patch.context.value();
  const auto wanted = context != nullptr ? Currency::from_code(context->currency) : std::nullopt;
  if (wanted && std::ranges::find(settings.currencies, *wanted) != settings.currencies.end()) return *wanted;
  return settings.currencies.front();
}

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

struct CheckoutService::Impl {
  explicit Impl(Dependencies dependencies)
      : env(std::move(dependencies)), completion(env), kept_answers(env.kept_bytes_per_day_max) {}

  /// Those that this caller may be shown: of the shopper whose e-mail the checkout has, once something is delivered.
  asio::awaitable<Result<std::vector<Destination>>> saved_addresses(const Caller& caller, const Session& session,
                                                                    const Patch& patch, const Snapshot& snapshot) {
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
  asio::awaitable<Result<std::optional<KnownOrders>>> new_orders(const Session& session, const Patch& patch,
                                                                 const Snapshot& snapshot) {
    const Buyer* buyer = patch.buyer.value();
    std::string email = buyer != nullptr ? buyer->email : session.buyer.email;
    if (!lacks_orders(snapshot, session, email)) co_return std::optional<KnownOrders>{};
    const BuyerBooks books{env.store, env.box, env.shoppers};
    KASSA_CO_TRY(auto known, co_await look_up_buyer(books, snapshot, std::move(email)));
    co_return std::optional<KnownOrders>{std::move(known)};
  }

  /// Everything that a change needs from elsewhere; what no rule of the store asks for is not looked up.
  asio::awaitable<Result<EditInputs>> learn(const Caller& caller, const Session& session, const Patch& patch,
                                            const Snapshot& snapshot, Instant now) {
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

  Session fresh(const Caller& caller, CheckoutId id, Currency currency, Instant now) {
    Session session;
    session.store = caller.store;
    session.id = std::move(id);
    session.person = env.persons.create(caller.store);
    session.owner = caller.principal;
    session.currency = currency;
    session.created_at = now;
    return session;
  }

  /// With a key, the id follows from it: a repeated create finds the session of the first, even after a restart.
  /// `again`: of a key that was good once and has been forgotten since; empty the first time.
  CheckoutId new_id(const Caller& caller, const KeyUse& key, const std::string& again = {}) {
    if (key.key.empty()) return make_id<CheckoutId>("chk_", env.clock, env.random);
    const Digest digest = env.box.blind("create|" + caller.store.value, key.scope + "\n" + key.key + again);
    return CheckoutId{"chk_" + to_base32(digest).substr(0, 36)};
  }

  /// What a create under this key finds, and where it would make its checkout.
  struct Before {
    CheckoutId id;
    std::optional<Answer> answer;
  };
  /// A key is good for a day. The id that follows from it may outlive it by weeks; then the id follows from the key and
  /// the day of its new beginning, which a repeat looks for on that day and on the next.
  asio::awaitable<Result<Before>> find_created(const Caller& caller, const KeyUse& key, Instant now) {
    const auto day = std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
    const std::array<std::string, 3> beginnings{"", "\n" + std::to_string(day - 1), "\n" + std::to_string(day)};
    std::array<CheckoutId, 3> ids;
    for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = new_id(caller, key, beginnings[i]);
    std::optional<Before> place;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      auto answer = co_await created_before(caller, ids[i], key, now);
      if (answer) {
        if (answer.value()) co_return Before{ids[i], std::move(answer).value()};
        continue;
      }
      if (answer.error().code != Errc::kNotFound) co_return answer.error();
      ports::Step read = statements::existing_checkouts(caller.store, ids);
      KASSA_CO_TRY(const auto rows, co_await env.store.query(std::move(read)));
      // Its row may be there still while its person is erased: the key must not bring the id back to life.
      const bool there =
          std::ranges::any_of(rows, [&](const ports::Row& row) { return ports::as_string(row[0]) == ids[i].value; });
      if (there) co_return answer.error();
      // Yesterday is not when this one begins.
      if (i != 1 && !place) place = Before{ids[i], std::nullopt};
      // The first may be gone by its age while a later one is not; usually there is none of them.
      if (i == 0 && rows.empty()) co_return *place;
    }
    if (place) co_return *place;
    co_return Error{Errc::kIdempotencyConflict, "the idempotency key was used with another request"};
  }

  asio::awaitable<Result<SessionPtr>> owned(const Caller& caller, const CheckoutId& id) {
    KASSA_CO_TRY(auto session, co_await env.sessions.load(caller.store, id));
    if (!may_touch(caller, *session)) co_return Error{Errc::kNotFound, "no such checkout"};
    co_return session;
  }

  /// The answer of the create that made this checkout; nullopt when it was made so long ago that its key is forgotten.
  asio::awaitable<Result<std::optional<Answer>>> created_before(const Caller& caller, const CheckoutId& id,
                                                                const KeyUse& key, Instant now) {
    KASSA_CO_TRY(auto session, co_await env.sessions.load_at_once(caller.store, id));
    if (session->created_at + kAnswerKeyLife <= now) co_return std::optional<Answer>{};
    KASSA_CO_TRY(auto stored, stored_answer(*session, key, now));
    if (stored) co_return stored;
    if (may_have_forgotten(*session, key)) {
      KASSA_CO_TRY(auto old, co_await env.sessions.old_answer(session, key));
      if (old) co_return old;
    }
    co_return Error{Errc::kIdempotencyConflict, "the idempotency key was used with another request"};
  }

  asio::awaitable<Result<Answer>> show(const Caller& caller, SessionPtr session, Operation operation);

  /// A cancel of what is no longer open: a replay of its own key, else refused.
  asio::awaitable<Result<Answer>> cancel_closed(const Caller& caller, SessionPtr session, KeyUse key) {
    if (!key.key.empty()) {
      ports::Step read = statements::read_key(caller.store, key.scope, key.key);
      KASSA_CO_TRY(auto rows, co_await env.store.query(std::move(read)));
      if (!rows.empty()) co_return co_await completion.answer_for(caller.store, std::move(key), std::move(rows));
    }
    if (!is_terminal(session->state)) co_return Error{Errc::kPaymentUnderWay};
    co_return Error{Errc::kCheckoutTerminal, "the checkout is " + std::string(to_text(session->state))};
  }

  /// A change while a payment waits is not made; whoever asked for it is told so, and shown the checkout as it is.
  asio::awaitable<Result<Answer>> refuse_edit(const Caller& caller, SessionPtr session) {
    if (caller.refuse_unavailable) co_return Error{Errc::kPaymentUnderWay};
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

  asio::awaitable<Result<Answer>> cancel_open(const Caller& caller, SessionPtr session, KeyUse key, bool& moved);

  Env env;
  Completion completion;
  KeptAnswers kept_answers;
};

CheckoutService::CheckoutService(Dependencies dependencies) : impl_(std::make_unique<Impl>(std::move(dependencies))) {}
CheckoutService::~CheckoutService() = default;

asio::awaitable<Result<Answer>> CheckoutService::create(Caller caller, KeyUse key, Patch patch) {
  Env& env = impl_->env;
  KASSA_CO_TRY(auto snapshot, co_await env.snapshots.get(caller.store));
  const Instant now = env.clock.now();
  CheckoutId id;
  if (key.key.empty()) {
    id = impl_->new_id(caller, key);
  } else {
    KASSA_CO_TRY(auto before, co_await impl_->find_created(caller, key, now));
    if (before.answer) co_return *before.answer;
    id = std::move(before.id);
    KASSA_CO_TRY(impl_->kept_answers.may_keep(caller, key, nullptr, now));
  }
  Session session = impl_->fresh(caller, id, choose_currency(patch, snapshot->settings), now);
  KASSA_CO_TRY(const auto inputs, co_await impl_->learn(caller, session, patch, *snapshot, now));
  KASSA_CO_TRY(auto edited, edit(std::move(session), caller, key, patch, Operation::kCreate, inputs));
  KASSA_CO_TRY(auto kept, co_await env.sessions.save(edited.session, std::nullopt));
  if (!kept) {
    KASSA_CO_TRY(auto other, co_await impl_->created_before(caller, id, key, now));
    if (other) co_return *other;
    co_return Error{Errc::kVersionConflict, "the checkout is being made by another request"};
  }
  impl_->kept_answers.count(caller, key, edited.answer, now);
  env.metrics.count("checkouts_total", "created");
  co_return edited.answer;
}

asio::awaitable<Result<Answer>> CheckoutService::update(Caller caller, CheckoutId id, KeyUse key, Patch patch) {
  Env& env = impl_->env;
  KASSA_CO_TRY(auto snapshot, co_await env.snapshots.get(caller.store));
  for (int tries = 0; tries < kTriesMax; ++tries) {
    // What this process saw last is enough to write on: if it is old, the write fails. It is not enough to refuse by.
    SessionPtr session = tries == 0 ? env.sessions.recent(caller.store, id) : nullptr;
    const bool certain = session == nullptr || !may_touch(caller, *session);
    if (certain) {
      KASSA_CO_TRY(session, co_await impl_->owned(caller, id));
    }
    KASSA_CO_TRY(auto stored, stored_answer(*session, key, env.clock.now()));
    if (stored) co_return *stored;
    if (may_have_forgotten(*session, key)) {
      KASSA_CO_TRY(auto old, co_await env.sessions.old_answer(session, key));
      if (old) co_return *old;
    }
    const bool changeable = session->state == State::kOpen && !session->is_held(env.clock.now());
    if (!certain && (!changeable || session->expires_at <= env.clock.now())) continue;
    if (session->answers.size() > limits::kStoredAnswersPerSessionMax) co_await env.sessions.relieve(session);
    if (unwritten_answers(*session) >= limits::kUnwrittenAnswersPerSessionMax) {
      if (!certain) continue;
      co_return Error{Errc::kRateLimited, "this checkout is changed faster than it is written"};
    }
    const Instant now = env.clock.now();
    if (is_terminal(session->state)) {
      co_return Error{Errc::kCheckoutTerminal, "the checkout is " + std::string(to_text(session->state))};
    }
    if (session->expires_at <= now) co_return Error{Errc::kCheckoutExpired, "the checkout has expired"};
    if (!changeable) co_return co_await impl_->refuse_edit(caller, session);
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

asio::awaitable<Result<Answer>> CheckoutService::get(Caller caller, CheckoutId id) {
  for (int tries = 0; tries < kTriesMax; ++tries) {
    KASSA_CO_TRY(auto session, co_await impl_->owned(caller, id));
    auto answer = co_await impl_->show(caller, session, Operation::kGet);
    if (answer || answer.error().code != Errc::kVersionConflict) co_return answer;
  }
  co_return Error{Errc::kVersionConflict, "the checkout is being changed by another request"};
}

/// The current state. An open session whose prices moved is saved with its new quote: the caller has now seen it.
asio::awaitable<Result<Answer>> CheckoutService::Impl::show(const Caller& caller, SessionPtr session,
                                                            Operation operation) {
  KASSA_CO_TRY(auto snapshot, co_await env.snapshots.get(caller.store));
  const Instant now = env.clock.now();
  if (session->state == State::kOpen && session->expires_at <= now) {
    co_return Error{Errc::kCheckoutExpired, "the checkout has expired"};
  }
  const bool learns = session->state == State::kOpen && lacks_orders(*snapshot, *session, session->buyer.email);
  if (learns) {
    const BuyerBooks books{env.store, env.box, env.shoppers};
    KASSA_CO_TRY(session, co_await with_orders(books, *snapshot, session));
  }
  KASSA_CO_TRY(auto current, reprice(*session, *snapshot, env.stock, now));
  ensure(current.quote != nullptr, "a closed session has no frozen quote");
  const std::string* seen = accepted_by(*session, caller.principal);
  const bool unseen = seen == nullptr || *seen != current.quote->hash;
  if (current.moved || learns || (session->state == State::kOpen && unseen)) {
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
  env.metrics.count("checkouts_total", "canceled");
  co_return answer;
}

asio::awaitable<Result<Answer>> CheckoutService::cancel(Caller caller, CheckoutId id, KeyUse key) {
  for (int tries = 0; tries < kTriesMax; ++tries) {
    KASSA_CO_TRY(auto session, co_await impl_->owned(caller, id));
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
