#pragma once
// Sessions between requests: the cache in front, the write-behind journal in the Store behind it. The cache answers in
// microseconds; the journal follows within limits::kJournalDelay, or limits::kJournalRest after the checkout's last
// row; a completion writes the whole session itself (step D1).

#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "services/base/limits.hpp"
#include "services/checkout/freeze.hpp"
#include "services/checkout/service.hpp"
#include "services/checkout/session.hpp"
#include "services/ports/failpoints.hpp"
#include "services/ports/last_edits.hpp"
#include "services/ports/log.hpp"
#include "services/ports/person_keys.hpp"
#include "services/ports/secret_box.hpp"
#include "services/ports/session_cache.hpp"
#include "services/ports/store.hpp"

namespace kassa::checkout {

using SessionPtr = std::shared_ptr<const Session>;

class Sessions {
 public:
  struct Dependencies {
    ports::Store& store;
    ports::SessionCache& cache;
    ports::PersonKeys& persons;
    const ports::SecretBox& box;
    ports::LastEdits& last_edits;
    const Clock& clock;
    ports::Log& log;
    /// Told of each session that the journal has written and of each that a completion made. Any thread, cheap.
    std::function<void(const std::shared_ptr<const Session>&)> written{};
    /// Whether what is noted can be written: false while a disk is full. Any thread, cheap.
    std::function<bool()> has_space{};
    /// Noted and not written: many times what is changed within limits::kJournalDelay.
    std::size_t noted_max{100'000};
  };
  explicit Sessions(Dependencies dependencies) : d_(std::move(dependencies)) {}

  /// From the cache, else reopened from the Store. kNotFound when neither has it. Behind a shared cache another process
  /// may be about to write the row: an id that follows from a key, and so does not say when it was made, is looked for
  /// once more after a moment. Only so many wait at a time; the others are told to try again.
  asio::awaitable<Result<SessionPtr>> load(StoreId store, CheckoutId id);

  /// The same for an id that perhaps nobody was given yet: without that moment.
  asio::awaitable<Result<SessionPtr>> load_at_once(StoreId store, CheckoutId id);

  /// As this process saw it last in a shared cache, or null. Enough to base a change on, because save() finds out
  /// whether it still holds; not enough to answer from.
  [[nodiscard]] SessionPtr recent(const StoreId& store, const CheckoutId& id);

  /// Compare and set in the cache, then noted for the journal. False: somebody else was faster. While the cache is
  /// away: compare and set in the Store, under a new epoch, before this returns.
  asio::awaitable<Result<bool>> save(SessionPtr next, std::optional<ports::SessionVersion> expected);

  /// Before a change of a session that others change, too: has the Store keep what the session carries along.
  asio::awaitable<void> relieve(SessionPtr session);

  /// Keeps everybody else from changing an open session, or from being told another total than `quote`, while its
  /// completion begins: for as long as `holder` lives, or to another process seems to. False: it has moved. A cache
  /// that is away holds nothing, but then changes go to the Store, which decides between them and step D1.
  asio::awaitable<bool> hold(SessionPtr session, QuotePtr quote, std::weak_ptr<const void> holder);
  /// The completion that held it has failed, certainly before step D1, or is not heard of any more. Others may have
  /// begun on the same hold: the row moves on in the Store before anybody may change the session, so theirs come to
  /// nothing or were first.
  asio::awaitable<void> release(StoreId store, CheckoutId id);

  /// Takes over what a committed transaction made of a session: already durable, so only the cache is told.
  asio::awaitable<void> adopt(SessionPtr next);

  /// Whoever asks for an open session is told that its time is over: written, so that a clock that is set back does not
  /// open it again.
  asio::awaitable<void> expire(SessionPtr session);

  /// For the transaction that ends an open session: any process then finds out that a shared cache holds it as it was
  /// before, should this one end before it could tell. kInCache: hold() was called; kNot: nobody was asked.
  enum class Held : std::uint8_t { kNot, kInCache };
  void add_untold(const Session& session, ports::Transaction& transaction, Held held);
  /// Drops from a shared cache what such transactions of any process have made old. Gives how many there were.
  asio::awaitable<Result<std::size_t>> tell_untold();

  /// Drops what the cache holds: the Store knows better.
  asio::awaitable<Result<void>> forget(StoreId store, CheckoutId id);
  /// The same after the Store has refused what was made of `tried`; not what somebody has reopened from there since.
  asio::awaitable<Result<void>> forget(SessionPtr tried);

  /// Whether another change may be taken on. What is not written yet stays in memory, so it is neither while a disk is
  /// full nor while the journal is far behind.
  [[nodiscard]] bool may_note() const {
    return !crowded_.load(std::memory_order_relaxed) && (!d_.has_space || d_.has_space());
  }

  /// Before an erasure looks for persons by e-mail: writes what this process has noted under it and not written yet.
  asio::awaitable<Result<void>> write_noted(StoreId store, Bytes email_hash);

  /// A person is being erased: whatever is held of the person's sessions is given out no more.
  void forget_person(const StoreId& store, const PersonId& person);
  /// How many of them are remembered: until no cache can hold a session of theirs any more.
  [[nodiscard]] std::size_t erased_persons();

  /// What was answered under this key so long ago that the session does not hold it any more; nullopt: nothing.
  asio::awaitable<Result<std::optional<Answer>>> old_answer(SessionPtr session, KeyUse key);

