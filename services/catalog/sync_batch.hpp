#pragma once
// What the batches of the merchant's sync API have in common: rows, each judged by itself, and how a batch is kept. The
// rows are those of the NDJSON files of a bundle, with if_match beside their members. One transaction for a batch;
// whoever commits it adds the audit row. Used on the admin listener's thread.

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/base/clock.hpp"
#include "services/base/json.hpp"
#include "services/ports/secret_box.hpp"
#include "services/ports/store.hpp"

namespace kassa::catalog {

namespace asio = boost::asio;

inline constexpr std::size_t kSyncRowsMax = 1'000;

struct SyncRow {
  std::string id;                          ///< Of the product or variant; empty while it cannot be read.
  json::object object;                     ///< Without if_match.
  bool must_exist{false};                  ///< if_match: "*"
  std::optional<std::int64_t> if_match{};  ///< The revision that was read.
  std::vector<Problem> problems{};         ///< Any: the row is rejected.
  bool changed{false};
  std::int64_t revision{};  ///< Of the product, after the batch; 0: there is nothing to tell.

  [[nodiscard]] bool good() const noexcept { return problems.empty(); }
  void reject(std::string path, std::string code, std::string message);
};

struct SyncOptions {
  bool atomic{false};  ///< All rows or none.
  /// The store's revision must be one of these; nullopt: any.
  std::optional<std::vector<std::int64_t>> revisions{};
};

/// Who keeps a batch, with a row of the audit that has this detail.
class SyncKeeper {
 public:
  virtual ~SyncKeeper() = default;
  virtual asio::awaitable<Result<ports::Committed>> keep(ports::Transaction transaction, json::object detail) = 0;
};

struct SyncContext {
  ports::Store& store;
  const ports::SecretBox& box;
  const Clock& clock;
  SyncKeeper& keeper;
};

/// The elements of {"items":[...]}. kMalformedJson, or kInvalidRequest when it is no such object, empty or too long.
[[nodiscard]] Result<std::vector<SyncRow>> read_sync_rows(std::string_view body);

/// Rejects what is left of an atomic batch in which some row is rejected. False: nothing is to be kept.
[[nodiscard]] bool is_to_be_kept(std::vector<SyncRow>& rows, const SyncOptions& options);
/// For the audit.
[[nodiscard]] json::object counts_of(const std::vector<SyncRow>& rows);
/// kVersionConflict when the options ask for another revision.
[[nodiscard]] Result<void> check_revision(const SyncOptions& options, std::int64_t revision);
/// Against the revision of the product that the row is about; nullopt: there is none.
void check_if_match(SyncRow& row, std::optional<std::int64_t> current);
/// Moves the store's revision by a change of goods, and of nothing else unless that is said. Guard "revision_moved".
[[nodiscard]] ports::Step move_goods(const StoreId& store, std::int64_t revision, bool goods_alone = true);

inline constexpr std::size_t kSyncIdsAtOnce = 32;
/// Rows of a statement with the store as $1 and ids as $2 to $33.
asio::awaitable<Result<void>> read_by_ids(ports::Store& store, StoreId id, std::string_view sql,
                                          const std::vector<std::string>& ids, std::vector<ports::Row>& out);
/// The revision at which the catalogue last changed as a whole.
asio::awaitable<Result<std::int64_t>> catalogue_revision(ports::Store& store, StoreId id);

}  // namespace kassa::catalog
