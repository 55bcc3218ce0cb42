#include "services/checkout/sessions.hpp"

#include <limits>
#include <tuple>

#include "services/checkout/edit.hpp"
#include "services/checkout/statements.hpp"
#include "services/ports/email_index.hpp"

namespace kassa::checkout {
namespace {

constexpr std::chrono::minutes kTerminalLife{2};
/// While a payment is under way the Store moves on by whoever settles it, perhaps somewhere else.
constexpr std::chrono::seconds kMovingLife{5};
/// Longer than any store may let a checkout live; an erased one is never prolonged.
constexpr std::chrono::hours kErasedLife{24 * 31};
constexpr std::chrono::hours kErasedLook{1};
/// Between two chunks of the journal: longer than the writing of one takes.
constexpr std::chrono::milliseconds kBreath{3};
constexpr std::size_t kPersonsWrittenMax = 100'000;  ///< Whoever is dropped is written once more.
constexpr int kLoadTriesMax = 4;                     ///< Others who open or drop the same session in a row.

std::string dirty_key(const Session& session) { return session.store.value + "|" + session.id.value; }

std::string person_name(const Session& session) { return session.store.value + "|" + session.person.value; }

/// A session that is open lives here; any other is the Store's, and stays for a moment because its buyer looks at it.
ports::SessionEntry entry_of(const SessionPtr& session, Instant now) {
  ports::SessionEntry entry;
  entry.version = session->version;
  entry.expires_at = session->expires_at;
  if (is_terminal(session->state)) {
    entry.expires_at = std::min(entry.expires_at, now + kTerminalLife);
  } else if (session->state != State::kOpen) {
    entry.expires_at = now + kMovingLife;
  }
  entry.value = session;
  return entry;
}

std::string row_name(std::string_view table, const StoreId& store, std::string_view row) {
  return std::string(table) + "|" + store.value + "|" + std::string(row);
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
      if (!is_erased(*held)) co_return held;
      KASSA_CO_TRY(co_await forget(store, id));
      co_return Error{Errc::kNotFound, "no such checkout"};
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
  const PersonId person{ports::as_string(rows[0][0])};
  KASSA_CO_TRY(auto key, co_await d_.persons.key_of(store, person));
  const std::string aad = row_name("checkout", store, id.value);
  KASSA_CO_TRY(auto text, d_.box.open_for(key, aad, ports::as_blob(rows[0][1])));
  Thawed thawed = decode_frozen(text);
  auto session = std::make_shared<Session>(std::move(thawed.session));
  const ports::SessionVersion body_version = session->version;
  session->store = store;
  session->version.epoch = ports::as_int(rows[0][2]);  // Raised since the body was written, if it was reopened before.
  session->quote = thawed.quote;
  session->rendered = std::make_shared<RenderCache>(thawed.quote);
  KASSA_CO_TRY(co_await load_answers(key, *session));
  Stored stored;
  // What this process remembers says nothing about what others have shown meanwhile.
  if (d_.cache.shared()) {
    stored.seen_last = thawed.written == Written::kInPlaceOfTheCache && body_version == session->version;
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
  const auto kept = co_await d_.cache.put(next->store, next->id, expected, entry_of(next, d_.clock.now()));
  if (!kept) co_return co_await write_through(std::move(next), expected);
  if (!kept.value()) co_return false;
  d_.last_edits.note(next->id, next->version);
  const std::scoped_lock lock(mutex_);
  SessionPtr& slot = dirty_[dirty_key(*next)];
  if (!slot || slot->version < next->version) slot = next;
  co_return true;
}

asio::awaitable<bool> Sessions::hold(SessionPtr session, QuotePtr quote) {
  const Instant now = d_.clock.now();
  auto held = std::make_shared<Session>(*session);
  held->version.n += 1;
  held->held_until = now + limits::kLeaseTime;
  held->quote = std::move(quote);
  const ports::SessionVersion expected = session->version;
  ports::SessionEntry entry = entry_of(held, now);
  const auto kept = co_await d_.cache.put(session->store, session->id, expected, std::move(entry));
  co_return !kept || kept.value();
}

asio::awaitable<void> Sessions::let_go(StoreId store, CheckoutId id) {
  const auto cached = co_await d_.cache.get(store, id);
  if (!cached || !cached.value()) co_return;
  const ports::SessionVersion expected = cached.value()->version;
  auto open = std::make_shared<Session>(static_cast<const Session&>(*cached.value()->value));
  if (!open->held_until) co_return;
  open->version.n += 1;
  open->held_until.reset();
  open->quote.reset();
  ports::SessionEntry entry = entry_of(open, d_.clock.now());
  (void)co_await d_.cache.put(store, id, expected, std::move(entry));  // Not kept: somebody else has moved it on.
}

asio::awaitable<void> Sessions::adopt(SessionPtr next) {
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

asio::awaitable<Result<void>> Sessions::forget(StoreId store, CheckoutId id) {
  {
    const std::scoped_lock lock(mutex_);
    dirty_.erase(store.value + "|" + id.value);
    writing_.erase(store.value + "|" + id.value);
  }
  const auto disowned = co_await disown(store, id, std::nullopt);
  const auto dropped = co_await d_.cache.drop(store, id);
  if (!dropped || !disowned) {
    constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();
    note_outdated(store, id, ports::SessionVersion{kAny, kAny});
  }
  co_return ok();
}

asio::awaitable<Result<std::size_t>> Sessions::flush(Pause pause) {
  if (any_outdated_) co_await drop_all_outdated();
  if (any_erased_) drop_old_erasures();
  std::vector<SessionPtr> waiting;
  {
    const std::scoped_lock lock(mutex_);
    writing_.swap(dirty_);
    waiting.reserve(writing_.size());
    for (const auto& [key, session] : writing_) waiting.push_back(session);
  }
  if (waiting.empty()) co_return std::size_t{0};
  // A chunk belongs to one store, because a transaction does; what was made at one time lies on the same pages.
  std::ranges::sort(waiting, [](const SessionPtr& a, const SessionPtr& b) {
    return std::tie(a->store, a->id) < std::tie(b->store, b->id);
  });
  const auto breath = std::min<std::chrono::microseconds>(
      kBreath, limits::kJournalDelay / 2 / (1 + static_cast<std::int64_t>(waiting.size() / limits::kJournalChunkRows)));
  std::size_t end = 0;
  Result<std::size_t> outcome = waiting.size();
  for (std::size_t begin = 0; begin < waiting.size(); begin = end) {
    if (begin > 0 && pause) co_await pause(breath);
    end = begin;
    while (end < waiting.size() && end - begin < limits::kJournalChunkRows &&
           waiting[end]->store == waiting[begin]->store) {
      ++end;
    }
    std::vector<SessionPtr> chunk(waiting.begin() + static_cast<std::ptrdiff_t>(begin),
                                  waiting.begin() + static_cast<std::ptrdiff_t>(end));
    const auto written = co_await write_chunk(std::move(chunk));
    if (written) continue;
    // Not lost: these go back and the next flush tries again; newer values have precedence. The others do not wait.
    outcome = written.error();
    const std::scoped_lock lock(mutex_);
    for (std::size_t i = begin; i < end; ++i) {
      if (!writing_.contains(dirty_key(*waiting[i]))) continue;  // Adopted or forgotten meanwhile.
      SessionPtr& slot = dirty_[dirty_key(*waiting[i])];
      if (!slot || slot->version < waiting[i]->version) slot = waiting[i];
    }
  }
  const std::scoped_lock lock(mutex_);
  writing_.clear();
  co_return outcome;
}

asio::awaitable<Result<void>> Sessions::write_chunk(std::vector<SessionPtr> chunk) {
  std::vector<PersonId> persons;
  for (const SessionPtr& session : chunk) persons.push_back(session->person);
  const StoreId store = chunk.front()->store;
  KASSA_CO_TRY(co_await d_.persons.settle(store, std::move(persons)));
  ports::Transaction transaction("journal", store);
  std::vector<std::pair<std::size_t, SessionPtr>> journaled;  // By step.
  for (const SessionPtr& session : chunk) {
    const auto key = co_await d_.persons.key_of(session->store, session->person);
    if (!key && key.error().code == Errc::kNotFound) continue;  // Erased meanwhile: there is nothing left to keep.
    if (!key && key.error().code == Errc::kSealBroken) {
      // Damaged for good; all that is behind it must not wait for it.
      d_.log.error("session.key_damaged", {{"checkout", session->id.value}});
      continue;
    }
    if (!key) co_return key.error();
    if (!person_is_written(*session)) {
      transaction.add(statements::write_person(*session, email_hash(*session)));
    }
    journaled.emplace_back(transaction.steps.size(), session);
    transaction.add(
        statements::journal_checkout(*session, sealed(*session, nullptr, key.value(), Written::kAfterTheAnswer)));
    add_answers(*session, key.value(), transaction);
  }
  if (transaction.steps.empty()) co_return ok();
  KASSA_CO_TRY(auto done, co_await d_.store.commit(std::move(transaction)));
  if (!done.applied) co_return Error{Errc::kGuardFailed, done.refused_label};
  if (d_.cache.shared()) {
    for (const auto& [step, session] : journaled) {
      if (done.steps[step].rows == 0) co_await give_up_fork(session);
    }
  }
  for (const auto& [step, session] : journaled) {
    answers_are_kept(*session);
    if (done.steps[step].rows > 0) note_written(*session);
    if (session->state == State::kOpen) session->rendered->forget();  // Most open sessions are never looked at again.
  }
  co_return ok();
}

/// A person's row says since when and by which e-mail it is known, so an edit seldom changes it. Where others may write
/// it, too, it is always written.
bool Sessions::person_is_written(const Session& session) {
  if (d_.cache.shared()) return false;
  const std::scoped_lock lock(mutex_);
  const auto found = persons_written_.find(person_name(session));
  return found != persons_written_.end() && found->second == std::hash<std::string>{}(session.buyer.email);
}

void Sessions::note_written(const Session& session) {
  const std::scoped_lock lock(mutex_);
  if (persons_written_.size() >= kPersonsWrittenMax) persons_written_.clear();
  persons_written_.insert_or_assign(person_name(session), std::hash<std::string>{}(session.buyer.email));
}

std::optional<Bytes> Sessions::email_hash(const Session& session) const {
  if (session.buyer.email.empty()) return std::nullopt;
  return ports::email_hash(d_.box, session.store, session.buyer.email);
}

void Sessions::add_answers(const Session& session, const ports::DataKey& key, ports::Transaction& transaction) const {
  for (const auto& answer : session.answers) {
    if (answer->journaled) continue;
    const std::string aad = row_name("answer", session.store, answer->scope_and_key);
    transaction.add(statements::write_answer(session, *answer, d_.box.seal_for(key, aad, *answer->body)));
  }
}

void Sessions::answers_are_kept(const Session& session) {
  for (const auto& answer : session.answers) answer->journaled = true;
}

ports::SqlValue Sessions::sealed(const Session& session, const Quote* quote, const ports::DataKey& key,
                                 Written written) const {
  return d_.box.seal_for(key, row_name("checkout", session.store, session.id.value),
                         encode_frozen(session, quote, written));
}

}  // namespace kassa::checkout
