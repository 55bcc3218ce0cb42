#include "services/checkout/sessions.hpp"

#include <limits>

#include "services/checkout/edit.hpp"
#include "services/checkout/session_names.hpp"
#include "services/checkout/statements.hpp"

namespace kassa::checkout {
namespace {

constexpr std::chrono::minutes kTerminalLife{2};
/// While a payment is under way the Store moves on by whoever settles it, perhaps somewhere else.
constexpr std::chrono::seconds kMovingLife{5};
/// Longer than any store may let a checkout live; an erased one is never prolonged.
constexpr std::chrono::hours kErasedLife{24 * 31};
constexpr std::chrono::hours kErasedLook{1};
constexpr int kLoadTriesMax = 4;  ///< Others who open or drop the same session in a row.
constexpr int kHoldTriesMax = 2;
constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();
constexpr ports::SessionVersion kNewest{kAny, kAny};

/// A session that is open lives here; any other is the Store's, and stays for a moment because its buyer looks at it.
ports::SessionEntry entry_of(const SessionPtr& session, Instant now) {
  ports::SessionEntry entry;
  entry.version = session->version;
  entry.expires_at = session->expires_at;
  if (session->expired) {
    entry.expires_at = now + kTerminalLife;
  } else if (is_terminal(session->state)) {
    entry.expires_at = std::min(entry.expires_at, now + kTerminalLife);
  } else if (session->state != State::kOpen) {
    entry.expires_at = now + kMovingLife;
  }
  entry.value = session;
  return entry;
}

/// The session as it is when nobody holds it any more.
std::shared_ptr<Session> opened(const Session& held) {
  auto open = std::make_shared<Session>(held);
  open->version.n += 1;
  open->held_until.reset();
  open->holder.reset();
  open->quote.reset();
  // What was rendered names the version that it had.
  open->rendered = std::make_shared<RenderCache>(open->rendered->quote());
  return open;
}

}  // namespace

asio::awaitable<Result<SessionPtr>> Sessions::load_at_once(StoreId store, CheckoutId id) {
  for (int tries = 0; tries < kLoadTriesMax; ++tries) {
    const auto asked = co_await d_.cache.get(store, id);
    if (!asked) co_return co_await read_through(store, id);
    const auto& cached = asked.value();
    if (cached && is_outdated(store, id, cached->version)) {
      const auto dropped = co_await drop_outdated(store, id);
      if (!dropped) co_return co_await read_through(store, id);
    } else if (cached) {
      auto held = std::static_pointer_cast<const Session>(cached->value);
      if (is_erased(*held)) {
        KASSA_CO_TRY(co_await forget(store, id));
        co_return Error{Errc::kNotFound, "no such checkout"};
      }
      if (!has_lapsed(*held)) co_return held;
      const auto dropped = co_await drop_lapsed(held);
      if (!dropped || !dropped.value()) co_return held;
    }
    // What the cache dropped before it was journaled is not lost, and is newer than what the Store has.
    SessionPtr found = unwritten(store, id);
    if (d_.cache.shared()) {
      // Others may have made something newer of it: the Store finds out.
      if (found) {
        KASSA_CO_TRY(co_await write_unwritten(store, id));
      }
      found = nullptr;
    }
    if (!found) {
      KASSA_CO_TRY(auto reopened, co_await reopen(store, id));
      found = reopened;
    }
    if (!found) continue;
    // Whoever settles a payment tells the cache; what was read meanwhile may be older than that.
    if (found->state == State::kCompleting || found->state == State::kNeedsBuyer) co_return found;
    const auto kept = co_await d_.cache.put(store, id, std::nullopt, entry_of(found, d_.clock.now()));
    if (!kept || kept.value()) co_return found;  // Not kept because the cache is away: save() will find that out, too.
  }
  co_return Error{Errc::kVersionConflict, "the checkout is being changed by another request"};
}

bool Sessions::has_lapsed(const Session& session) const {
  return session.held_until && d_.cache.shared() && !session.is_held(d_.clock.now());
}

bool Sessions::is_erased(const Session& session) {
  if (!any_erased_) return false;
  const std::scoped_lock lock(mutex_);
  return erased_.contains(session.store.value + "|" + session.person.value);
}

void Sessions::forget_person(const StoreId& store, const PersonId& person) {
  const std::scoped_lock lock(mutex_);
  erased_.insert_or_assign(store.value + "|" + person.value, d_.clock.now());
  any_erased_ = true;
  persons_written_.erase(store.value + "|" + person.value);
  for (auto* const table : {&dirty_, &writing_}) {
    std::erase_if(*table,
                  [&](const auto& entry) { return entry.second->store == store && entry.second->person == person; });
  }
}

std::size_t Sessions::erased_persons() {
  const std::scoped_lock lock(mutex_);
  return erased_.size();
}

void Sessions::drop_old_erasures() {
  const Instant now = d_.clock.now();
  const std::scoped_lock lock(mutex_);
  if (now < erasures_looked_at_ + kErasedLook) return;
  erasures_looked_at_ = now;
  std::erase_if(erased_, [now](const auto& entry) { return entry.second + kErasedLife < now; });
  any_erased_ = !erased_.empty();
}

SessionPtr Sessions::unwritten(const StoreId& store, const CheckoutId& id) {
  const std::scoped_lock lock(mutex_);
  const std::string key = store.value + "|" + id.value;
  if (const auto found = dirty_.find(key); found != dirty_.end()) return found->second;
  const auto found = writing_.find(key);
  return found == writing_.end() ? nullptr : found->second;
}

asio::awaitable<Result<Sessions::Stored>> Sessions::read(StoreId store, CheckoutId id) {
  ports::Step step = statements::read_checkout(store, id);
  KASSA_CO_TRY(auto rows, co_await d_.store.query(std::move(step)));
  if (rows.empty()) co_return absence(id);
  co_return co_await thaw(std::move(store), std::move(id), std::move(rows[0]));
}

asio::awaitable<Result<Sessions::Stored>> Sessions::thaw(StoreId store, CheckoutId id, ports::Row row) {
  const PersonId person{ports::as_string(row[0])};
  KASSA_CO_TRY(auto key, co_await d_.persons.key_of(store, person));
  const std::string aad = row_name("checkout", store, id.value);
  KASSA_CO_TRY(auto text, d_.box.open_for(key, aad, ports::as_blob(row[1])));
  Thawed thawed = decode_frozen(text);
  auto session = std::make_shared<Session>(std::move(thawed.session));
  Stored stored;
  stored.written_as = session->version;
  stored.in_place = thawed.written == Written::kInPlaceOfTheCache;
  session->store = store;
  session->held_until.reset();  // The Store itself decides between a completion and whoever reads here.
  session->version.epoch = ports::as_int(row[2]);  // Raised since the body was written, if it was reopened before.
  session->quote = thawed.quote;
  session->rendered = std::make_shared<RenderCache>(thawed.quote);
  KASSA_CO_TRY(co_await load_answers(key, *session));
  // What this process remembers says nothing about what others have shown meanwhile.
  if (d_.cache.shared()) {
    stored.seen_last = stored.in_place && stored.written_as == session->version;
  } else {
    stored.seen_last = d_.last_edits.is_last(id, session->version);
  }
  if (session->state == State::kOpen && !stored.seen_last) session->accepted.clear();
  stored.session = std::move(session);
  co_return stored;
}

/// The session as the Store has it, under an epoch of its own; null when somebody else reopened it meanwhile.
asio::awaitable<Result<SessionPtr>> Sessions::reopen(StoreId store, CheckoutId id) {
  KASSA_CO_TRY(auto stored, co_await read(store, id));
  auto session = stored.session;
  if (session->state == State::kOpen) {
    ports::Transaction raise("journal", store);
    raise.add(statements::raise_epoch(store, id, session->version.epoch));
    KASSA_CO_TRY(auto raised, co_await d_.store.commit(std::move(raise)));
    if (!raised.applied) co_return SessionPtr{};
    session->version.epoch = ports::as_int(raised.steps[0].returned[0][0]);
    // A lost edit stays lost, however often it is opened.
    if (stored.seen_last) d_.last_edits.note(id, session->version);
  }
  co_return SessionPtr(std::move(session));
}

asio::awaitable<Result<void>> Sessions::load_answers(const ports::DataKey& key, Session& session) {
  ports::Step read = statements::read_answers(session.store, session.id);
  KASSA_CO_TRY(auto rows, co_await d_.store.query(std::move(read)));
  std::ranges::reverse(rows);  // A session keeps them oldest first.
  for (const ports::Row& row : rows) {
    auto answer = std::make_shared<StoredAnswer>();
    answer->scope_and_key = ports::as_string(row[0]);
    answer->fingerprint = ports::as_string(row[1]);
    answer->status = static_cast<int>(ports::as_int(row[2]));
    answer->at = from_millis(ports::as_int(row[4]));
    const std::string aad = row_name("answer", session.store, answer->scope_and_key);
    auto body = d_.box.open_for(key, aad, ports::as_blob(row[3]));
    if (!body) {
      // Lost for its repeat; the checkout is not.
      d_.log.error("session.answer_damaged", {{"checkout", session.id.value}});
      continue;
    }
    answer->body = std::make_shared<const std::string>(std::move(body).value());
    answer->journaled = true;
    session.answers.push_back(std::move(answer));
  }
  co_return ok();
}

asio::awaitable<Result<std::optional<Answer>>> Sessions::old_answer(SessionPtr session, KeyUse key) {
  const std::string name = answer_key(key);
  ports::Step read = statements::read_answer(session->store, session->id, name);
  KASSA_CO_TRY(auto rows, co_await d_.store.query(std::move(read)));
  if (rows.empty()) co_return std::optional<Answer>{};
  if (from_millis(ports::as_int(rows[0][3])) + kAnswerKeyLife <= d_.clock.now()) co_return std::optional<Answer>{};
  if (ports::as_string(rows[0][0]) != key.fingerprint) {
    co_return Error{Errc::kIdempotencyConflict, "the idempotency key was used with another request"};
  }
  KASSA_CO_TRY(auto data_key, co_await d_.persons.key_of(session->store, session->person));
  const std::string aad = row_name("answer", session->store, name);
  KASSA_CO_TRY(auto body, d_.box.open_for(data_key, aad, ports::as_blob(rows[0][2])));
  Answer answer;
  answer.status = static_cast<int>(ports::as_int(rows[0][1]));
  answer.body = std::make_shared<const std::string>(std::move(body));
  answer.replayed = true;
  co_return std::optional<Answer>{std::move(answer)};
}

asio::awaitable<Result<bool>> Sessions::save(SessionPtr next, std::optional<ports::SessionVersion> expected) {
  if (expected && is_outdated(next->store, next->id, *expected)) {
    co_return co_await write_through(std::move(next), expected);
  }
  const auto kept = co_await d_.cache.put(next->store, next->id, expected, entry_of(next, d_.clock.now()));
  if (!kept) co_return co_await write_through(std::move(next), expected);
  if (!kept.value()) co_return false;
  d_.last_edits.note(next->id, next->version);
  const std::scoped_lock lock(mutex_);
  SessionPtr& slot = dirty_[dirty_key(*next)];
  if (!slot || slot->version < next->version) slot = next;
  note_crowd();
  co_return true;
}

asio::awaitable<bool> Sessions::hold(SessionPtr session, QuotePtr quote, std::weak_ptr<const void> holder) {
  const Instant now = d_.clock.now();
  auto held = std::make_shared<Session>(*session);
  held->version.n += 1;
  held->held_until = now + limits::kLeaseTime;
  held->holder = std::move(holder);
  held->quote = std::move(quote);
  const ports::SessionVersion expected = session->version;
  for (int tries = 0; tries < kHoldTriesMax; ++tries) {
    ports::SessionEntry entry = entry_of(held, now);
    const auto kept = co_await d_.cache.put(session->store, session->id, expected, std::move(entry));
    if (kept && kept.value()) co_return true;
    // What was not answered may have been carried out.
    if (kept) co_return tries > 0 && co_await is_held_as(held);
  }
  // From now on this process has what the cache holds for old: who changes it raises the epoch in the Store first.
  note_outdated(session->store, session->id, ports::SessionVersion{expected.epoch + 1, 0}, expected);
  co_return true;
}

asio::awaitable<bool> Sessions::is_held_as(SessionPtr held) {
  const auto cached = co_await d_.cache.get(held->store, held->id);
  if (!cached || !cached.value() || cached.value()->version != held->version) co_return false;
  const auto& there = static_cast<const Session&>(*cached.value()->value);
  const bool same = there.held_until && there.quote && there.quote->hash == held->quote->hash;
  co_return same;
}

asio::awaitable<void> Sessions::release(StoreId store, CheckoutId id) {
  const auto cached = co_await d_.cache.get(store, id);
  if (!cached || !cached.value()) co_return;
  const ports::SessionVersion expected = cached.value()->version;
  const auto& held = static_cast<const Session&>(*cached.value()->value);
  if (!held.held_until || held.state != State::kOpen) co_return;
  SessionPtr open = opened(held);
  // Without a row there is nothing to move on, and the hold lapses by itself.
  static_cast<void>(co_await write_unwritten(store, id));
  const auto written = co_await write_in_place(open, expected, PersonRow::kLeft);
  if (!written || !written.value()) co_return;
  open = written.value();
  ports::SessionEntry entry = entry_of(open, d_.clock.now());
  const auto kept = co_await d_.cache.put(store, id, expected, std::move(entry));
  if (!kept) co_return note_outdated(store, id, open->version, expected);
  if (!kept.value()) co_return;
  d_.last_edits.note(open->id, open->version);
  const std::scoped_lock lock(mutex_);
  dirty_.insert_or_assign(dirty_key(*open), open);  // For the person's row, which was left.
}

asio::awaitable<void> Sessions::adopt(SessionPtr next) {
  if (d_.written) d_.written(next);
  {
    const std::scoped_lock lock(mutex_);
    // Also what is being written right now: it must not be served as the session once the cache has dropped this one.
    for (auto* const table : {&dirty_, &writing_}) {
      const auto waiting = table->find(dirty_key(*next));
      if (waiting != table->end() && waiting->second->version <= next->version) table->erase(waiting);
    }
    persons_written_.erase(person_name(*next));  // The transaction may have written another e-mail.
  }
  for (int tries = 0; tries < kLoadTriesMax; ++tries) {
    const auto held = co_await d_.cache.get(next->store, next->id);
    if (!held) co_return note_outdated(next->store, next->id, next->version);
    std::optional<ports::SessionVersion> expected;
    if (held.value()) expected = held.value()->version;
    // Whoever committed first may arrive here last: what somebody has reopened and changed since stays.
    if (expected && *expected > next->version) co_return;
    d_.last_edits.note(next->id, next->version);
    const auto kept = co_await d_.cache.put(next->store, next->id, expected, entry_of(next, d_.clock.now()));
    if (!kept) co_return note_outdated(next->store, next->id, next->version);
    if (kept.value()) co_return;
  }
  const auto dropped = co_await d_.cache.drop(next->store, next->id);
  if (!dropped) note_outdated(next->store, next->id, next->version);
}

asio::awaitable<Result<void>> Sessions::forget(SessionPtr tried) {
  const auto cached = co_await d_.cache.get(tried->store, tried->id);
  if (cached && cached.value() && cached.value()->version.epoch > tried->version.epoch) co_return ok();
  co_return co_await forget(tried->store, tried->id);
}

asio::awaitable<Result<void>> Sessions::forget(StoreId store, CheckoutId id) {
  const SessionPtr lost = d_.cache.shared() ? unwritten(store, id) : nullptr;
  if (lost) {
    KASSA_CO_TRY(co_await give_up_fork(lost));
  }
  {
    const std::scoped_lock lock(mutex_);
    dirty_.erase(store.value + "|" + id.value);
    writing_.erase(store.value + "|" + id.value);
  }
  const Known nothing{kNewest, std::nullopt};
  const auto dropped = co_await drop_older(store, id, nothing);
  if (!dropped) note_outdated(store, id, kNewest);
  co_return ok();
}

}  // namespace kassa::checkout
