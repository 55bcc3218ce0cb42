#pragma once
// Sessions between requests: the cache in front, the write-behind journal in the Store behind it. The cache answers in
// microseconds; the journal follows within limits::kJournalDelay; a completion writes the whole session itself (step
// D1).

#include <memory>
#include <mutex>
#include <unordered_map>

#include "services/base/limits.hpp"
#include "services/checkout/freeze.hpp"
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
  };
  explicit Sessions(Dependencies dependencies) : d_(dependencies) {}

  /// From the cache, else reopened from the Store. kNotFound when neither has it.
  asio::awaitable<Result<SessionPtr>> load(StoreId store, CheckoutId id);

  /// Compare and set in the cache, then noted for the journal. False: somebody else was faster.
  asio::awaitable<Result<bool>> save(SessionPtr next, std::optional<ports::SessionVersion> expected);

  /// Takes over what a committed transaction made of a session: already durable, so only the cache is told.
  asio::awaitable<void> adopt(SessionPtr next);

  /// Drops what the cache holds: the Store knows better.
  asio::awaitable<Result<void>> forget(StoreId store, CheckoutId id);

  /// Writes what is noted, in chunks. Called by the worker every limits::kJournalDelay and before shutdown.
  asio::awaitable<Result<std::size_t>> flush();

  /// The statement that writes a session's row in a transaction of the caller's.
  [[nodiscard]] ports::SqlValue sealed(const Session& session, const Quote* quote, const ports::DataKey& key) const;

  /// Adds the kept answers that the Store does not have yet; a session's row never becomes durable without them.
  void add_answers(const Session& session, const ports::DataKey& key, ports::Transaction& transaction) const;
  static void answers_are_kept(const Session& session);

 private:
  [[nodiscard]] SessionPtr unwritten(const StoreId& store, const CheckoutId& id);
  asio::awaitable<Result<SessionPtr>> reopen(StoreId store, CheckoutId id);
  asio::awaitable<Result<void>> load_answers(const ports::DataKey& key, Session& session);
  asio::awaitable<Result<void>> write_chunk(std::vector<SessionPtr> chunk);

  Dependencies d_;
  std::mutex mutex_;
  std::unordered_map<std::string, SessionPtr> dirty_;    ///< Newest value by "<store>|<checkout>".
  std::unordered_map<std::string, SessionPtr> writing_;  ///< What a running flush() has taken out of it.
};

}  // namespace kassa::checkout
