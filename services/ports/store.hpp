#pragma once
// The durable store, as the core sees it. A transaction is a value: an ordered list of statements with guards. The core
// builds it, the store carries it out; so the same list runs on SQLite (each member of a commit group in its own
// SAVEPOINT) and on PostgreSQL (pipelined). SQL text uses $1..$n and is shared by both; see docs/architecture.md.

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "services/base/id.hpp"
#include "services/base/result.hpp"
#include "services/base/text.hpp"

namespace kassa::ports {

namespace asio = boost::asio;

/// A bound parameter or a column: null, 64-bit integer, text, bytes.
using SqlValue = std::variant<std::monostate, std::int64_t, std::string, Bytes>;
using Row = std::vector<SqlValue>;

/// What must hold after a statement for its transaction to go on. A guard that fails rolls back this transaction only.
struct Guard {
  enum class Kind : unsigned char { kAny, kRows, kAtLeastOne };
  Kind kind{Kind::kAny};
  std::int64_t rows{};
  std::string label{};  ///< Names the refusal to the caller, for instance "out_of_stock".

  static Guard any() { return {}; }
  static Guard exactly(std::int64_t n, std::string label) { return Guard{Kind::kRows, n, std::move(label)}; }
  static Guard some(std::string label) { return Guard{Kind::kAtLeastOne, 0, std::move(label)}; }
};

/// One statement. `sql` must be a literal (prepared once per text). Rows are counted as rows returned for statements
/// with RETURNING or SELECT, else as rows changed.
struct Step {
  std::string_view sql;
  std::vector<SqlValue> params;
  Guard guard;

  explicit Step(std::string_view sql_, std::vector<SqlValue> params_ = {}, Guard guard_ = {})
      : sql(sql_), params(std::move(params_)), guard(std::move(guard_)) {}
};

struct Transaction {
  std::string_view name;  ///< A literal: for logs, metrics and crash points ("<name>.before", "<name>.after").
  StoreId store;          ///< Whose work it is: the writer's queue is fair by store.
  std::vector<Step> steps;

  Transaction(std::string_view name_, StoreId store_) : name(name_), store(std::move(store_)) {}
  void add(Step step) { steps.push_back(std::move(step)); }
};

struct StepResult {
  std::int64_t rows{};
  std::vector<Row> returned;
};

struct Committed {
  bool applied{true};         ///< False: a guard refused; nothing of this transaction was kept.
  std::size_t refused_at{};   ///< Which step refused.
  std::string refused_label;  ///< Its guard's label.
  std::vector<StepResult> steps;
};

class Store {
 public:
  virtual ~Store() = default;

  /// Durable when it returns with applied == true. kStoreUnavailable / kOverloaded: surely not applied.
  /// kStoreCommitUnknown: may or may not be durable, and nobody may call it failed. What it was asked for gets a 5xx
  /// or stays open; the same request again, under the same idempotency key, finds out by reading. The embedded store
  /// stops the process as well, a shared one goes on. Transactions submitted together may commit in any order.
  virtual asio::awaitable<Result<Committed>> commit(Transaction transaction) = 0;

  /// A committed-state read outside any transaction.
  virtual asio::awaitable<Result<std::vector<Row>>> query(Step step) = 0;
};

/// Column access that a schema mismatch cannot pass silently: wrong type throws InvariantBroken.
[[nodiscard]] std::int64_t as_int(const SqlValue& value);
[[nodiscard]] const std::string& as_string(const SqlValue& value);
[[nodiscard]] const Bytes& as_blob(const SqlValue& value);
[[nodiscard]] bool is_null(const SqlValue& value) noexcept;

}  // namespace kassa::ports
