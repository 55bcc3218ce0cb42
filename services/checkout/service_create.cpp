#include "services/base/limits.hpp"
#include "services/checkout/known_orders.hpp"
#include "services/checkout/service_impl.hpp"

namespace kassa::checkout {
namespace {

std::string_view prefix_of(Kind kind) noexcept { return kind == Kind::kCart ? "crt_" : "chk_"; }

Currency choose_currency(const Patch& patch, const ports::StoreSettings& settings) {
  const Context* context = patch.context.value();
  const auto wanted = context != nullptr ? Currency::from_code(context->currency) : std::nullopt;
  if (wanted && std::ranges::find(settings.currencies, *wanted) != settings.currencies.end()) return *wanted;
  const std::string country = context != nullptr ? context->country : std::string{};
  const auto own = std::ranges::find(settings.currency_by_country, country, &std::pair<std::string, Currency>::first);
  if (own != settings.currency_by_country.end()) return own->second;
  return settings.currencies.front();
}

/// What the buyer chose; the cart keeps it, too.
void take_over(const Session& cart, Session& session) {
  session.owner = cart.owner;
  session.currency = cart.currency;
  session.lines = cart.lines;
  session.buyer = cart.buyer;
  session.context = cart.context;
  session.codes = cart.codes;
  session.has_codes = cart.has_codes;
  session.attribution = cart.attribution;
  session.detail = cart.detail;
  session.vouched = cart.vouched;
  session.facts = cart.facts;
}

/// But for the language, which every browser has.
bool says_nothing(const Context& context) noexcept {
  return context.country.empty() && context.region.empty() && context.postal_code.empty() && context.currency.empty() &&
         context.intent.empty() && context.eligibility.empty();
}

/// What the cart says wins over what the request says.
Patch without_what_is_said(Patch patch, const Session& cart) {
  patch.lines = {};
  if (!cart.buyer.empty()) patch.buyer = {};
  if (!says_nothing(cart.context)) patch.context = {};
  if (patch.context.present() && patch.context.value() != nullptr && !cart.context.language.empty()) {
    Context context = *patch.context.value();
    context.language = cart.context.language;
    patch.context.set(std::move(context));
  }
  if (cart.has_codes) patch.codes = {};
  if (!cart.attribution.empty()) patch.attribution = {};
  return patch;
}

}  // namespace

Session CheckoutService::Impl::fresh(const Caller& caller, const Making& making, const Patch& patch,
                                     const Snapshot& snapshot, Instant now) {
  Session session;
  session.store = caller.store;
  session.id = making.id;
  session.kind = making.kind;
  session.owner = caller.principal;
  session.created_at = now;
  if (making.cart) {
    take_over(*making.cart, session);
  } else {
    session.currency = choose_currency(patch, snapshot.settings);
  }
  return session;
}

/// With a key, the id follows from it: a repeated create finds the session of the first, even after a restart.
/// `again`: of a key that was good once and has been forgotten since; empty the first time.
CheckoutId CheckoutService::Impl::new_id(const Caller& caller, const KeyUse& key, Kind kind, const std::string& again) {
  if (key.key.empty()) return make_id<CheckoutId>(prefix_of(kind), env.clock, env.random);
  const Digest digest = env.box.blind("create|" + caller.store.value, key.scope + "\n" + key.key + again);
  return CheckoutId{std::string(prefix_of(kind)) + to_base32(digest).substr(0, 36)};
}

/// A key is good for a day. The id that follows from it may outlive it by weeks; then the id follows from the key and
/// the day of its new beginning, which a repeat looks for on that day and on the next.
asio::awaitable<Result<CheckoutService::Impl::Before>> CheckoutService::Impl::find_created(const Caller& caller,
                                                                                           const KeyUse& key, Kind kind,
                                                                                           Instant now) {
  const auto day = std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
  const std::array<std::string, 3> beginnings{"", "\n" + std::to_string(day - 1), "\n" + std::to_string(day)};
  std::array<CheckoutId, 3> ids;
  for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = new_id(caller, key, kind, beginnings[i]);
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
    const bool there =
        std::ranges::any_of(rows, [&](const ports::Row& row) { return ports::as_string(row[0]) == ids[i].value; });
    if (there) {
      // Another process has made it since it was looked for; or its row is there still while its person is erased, and
      // the key must not bring the id back to life.
      KASSA_CO_TRY(auto since, co_await created_before(caller, ids[i], key, now));
      if (since) co_return Before{ids[i], std::move(since)};
      continue;
    }
    // Yesterday is not when this one begins.
    if (i != 1 && !place) place = Before{ids[i], std::nullopt};
    // The first may be gone by its age while a later one is not; usually there is none of them.
    if (i == 0 && rows.empty()) co_return *place;
  }
  if (place) co_return *place;
  co_return Error{Errc::kIdempotencyConflict, "the idempotency key was used with another request"};
}