  /// Writes what is noted, in chunks. Called by the worker every limits::kJournalDelay: then between two chunks it
  /// waits for `pause`, so that thousands of rows do not keep a processor from the requests, and rows that were written
  /// just now are left for later. Without a pause, as before shutdown, it writes everything.
  using Pause = std::function<asio::awaitable<void>(std::chrono::microseconds)>;
  asio::awaitable<Result<std::size_t>> flush(Pause pause);
  asio::awaitable<Result<std::size_t>> flush() { return flush(Pause{}); }

  /// The statement that writes a session's row in a transaction of the caller's.
  [[nodiscard]] ports::SqlValue sealed(const Session& session, const Quote* quote, const ports::DataKey& key,
                                       Written written = Written::kBeforeTheAnswer) const;

  /// The blind index under which an erasure finds the session's person; nullopt without an e-mail.
  [[nodiscard]] std::optional<Bytes> email_hash(const Session& session) const;

  /// Adds the kept answers that the Store does not have yet; a session's row never becomes durable without them.
  void add_answers(const Session& session, const ports::DataKey& key, ports::Transaction& transaction) const;
  static void answers_are_kept(const Session& session);

 private:
  [[nodiscard]] bool is_erased(const Session& session);
  /// In a shared cache: a completion had it, and was not heard of since.
  [[nodiscard]] bool has_lapsed(const Session& session) const;
  void drop_old_erasures();
  [[nodiscard]] SessionPtr unwritten(const StoreId& store, const CheckoutId& id);
  asio::awaitable<Result<SessionPtr>> reopen(StoreId store, CheckoutId id);
  struct Stored {
    std::shared_ptr<Session> session;
    bool seen_last{};  ///< Nobody was shown anything newer, so what was accepted still is.
    bool in_place{};   ///< Written in place of a shared cache, as `written_as`.
    ports::SessionVersion written_as;
  };
  asio::awaitable<Result<Stored>> read(StoreId store, CheckoutId id);
  asio::awaitable<Result<Stored>> thaw(StoreId store, CheckoutId id, ports::Row row);

  // With a shared cache (sessions_shared.cpp).
  [[nodiscard]] Error absence(const CheckoutId& id) const;
  asio::awaitable<Result<SessionPtr>> read_through(StoreId store, CheckoutId id);
  asio::awaitable<Result<bool>> write_through(SessionPtr next, std::optional<ports::SessionVersion> expected);
  enum class PersonRow : std::uint8_t { kWritten, kLeft };
  asio::awaitable<Result<SessionPtr>> write_in_place(SessionPtr next, std::optional<ports::SessionVersion> expected,
                                                     PersonRow person);
  asio::awaitable<bool> is_held_as(SessionPtr held);
  asio::awaitable<Result<void>> write_unwritten(StoreId store, CheckoutId id);
  [[nodiscard]] bool is_outdated(const StoreId& store, const CheckoutId& id, const ports::SessionVersion& cached);
  void note_outdated(const StoreId& store, const CheckoutId& id, const ports::SessionVersion& newer,
                     std::optional<ports::SessionVersion> base = std::nullopt);
  asio::awaitable<Result<void>> drop_outdated(StoreId store, CheckoutId id);
  asio::awaitable<Result<void>> disown(StoreId store, CheckoutId id, ports::SessionVersion held,
                                       std::optional<ports::SessionVersion> base);
  struct Known {
    ports::SessionVersion newer;
    std::optional<ports::SessionVersion> base;
  };
  asio::awaitable<Result<void>> drop_older(StoreId store, CheckoutId id, Known known);
  asio::awaitable<void> drop_all_outdated();
  asio::awaitable<Result<bool>> drop_lapsed(SessionPtr held);
  asio::awaitable<Result<void>> give_up_fork(SessionPtr lost);
  asio::awaitable<void> drop_fork(SessionPtr lost, std::optional<ports::SessionEntry> held, std::int64_t epoch);
  asio::awaitable<Result<void>> load_answers(const ports::DataKey& key, Session& session);

  // The journal (sessions_journal.cpp).
  enum class Hurry : std::uint8_t { kNone, kEverything };
  [[nodiscard]] std::vector<SessionPtr> take_due(Hurry hurry);
  asio::awaitable<Result<void>> write_chunk(std::vector<SessionPtr> chunk);
  [[nodiscard]] bool person_is_written(const Session& session);
  void note_written(const Session& session);
  void note_crowd() noexcept;

  Dependencies d_;
  std::mutex mutex_;
  std::unordered_map<std::string, SessionPtr> dirty_;             ///< Newest value by "<store>|<checkout>".
  std::unordered_map<std::string, SessionPtr> writing_;           ///< What a running flush() has taken out of it.
  std::unordered_map<std::string, Instant> erased_;               ///< When; by "<store>|<person>".
  std::unordered_map<std::string, std::size_t> persons_written_;  ///< Hash of the e-mail by "<store>|<person>".
  std::unordered_map<std::string, Instant> rows_written_;         ///< Less than limits::kJournalRest ago; as dirty_.
  struct Outdated {
    StoreId store;
    CheckoutId id;
    ports::SessionVersion newer;
    std::optional<ports::SessionVersion> base;  ///< What the cache held then; nullopt: not known.
  };
  /// What the Store knows better than a shared cache that was away when it should have been told.
  std::unordered_map<std::string, Outdated> outdated_;
  std::atomic<bool> any_outdated_{false};
  std::atomic<bool> any_erased_{false};
  std::atomic<bool> crowded_{false};  ///< Too many sessions are noted and not written.
  std::atomic<int> waiting_{0};       ///< Who waits in load() for a row that another process may be about to write.
  Instant erasures_looked_at_{};
};

}  // namespace kassa::checkout
