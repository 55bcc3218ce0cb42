#include <algorithm>
#include <tuple>

#include "services/checkout/session_names.hpp"
#include "services/checkout/sessions.hpp"
#include "services/checkout/statements.hpp"
#include "services/ports/email_index.hpp"

namespace kassa::checkout {
namespace {

/// Between two chunks of the journal: longer than the writing of one takes.
constexpr std::chrono::milliseconds kBreath{3};
constexpr std::size_t kPersonsWrittenMax = 100'000;  ///< Whoever is dropped is written once more.

}  // namespace

asio::awaitable<Result<std::size_t>> Sessions::flush(Pause pause) {
  if (any_outdated_) co_await drop_all_outdated();
  if (any_erased_) drop_old_erasures();
  std::vector<SessionPtr> waiting = take_due(pause ? Hurry::kNone : Hurry::kEverything);
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
  note_crowd();
  co_return outcome;
}

/// Under the mutex.
void Sessions::note_crowd() noexcept { crowded_ = dirty_.size() + writing_.size() >= d_.noted_max; }

/// What is written now. A checkout whose row is younger than limits::kJournalRest waits for its next turn: somebody who
/// changes it all the time writes a row a second, not four. Other processes read what this one writes, so where there
/// may be others nothing waits.
std::vector<SessionPtr> Sessions::take_due(Hurry hurry) {
  const std::scoped_lock lock(mutex_);
  const Instant now = d_.clock.now();
  std::erase_if(rows_written_, [now](const auto& row) { return row.second + limits::kJournalRest <= now; });
  const auto may_wait = [&](const auto& entry) {
    return hurry == Hurry::kNone && rows_written_.contains(entry.first) &&
           entry.second->answers.size() <= limits::kStoredAnswersPerSessionMax;
  };
  std::vector<SessionPtr> due;
  for (auto entry = dirty_.begin(); entry != dirty_.end();) {
    const auto next = std::next(entry);
    if (!may_wait(*entry)) {
      due.push_back(entry->second);
      writing_.insert(dirty_.extract(entry));
    }
    entry = next;
  }
  note_crowd();
  return due;
}

asio::awaitable<Result<void>> Sessions::write_noted(StoreId store, Bytes hash) {
  std::vector<SessionPtr> noted;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto* const table : {&dirty_, &writing_}) {
      for (const auto& [name, session] : *table) {
        if (session->store == store && !session->buyer.email.empty()) noted.push_back(session);
      }
    }
  }
  for (const SessionPtr& session : noted) {
    if (email_hash(*session) != hash) continue;
    KASSA_CO_TRY(co_await write_unwritten(store, session->id));
  }
  co_return ok();
}

asio::awaitable<Result<void>> Sessions::write_chunk(std::vector<SessionPtr> chunk) {
  std::vector<PersonId> persons;
  persons.reserve(chunk.size());
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
  for (const auto& [step, session] : journaled) {
    answers_are_kept(*session);
    if (done.steps[step].rows > 0) {
      note_written(*session);
      if (d_.written) d_.written(session);
    }
    if (session->state == State::kOpen) session->rendered->forget();  // Most open sessions are never looked at again.
  }
  if (!d_.cache.shared()) co_return ok();
  for (const auto& [step, session] : journaled) {
    if (done.steps[step].rows > 0) continue;
    KASSA_CO_TRY(co_await give_up_fork(session));
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
  if (!d_.cache.shared()) rows_written_.insert_or_assign(dirty_key(session), d_.clock.now());
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
