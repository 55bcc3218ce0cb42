#include "services/checkout/sessions.hpp"

#include "services/checkout/statements.hpp"

namespace kassa::checkout {
namespace {

constexpr std::chrono::minutes kTerminalLife{2};
constexpr int kLoadTriesMax = 4;  ///< Others who open or drop the same session in a row.

std::string dirty_key(const Session& session) { return session.store.value + "|" + session.id.value; }

ports::SessionEntry entry_of(const SessionPtr& session) {
  ports::SessionEntry entry;
  entry.version = session->version;
  entry.expires_at = session->expires_at;
  entry.value = session;
  return entry;
}

std::string row_name(std::string_view table, const StoreId& store, std::string_view row) {
  return std::string(table) + "|" + store.value + "|" + std::string(row);
}

}  // namespace

asio::awaitable<Result<SessionPtr>> Sessions::load(StoreId store, CheckoutId id) {
  for (int tries = 0; tries < kLoadTriesMax; ++tries) {
    KASSA_CO_TRY(auto cached, co_await d_.cache.get(store, id));
    if (cached) co_return std::static_pointer_cast<const Session>(cached->value);
    // What the cache dropped before it was journaled is not lost, and is newer than what the Store has.
    SessionPtr found = unwritten(store, id);
    if (!found) {
      KASSA_CO_TRY(auto reopened, co_await reopen(store, id));
      found = reopened;
    }
    if (!found) continue;
    KASSA_CO_TRY(auto kept, co_await d_.cache.put(store, id, std::nullopt, entry_of(found)));
    if (kept) co_return found;
  }
  co_return Error{Errc::kVersionConflict, "the checkout is being changed by another request"};
}

SessionPtr Sessions::unwritten(const StoreId& store, const CheckoutId& id) {
  const std::scoped_lock lock(mutex_);
  const std::string key = store.value + "|" + id.value;
  if (const auto found = dirty_.find(key); found != dirty_.end()) return found->second;
  const auto found = writing_.find(key);
  return found == writing_.end() ? nullptr : found->second;
}

/// The session as the Store has it, under an epoch of its own; null when somebody else reopened it meanwhile.
asio::awaitable<Result<SessionPtr>> Sessions::reopen(StoreId store, CheckoutId id) {
  ports::Step read = statements::read_checkout(store, id);
  KASSA_CO_TRY(auto rows, co_await d_.store.query(std::move(read)));
  if (rows.empty()) co_return Error{Errc::kNotFound, "no such checkout"};
  const PersonId person{ports::as_string(rows[0][0])};
  KASSA_CO_TRY(auto key, co_await d_.persons.key_of(store, person));
  const std::string aad = row_name("checkout", store, id.value);
  KASSA_CO_TRY(auto text, d_.box.open_for(key, aad, ports::as_blob(rows[0][1])));
  Thawed thawed = decode_frozen(text);
  auto session = std::make_shared<Session>(std::move(thawed.session));
  session->store = store;
  session->version.epoch = ports::as_int(rows[0][2]);  // Raised since the body was written, if it was reopened before.
  session->quote = thawed.quote;
  session->rendered = std::make_shared<RenderCache>(thawed.quote);
  KASSA_CO_TRY(co_await load_answers(key, *session));
  if (session->state == State::kOpen) {
    const bool seen_last = d_.last_edits.is_last(id, session->version);
    if (!seen_last) session->accepted.clear();
    ports::Transaction raise("journal", store);
    raise.add(statements::raise_epoch(store, id, session->version.epoch));
    KASSA_CO_TRY(auto raised, co_await d_.store.commit(std::move(raise)));
    if (!raised.applied) co_return SessionPtr{};
    session->version.epoch = ports::as_int(raised.steps[0].returned[0][0]);
    if (seen_last) d_.last_edits.note(id, session->version);  // A lost edit stays lost, however often it is opened.
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
    KASSA_CO_TRY(auto body, d_.box.open_for(key, aad, ports::as_blob(row[3])));
    answer->body = std::make_shared<const std::string>(std::move(body));
    answer->journaled = true;
    session.answers.push_back(std::move(answer));
  }
  co_return ok();
}

asio::awaitable<Result<bool>> Sessions::save(SessionPtr next, std::optional<ports::SessionVersion> expected) {
  KASSA_CO_TRY(auto kept, co_await d_.cache.put(next->store, next->id, expected, entry_of(next)));
  if (!kept) co_return false;
  d_.last_edits.note(next->id, next->version);
  const std::scoped_lock lock(mutex_);
  SessionPtr& slot = dirty_[dirty_key(*next)];
  if (!slot || slot->version < next->version) slot = next;
  co_return true;
}

asio::awaitable<void> Sessions::adopt(SessionPtr next) {
  {
    const std::scoped_lock lock(mutex_);
    // Also what is being written right now: it must not be served as the session once the cache has dropped this one.
    for (auto* const table : {&dirty_, &writing_}) {
      const auto waiting = table->find(dirty_key(*next));
      if (waiting != table->end() && waiting->second->version <= next->version) table->erase(waiting);
    }
  }
  // Whoever committed first may arrive here last: what somebody has reopened and changed since stays.
  const auto held = co_await d_.cache.get(next->store, next->id);
  if (held && held.value() && held.value()->version > next->version) co_return;
  d_.last_edits.note(next->id, next->version);
  const auto dropped = co_await d_.cache.drop(next->store, next->id);
  if (!dropped) d_.log.warn("session.cache_unavailable");
  ports::SessionEntry entry = entry_of(next);
  // A completed session is the Store's; it stays here for a moment because its buyer looks at it now.
  if (is_terminal(next->state)) entry.expires_at = std::min(next->expires_at, d_.clock.now() + kTerminalLife);
  const auto kept = co_await d_.cache.put(next->store, next->id, std::nullopt, std::move(entry));
  if (!kept) d_.log.warn("session.cache_unavailable");
}

asio::awaitable<Result<void>> Sessions::forget(StoreId store, CheckoutId id) {
  {
    const std::scoped_lock lock(mutex_);
    dirty_.erase(store.value + "|" + id.value);
    writing_.erase(store.value + "|" + id.value);
  }
  co_return co_await d_.cache.drop(store, id);
}

asio::awaitable<Result<std::size_t>> Sessions::flush() {
  std::vector<SessionPtr> waiting;
  {
    const std::scoped_lock lock(mutex_);
    writing_.swap(dirty_);
    waiting.reserve(writing_.size());
    for (const auto& [key, session] : writing_) waiting.push_back(session);
  }
  if (waiting.empty()) co_return std::size_t{0};
  // A chunk belongs to one store, because a transaction does.
  std::ranges::sort(waiting, {}, [](const SessionPtr& session) { return session->store; });
  std::size_t end = 0;
  for (std::size_t begin = 0; begin < waiting.size(); begin = end) {
    end = begin;
    while (end < waiting.size() && end - begin < limits::kJournalChunkRows &&
           waiting[end]->store == waiting[begin]->store) {
      ++end;
    }
    std::vector<SessionPtr> chunk(waiting.begin() + static_cast<std::ptrdiff_t>(begin),
                                  waiting.begin() + static_cast<std::ptrdiff_t>(end));
    const auto written = co_await write_chunk(std::move(chunk));
    if (written) continue;
    // Not lost: the rest goes back and the next flush tries again; newer values have precedence.
    const std::scoped_lock lock(mutex_);
    for (std::size_t i = begin; i < waiting.size(); ++i) {
      if (!writing_.contains(dirty_key(*waiting[i]))) continue;  // Adopted or forgotten meanwhile.
      SessionPtr& slot = dirty_[dirty_key(*waiting[i])];
      if (!slot || slot->version < waiting[i]->version) slot = waiting[i];
    }
    writing_.clear();
    co_return written.error();
  }
  const std::scoped_lock lock(mutex_);
  writing_.clear();
  co_return waiting.size();
}

asio::awaitable<Result<void>> Sessions::write_chunk(std::vector<SessionPtr> chunk) {
  std::vector<PersonId> persons;
  for (const SessionPtr& session : chunk) persons.push_back(session->person);
  const StoreId store = chunk.front()->store;
  KASSA_CO_TRY(co_await d_.persons.settle(store, std::move(persons)));
  ports::Transaction transaction("journal", store);
  for (const SessionPtr& session : chunk) {
    const auto key = co_await d_.persons.key_of(session->store, session->person);
    if (!key && key.error().code == Errc::kNotFound) continue;  // Erased meanwhile: there is nothing left to keep.
    if (!key) co_return key.error();
    transaction.add(statements::write_person(*session, std::nullopt));
    transaction.add(statements::journal_checkout(*session, sealed(*session, nullptr, key.value())));
    add_answers(*session, key.value(), transaction);
  }
  if (transaction.steps.empty()) co_return ok();
  KASSA_CO_TRY(auto done, co_await d_.store.commit(std::move(transaction)));
  if (!done.applied) co_return Error{Errc::kGuardFailed, done.refused_label};
  for (const SessionPtr& session : chunk) {
    answers_are_kept(*session);
    if (session->state == State::kOpen) session->rendered->forget();  // Most open sessions are never looked at again.
  }
  co_return ok();
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

ports::SqlValue Sessions::sealed(const Session& session, const Quote* quote, const ports::DataKey& key) const {
  return d_.box.seal_for(key, row_name("checkout", session.store, session.id.value), encode_frozen(session, quote));
}

}  // namespace kassa::checkout
