#pragma once
// The rows that purchases left in a database, read into memory and written again into an empty one, in the
// three stages in which Kassa writes them: the journal of the open checkout, D1 reserve, D2 outcome
// (docs/architecture.md, section 5). Single-threaded; throws std::runtime_error.

#include <sqlite3.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "loadtest/bare/tables.hpp"

namespace kassa::load {

struct CloseDatabase {
  void operator()(sqlite3* db) const noexcept { sqlite3_close_v2(db); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

struct CloseStatement {
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, CloseStatement>;

struct CloseValue {
  void operator()(sqlite3_value* value) const noexcept { sqlite3_value_free(value); }
};
using Row = std::vector<std::unique_ptr<sqlite3_value, CloseValue>>;

[[nodiscard]] Database open_database(const std::string& file, int flags);
[[nodiscard]] Statement prepare(sqlite3* db, const std::string& sql);
void execute(sqlite3* db, const std::string& sql);
/// Runs a statement that returns nothing.
void step(const Statement& statement);

class Purchases {
 public:
  /// Reads at most `most` finished purchases of the database at `from`.
  Purchases(const std::string& from, std::size_t most);

  /// Makes the tables of the source, with their indexes, in the empty database `to`, and copies what
  /// purchases refer to.
  void prepare_target(sqlite3* to);

  [[nodiscard]] std::size_t count() const noexcept { return orders_.size(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

  void write(Stage stage, std::size_t purchase);

 private:
  struct Order {
    std::string store;
    std::string id;
  };
  /// One table's part: the rows of each purchase, and the statement that writes them in each stage (null:
  /// none does).
  struct Part {
    std::vector<std::vector<Row>> rows;
    std::array<Statement, 3> writes;
  };

  void read_table(const std::string& name, const std::string& where);
  void copy_table(sqlite3* to, const std::string& name);
  void write_rows(Part& part, const Statement& statement, std::size_t purchase);
  void move_stock(const Statement& statement, std::size_t purchase);

  Database source_;
  std::vector<Order> orders_;
  std::vector<Part> parts_;
  Statement reserve_stock_;
  Statement sell_stock_;
  std::size_t bytes_{};
};

}  // namespace kassa::load
