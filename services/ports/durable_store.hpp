#pragma once
// A store as the app opens it: brought to a schema first, and usable without an io_context, at start-up and on the
// command line. Owned by the app; the core sees ports::Store.

#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "services/base/clock.hpp"
#include "services/ports/store.hpp"

namespace kassa::ports {

class DurableStore : public Store {
 public:
  /// Brings the schema to the newest migration of `migrations` (name -> SQL text, in order), then opens the store. An
  /// error is a sentence that says why not.
  virtual Result<void> open(std::span<const std::pair<std::string_view, std::string_view>> migrations) = 0;

  /// False while the disk is full: a commit failed for lack of space, and none has written anything since. A server
  /// elsewhere watches its own disk.
  [[nodiscard]] virtual bool has_space() const noexcept { return true; }

  /// Tries to write something that changes nothing: while nobody is sent here because the disk is full, nobody else
  /// would find out that there is room again.
  virtual asio::awaitable<Result<void>> look_for_space() { co_return ok(); }

  /// The clock of the server that the store is on; nullopt: it has this machine's.
  virtual asio::awaitable<Result<std::optional<Instant>>> server_time() { co_return std::optional<Instant>{}; }

  /// Blocking forms. Not from a thread of an io_context.
  virtual Result<Committed> commit_blocking(Transaction transaction) = 0;
  virtual Result<std::vector<Row>> query_blocking(Step step) = 0;
};

}  // namespace kassa::ports
