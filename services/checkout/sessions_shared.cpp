// Sessions whose cache is shared with other processes and may be away: the Store then serves in its place, and what the
// cache was not told is made good when it is back.

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "services/base/limits.hpp"
#include "services/checkout/sessions.hpp"
#include "services/checkout/statements.hpp"

namespace kassa::checkout {
namespace {

/// Above, the rest is told by whoever writes on the outdated value: its journal row is refused.
constexpr std::size_t kOutdatedMax = 100'000;
constexpr std::size_t kDropsPerFlush = 256;
constexpr int kDropTriesMax = 4;  ///< Others who put something there in a row.

std::string name_of(const StoreId& store, const CheckoutId& id) { return store.value + "|" + id.value; }

constexpr std::chrono::seconds kFreshLife{5};

/// What the id says of when it was made. One that follows from a key says nothing: then it is any time.
Instant made_at(const CheckoutId& id) {
  constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
  constexpr std::size_t kTimeDigits = 10;  // Of milliseconds, see base/id.
  const std::string_view text = id.value;
  std::int64_t at = 0;
  for (const char c : text.substr(std::min(text.size(), text.find('_') + 1), kTimeDigits)) {
    at = at * 32 + static_cast<std::int64_t>(std::min(kDigits.find(c), std::size_t{31}));
  }
  return from_millis(at);
}

/// Whether the id says that it was made so lately that another process may not have written its row yet.
bool is_fresh(const CheckoutId& id, Instant now) {
  const auto age = now - made_at(id);
  return age < kFreshLife && age > -kFreshLife;
}

/// How many may wait for a row at a time: anybody can ask for ids that nobody was given.
constexpr int kWaitingMax = 32;

/// Whether it looks like one that follows from a key, see CheckoutService.
bool follows_from_a_key(const CheckoutId& id) {
  constexpr std::size_t kLength = 40;
  return id.value.size() == kLength;
}

/// Ten digits hold 35,000 years, and nothing was made before this program was.
bool says_when(const CheckoutId& id, Instant now) {
  constexpr std::int64_t kFirstYear = 1'735'689'600'000;  // 2025.
  const Instant at = made_at(id);
  return at > from_millis(kFirstYear) && at < now + kFreshLife;
}

/// Whether a row that was written in place of the cache was made of that version, or of one that came after it.
bool comes_before(const ports::SessionVersion& version, const ports::SessionVersion& written_as) {
  return written_as.epoch == version.epoch + 1 && version.n < written_as.n;
}

bool is_lasting(Errc code) { return code == Errc::kNotFound || code == Errc::kSealBroken; }

/// One of those who wait, for as long as it lives.
class Waiting {
 public:
  explicit Waiting(std::atomic<int>& count) : count_(count), ahead_(count.fetch_add(1)) {}
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  ~Waiting() { count_.fetch_sub(1); }
  [[nodiscard]] int ahead() const noexcept { return ahead_; }