/// The answer of the create that made this checkout; nullopt when it was made so long ago that its key is forgotten.
asio::awaitable<Result<std::optional<Answer>>> CheckoutService::Impl::created_before(const Caller& caller,
                                                                                     const CheckoutId& id,
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

asio::awaitable<Result<std::optional<Answer>>> CheckoutService::Impl::make(const Caller& caller, const KeyUse& key,
                                                                           const Patch& patch, const Making& making,
                                                                           Instant now) {
  if (!env.sessions.may_note()) co_return not_written();
  if (!key.key.empty()) {
    KASSA_CO_TRY(kept_answers.may_keep(caller, key, nullptr, now));
  }
  KASSA_CO_TRY(auto snapshot, co_await env.snapshots.get(caller.store));
  Session session = fresh(caller, making, patch, *snapshot, now);
  KASSA_CO_TRY(const auto inputs, co_await learn(caller, session, patch, *snapshot, now));
  KASSA_CO_TRY(auto edited, edit(session, caller, key, patch, Operation::kCreate, inputs));
  // A key is durable soon and stays: whoever is refused gets none.
  edited.session->person = env.persons.create(caller.store);
  KASSA_CO_TRY(auto kept, co_await env.sessions.save(edited.session, std::nullopt));
  if (!kept) co_return std::optional<Answer>{};
  kept_answers.count(caller, key, edited.answer, now);
  if (making.kind == Kind::kCheckout) env.metrics.count("checkouts_total", "created");
  co_return std::optional<Answer>{std::move(edited.answer)};
}

asio::awaitable<Result<Answer>> CheckoutService::create(Caller caller, KeyUse key, Patch patch, Kind kind) {
  const Instant now = impl_->env.clock.now();
  Impl::Making making;
  making.kind = kind;
  if (key.key.empty()) {
    making.id = impl_->new_id(caller, key, kind);
  } else {
    KASSA_CO_TRY(auto before, co_await impl_->find_created(caller, key, kind, now));
    if (before.answer) co_return *before.answer;
    making.id = std::move(before.id);
  }
  KASSA_CO_TRY(auto made, co_await impl_->make(caller, key, patch, making, now));
  if (made) co_return std::move(*made);
  KASSA_CO_TRY(auto other, co_await impl_->created_before(caller, making.id, key, now));
  if (other) co_return *other;
  co_return Error{Errc::kVersionConflict, "the checkout is being made by another request"};
}

/// Two conversions at once mean the same checkout: its id follows from the cart.
CheckoutId CheckoutService::Impl::converted_id(const Session& cart) {
  const Digest digest =
      env.box.blind("convert|" + cart.store.value, cart.id.value + "\n" + std::to_string(cart.conversions));
  return CheckoutId{std::string(prefix_of(Kind::kCheckout)) + to_base32(digest).substr(0, 36)};
}

/// What a conversion answers when the checkout of this id is there; nullopt: it is not, or is `over`.
asio::awaitable<Result<std::optional<Answer>>> CheckoutService::Impl::conversion(const Caller& caller,
                                                                                 const KeyUse& key,
                                                                                 const CheckoutId& id, bool& over) {
  auto there = co_await env.sessions.load_at_once(caller.store, id);
  if (!there && there.error().code == Errc::kNotFound) {
    ports::Step read = statements::existing_checkouts(caller.store, {id, id, id});
    KASSA_CO_TRY(const auto rows, co_await env.store.query(std::move(read)));
    if (rows.empty()) co_return std::optional<Answer>{};
    // Another process has made it since it was looked for; or its row is there still while its person is erased.
    there = co_await env.sessions.load_at_once(caller.store, id);
    over = !there && there.error().code == Errc::kNotFound;
    if (over) co_return std::optional<Answer>{};
  }
  if (!there) co_return there.error();
  const SessionPtr& session = there.value();
  const Instant now = env.clock.now();
  KASSA_CO_TRY(auto stored, stored_answer(*session, key, now));
  if (stored) co_return stored;
  if (may_have_forgotten(*session, key)) {
    KASSA_CO_TRY(auto old, co_await env.sessions.old_answer(session, key));
    if (old) co_return old;
  }
  over = is_terminal(session->state) || (session->state == State::kOpen && session->is_over(now));
  if (over) co_return std::optional<Answer>{};
  KASSA_CO_TRY(auto shown, co_await show(caller, session, Operation::kGet));
  co_return std::optional<Answer>{std::move(shown)};
}

asio::awaitable<Result<Answer>> CheckoutService::convert(Caller caller, KeyUse key, CheckoutId cart_id, Patch patch) {
  for (int tries = 0; tries < Impl::kTriesMax; ++tries) {
    KASSA_CO_TRY(auto cart, co_await impl_->owned(caller, cart_id, Kind::kCart));
    const Instant now = impl_->env.clock.now();
    if (cart->is_over(now)) co_return co_await impl_->end_of(cart);
    Impl::Making making;
    making.id = impl_->converted_id(*cart);
    making.cart = cart;
    bool over = false;
    KASSA_CO_TRY(auto before, co_await impl_->conversion(caller, key, making.id, over));
    if (before) co_return std::move(*before);
    if (over) {
      auto next = std::make_shared<Session>(*cart);
      next->conversions += 1;
      next->version.n += 1;
      next->rendered = std::make_shared<RenderCache>();
      KASSA_CO_TRY(co_await impl_->env.sessions.save(next, cart->version));
      continue;  // Whoever was faster has counted it.
    }
    const Patch rest = without_what_is_said(patch, *cart);
    KASSA_CO_TRY(auto made, co_await impl_->make(caller, key, rest, making, now));
    if (made) co_return std::move(*made);
  }
  co_return Error{Errc::kVersionConflict, "the cart is being converted by another request"};
}

}  // namespace kassa::checkout