 private:
  std::atomic<int>& count_;
  int ahead_;
};

}  // namespace

asio::awaitable<Result<SessionPtr>> Sessions::load(StoreId store, CheckoutId id) {
  auto loaded = co_await load_at_once(store, id);
  const bool missing = !loaded && loaded.error().code == Errc::kNotFound;
  if (!missing || !d_.cache.shared()) co_return loaded;
  if (!follows_from_a_key(id) || says_when(id, d_.clock.now())) co_return loaded;
  const Waiting place(waiting_);
  if (place.ahead() >= kWaitingMax) co_return Error{Errc::kStoreUnavailable, "the checkout is looked for; try again"};
  asio::steady_timer written(co_await asio::this_coro::executor, 2 * limits::kJournalDelay);
  co_await written.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return co_await load_at_once(std::move(store), std::move(id));
}

Error Sessions::absence(const CheckoutId& id) const {
  if (d_.cache.shared() && is_fresh(id, d_.clock.now())) {
    return Error{Errc::kStoreUnavailable, "the checkout was made a moment ago somewhere else; try again"};
  }
  return Error{Errc::kNotFound, "no such checkout"};
}

SessionPtr Sessions::recent(const StoreId& store, const CheckoutId& id) {
  const auto seen = d_.cache.recent(store, id);
  if (!seen || is_outdated(store, id, seen->version)) return nullptr;
  auto held = std::static_pointer_cast<const Session>(seen->value);
  return is_erased(*held) || has_lapsed(*held) ? nullptr : held;
}

/// As the Store has it, while the cache is away. The epoch stays: it rises when something is written.
asio::awaitable<Result<SessionPtr>> Sessions::read_through(StoreId store, CheckoutId id) {
  if (unwritten(store, id)) {
    KASSA_CO_TRY(co_await write_unwritten(store, id));
  }
  KASSA_CO_TRY(auto stored, co_await read(std::move(store), std::move(id)));
  co_return SessionPtr(std::move(stored.session));
}

/// Whoever still reads the cache goes on under the old epoch, and loses when it comes to the journal or a completion.
asio::awaitable<Result<bool>> Sessions::write_through(SessionPtr next, std::optional<ports::SessionVersion> expected) {
  if (unwritten(next->store, next->id)) {
    KASSA_CO_TRY(co_await write_unwritten(next->store, next->id));
  }
  KASSA_CO_TRY(const auto written, co_await write_in_place(std::move(next), expected, PersonRow::kWritten));
  if (!written) co_return false;
  note_outdated(written->store, written->id, written->version, expected);
  co_return true;
}

/// Null: somebody else was faster. `person`: whoever is only opened again has a row, which another transaction may be
/// at work on.
asio::awaitable<Result<SessionPtr>> Sessions::write_in_place(SessionPtr next,
                                                             std::optional<ports::SessionVersion> expected,
                                                             PersonRow person) {
  std::vector<PersonId> persons{next->person};
  KASSA_CO_TRY(co_await d_.persons.settle(next->store, std::move(persons)));
  KASSA_CO_TRY(auto key, co_await d_.persons.key_of(next->store, next->person));
  auto written = std::make_shared<Session>(*next);
  ports::Transaction transaction("journal", next->store);
  if (person == PersonRow::kWritten) transaction.add(statements::write_person(*written, email_hash(*written)));
  if (expected) {
    transaction.add(statements::raise_epoch(next->store, next->id, expected->epoch));
    written->version.epoch = expected->epoch + 1;
  }
  ports::Step row = statements::journal_checkout(*written, sealed(*written, nullptr, key, Written::kInPlaceOfTheCache));
  row.guard = ports::Guard::exactly(1, "checkout_moved");
  transaction.add(std::move(row));
  add_answers(*written, key, transaction);
  KASSA_CO_TRY(auto done, co_await d_.store.commit(std::move(transaction)));
  if (!done.applied) co_return SessionPtr{};
  answers_are_kept(*written);
  co_return SessionPtr(std::move(written));
}

/// Each node knows only of those answers in the cache's value that they are written which it wrote itself: where a
/// shopper's requests alternate they would pile up.
asio::awaitable<void> Sessions::relieve(SessionPtr session) {
  // A row of a held session would be newer than the one of step D1.
  if (!d_.cache.shared() || session->is_held(d_.clock.now())) co_return;
  std::vector<SessionPtr> chunk{session};
  // If it cannot be written now, there is room for some more.
  static_cast<void>(co_await write_chunk(std::move(chunk)));
}

/// Makes the Store know what this process has noted of a session, so that what is read there is not older.
asio::awaitable<Result<void>> Sessions::write_unwritten(StoreId store, CheckoutId id) {
  const SessionPtr noted = unwritten(store, id);
  if (!noted) co_return ok();
  std::vector<SessionPtr> chunk{noted};
  KASSA_CO_TRY(co_await write_chunk(std::move(chunk)));
  const std::scoped_lock lock(mutex_);
  const auto still = dirty_.find(name_of(store, id));
  if (still != dirty_.end() && still->second == noted) dirty_.erase(still);
  co_return ok();
}

bool Sessions::is_outdated(const StoreId& store, const CheckoutId& id, const ports::SessionVersion& cached) {
  if (!any_outdated_) return false;
  const std::scoped_lock lock(mutex_);
  const auto found = outdated_.find(name_of(store, id));
  return found != outdated_.end() && cached < found->second.newer;
}

void Sessions::note_outdated(const StoreId& store, const CheckoutId& id, const ports::SessionVersion& newer,
                             std::optional<ports::SessionVersion> base) {
  const std::scoped_lock lock(mutex_);
  if (outdated_.size() >= kOutdatedMax && !outdated_.contains(name_of(store, id))) return;
  const auto [entry, first] = outdated_.try_emplace(name_of(store, id), Outdated{store, id, newer, base});
  if (!first) entry->second.newer = newer;
  any_outdated_ = true;
}

asio::awaitable<Result<void>> Sessions::drop_outdated(StoreId store, CheckoutId id) {
  Known known;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = outdated_.find(name_of(store, id));
    if (found == outdated_.end()) co_return ok();
    known = Known{found->second.newer, found->second.base};
  }
  KASSA_CO_TRY(co_await drop_older(store, id, known));
  const std::scoped_lock lock(mutex_);
  const auto found = outdated_.find(name_of(store, id));
  if (found != outdated_.end() && found->second.newer == known.newer) outdated_.erase(found);
  any_outdated_ = !outdated_.empty();
  co_return ok();
}

/// Empties the cache of everything older than what is known. What somebody puts there between the look and the drop is
/// looked at again: it has been shown.
asio::awaitable<Result<void>> Sessions::drop_older(StoreId store, CheckoutId id, Known known) {
  for (int tries = 0; tries < kDropTriesMax; ++tries) {
    KASSA_CO_TRY(auto held, co_await d_.cache.get(store, id));
    if (!held || held->version >= known.newer) co_return ok();
    KASSA_CO_TRY(co_await disown(store, id, held->version, known.base));
    ports::SessionEntry seen = std::move(*held);
    KASSA_CO_TRY(const bool gone, co_await d_.cache.drop_seen(store, id, std::move(seen)));
    if (gone) co_return ok();
  }
  co_return Error{Errc::kVersionConflict, "the checkout is being changed by another request"};
}

/// What a shared cache holds of a session that the Store has under a higher epoch leads nowhere. Unless it is still at
/// `base`, from which that was made, it has been shown since, and nothing that was accepted before counts any more: the
/// row gets an epoch that its body does not know.
asio::awaitable<Result<void>> Sessions::disown(StoreId store, CheckoutId id, ports::SessionVersion held,
                                               std::optional<ports::SessionVersion> base) {
  if (!d_.cache.shared() || held == base) co_return ok();
  ports::Step read = statements::read_checkout(store, id);
  KASSA_CO_TRY(const auto rows, co_await d_.store.query(std::move(read)));
  if (rows.empty() || ports::as_int(rows[0][2]) <= held.epoch) co_return ok();
  ports::Transaction raise("journal", store);
  raise.add(statements::raise_epoch(store, id, ports::as_int(rows[0][2])));
  // What is not applied has been opened again by somebody else, or closed.
  KASSA_CO_TRY(co_await d_.store.commit(std::move(raise)));
  co_return ok();
}

/// Other processes read the cache, too, and were not told what this one knows of it.
asio::awaitable<void> Sessions::drop_all_outdated() {
  std::vector<Outdated> some;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [name, outdated] : outdated_) {
      if (some.size() >= kDropsPerFlush) break;
      some.push_back(outdated);
    }
  }
  for (const Outdated& outdated : some) {
    const auto dropped = co_await drop_outdated(outdated.store, outdated.id);
    if (!dropped) co_return;  // Still away.
  }
}

/// The journal refused a session. If that is because somebody wrote under a higher epoch while this process went on
/// with what the cache has, or because the row is of another create under the same key, then the cache's value leads
/// nowhere; and because it has been shown, nothing that was accepted before counts any more. That holds for a row that
/// was written in place of the cache even when the cache has lost the value meanwhile: only what was accepted with such
/// a row survives in the Store. An error: it is not known yet, and must be asked again.
asio::awaitable<Result<void>> Sessions::give_up_fork(SessionPtr lost) {
  for (int tries = 0; tries < kDropTriesMax; ++tries) {
    ports::Step step = statements::read_checkout(lost->store, lost->id);
    KASSA_CO_TRY(auto rows, co_await d_.store.query(std::move(step)));
    if (rows.empty()) co_return ok();
    const std::int64_t epoch = ports::as_int(rows[0][2]);
    const bool same_person = ports::as_string(rows[0][0]) == lost->person.value;
    if (same_person && epoch <= lost->version.epoch) co_return ok();
    const auto asked = co_await thaw(lost->store, lost->id, std::move(rows[0]));
    // Whoever cannot be read, because of an erasure or damage, cannot have accepted anything.
    if (!asked) co_return is_lasting(asked.error().code) ? ok() : Result<void>(asked.error());
    const Stored& row = asked.value();
    const auto cached = co_await d_.cache.get(lost->store, lost->id);
    const std::optional<ports::SessionEntry> held = cached ? cached.value() : std::nullopt;
    const bool shown = held && held->version == lost->version;
    const bool made_of_it = row.in_place && same_person && comes_before(lost->version, row.written_as);
    const bool told = !made_of_it && (shown || row.in_place);
    if (!shown && !told) co_return ok();
    if (told && row.session->state == State::kOpen) {
      ports::Transaction raise("journal", lost->store);
      raise.add(statements::raise_epoch(lost->store, lost->id, epoch));
      KASSA_CO_TRY(const auto raised, co_await d_.store.commit(std::move(raise)));
      if (!raised.applied) continue;
    }
    d_.log.info("session.fork_dropped");
    if (!cached) note_outdated(lost->store, lost->id, ports::SessionVersion{epoch + 1, 0});
    co_await drop_fork(lost, held, epoch);
    co_return ok();
  }
  co_return Error{Errc::kVersionConflict, "the checkout is being changed by another request"};
}

/// What was put there since is a fork, too, and its own row is refused in its turn.
asio::awaitable<void> Sessions::drop_fork(SessionPtr lost, std::optional<ports::SessionEntry> held,
                                          std::int64_t epoch) {
  if (!held || held->version.epoch > epoch) co_return;
  ports::SessionEntry seen = std::move(*held);
  const auto dropped = co_await d_.cache.drop_seen(lost->store, lost->id, std::move(seen));
  if (!dropped) note_outdated(lost->store, lost->id, ports::SessionVersion{epoch + 1, 0});
}

}  // namespace kassa::checkout
