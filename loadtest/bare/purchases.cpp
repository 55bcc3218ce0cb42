#include "loadtest/bare/purchases.hpp"

#include <algorithm>
#include <stdexcept>

namespace kassa::load {
namespace {

constexpr std::size_t kReservation = 3;
static_assert(kTables[kReservation].name == "reservation");

void check(sqlite3* db, int code, int expected = SQLITE_OK) {
  if (code != expected) throw std::runtime_error(std::string("sqlite: ") + sqlite3_errmsg(db));
}

std::string text_at(const Statement& statement, int column) {
  // SQLite gives bytes as unsigned char.
  const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(statement.get(), column));
  return text == nullptr ? std::string() : std::string(text);
}

void bind_text(const Statement& statement, int at, const std::string& text) {
  const int length = static_cast<int>(text.size());
  check(sqlite3_db_handle(statement.get()), sqlite3_bind_text(statement.get(), at, text.data(), length, SQLITE_STATIC));
}

Row read_row(sqlite3_stmt* statement) {
  Row row;
  const int columns = sqlite3_column_count(statement);
  for (int i = 0; i < columns; ++i) row.emplace_back(sqlite3_value_dup(sqlite3_column_value(statement, i)));
  return row;
}

struct Column {
  std::string name;
  bool in_key{};
  bool nullable{};
};

std::vector<Column> columns_of(sqlite3* db, std::string_view table) {
  std::vector<Column> columns;
  const Statement info =
      prepare(db, "SELECT name, pk, \"notnull\" FROM pragma_table_info('" + std::string(table) + "')");
  while (sqlite3_step(info.get()) == SQLITE_ROW) {
    columns.push_back(
        {text_at(info, 0), sqlite3_column_int(info.get(), 1) != 0, sqlite3_column_int(info.get(), 2) == 0});
  }
  return columns;
}

/// Parameter i is column i of the row; what only the outcome knows is still NULL.
std::string insert_into(const TablePlan& table, const std::vector<Column>& columns) {
  std::string values;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) values += ", ";
    const bool later = columns[i].nullable && lists(table.outcome, columns[i].name);
    values += later ? "NULL" : "?" + std::to_string(i + 1);
  }
  return "INSERT INTO " + std::string(table.name) + " VALUES (" + values + ")";
}

std::string update(const TablePlan& table, std::string_view changed, const std::vector<Column>& columns) {
  std::string set;
  std::string where;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string equation = columns[i].name + " = ?" + std::to_string(i + 1);
    if (columns[i].in_key) where += (where.empty() ? "" : " AND ") + equation;
    if (lists(changed, columns[i].name)) set += (set.empty() ? "" : ", ") + equation;
  }
  return "UPDATE " + std::string(table.name) + " SET " + set + " WHERE " + where;
}

}  // namespace

Database open_database(const std::string& file, int flags) {
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &db, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(db);
  check(db, code);
  return database;
}

Statement prepare(sqlite3* db, const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  check(db, sqlite3_prepare_v3(db, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
  return Statement(statement);
}

void execute(sqlite3* db, const std::string& sql) {
  check(db, sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr));
}

void step(const Statement& statement) {
  check(sqlite3_db_handle(statement.get()), sqlite3_step(statement.get()), SQLITE_DONE);
  sqlite3_reset(statement.get());
}

Purchases::Purchases(const std::string& from, std::size_t most) : source_(open_database(from, SQLITE_OPEN_READWRITE)) {
  const Statement orders = prepare(source_.get(),
                                   "SELECT store_id, order_id FROM purchase WHERE order_state = 'confirmed' "
                                   "ORDER BY created_at LIMIT " +
                                       std::to_string(most));
  while (sqlite3_step(orders.get()) == SQLITE_ROW) {
    orders_.push_back({text_at(orders, 0), text_at(orders, 1)});
  }
  if (orders_.empty()) throw std::runtime_error(from + " holds no confirmed purchase");
  for (const TablePlan& table : kTables) read_table(std::string(table.name), std::string(table.where));
}

void Purchases::read_table(const std::string& name, const std::string& where) {
  Part& part = parts_.emplace_back();
  const Statement select = prepare(source_.get(), "SELECT * FROM " + name + " WHERE " + where);
  for (const Order& order : orders_) {
    auto& rows = part.rows.emplace_back();
    bind_text(select, 1, order.store);
    bind_text(select, 2, order.id);
    while (sqlite3_step(select.get()) == SQLITE_ROW) {
      rows.push_back(read_row(select.get()));
      for (const auto& value : rows.back()) {
        bytes_ += static_cast<std::size_t>(sqlite3_value_bytes(value.get()));
      }
    }
    sqlite3_reset(select.get());
  }
}

void Purchases::prepare_target(sqlite3* to) {
  // The tables of the search index make themselves, and no purchase writes them.
  const Statement schema = prepare(source_.get(),
                                   "SELECT sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql IS NOT NULL "
                                   "AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'product_fts%'");
  while (sqlite3_step(schema.get()) == SQLITE_ROW) execute(to, text_at(schema, 0));
  execute(to, "PRAGMA foreign_keys=OFF; BEGIN");
  for (const std::string_view table : kParents) copy_table(to, std::string(table));
  execute(to, "COMMIT; PRAGMA foreign_keys=ON");
  for (std::size_t i = 0; i < kTables.size(); ++i) {
    const TablePlan& table = kTables[i];
    const auto columns = columns_of(source_.get(), table.name);
    auto& writes = parts_[i].writes;
    writes[static_cast<std::size_t>(table.inserted)] = prepare(to, insert_into(table, columns));
    if (!table.reserve.empty()) writes[1] = prepare(to, update(table, table.reserve, columns));
    if (!table.outcome.empty()) writes[2] = prepare(to, update(table, table.outcome, columns));
  }
  const std::string at = " WHERE store_id = ?1 AND variant_id = ?3 AND location_id = ?4";
  // The copied stock is that of the end: what was sold comes back when it is reserved again.
  reserve_stock_ = prepare(to, "UPDATE stock SET on_hand = on_hand + ?5, reserved = reserved + ?5" + at);
  sell_stock_ = prepare(to, "UPDATE stock SET on_hand = on_hand - ?5, reserved = reserved - ?5" + at);
}

void Purchases::copy_table(sqlite3* to, const std::string& name) {
  const Statement select = prepare(source_.get(), "SELECT * FROM " + name);
  std::string sql = "INSERT INTO " + name + " VALUES (?1";
  for (int i = 2; i <= sqlite3_column_count(select.get()); ++i) sql += ", ?" + std::to_string(i);
  const Statement insert = prepare(to, sql + ")");
  while (sqlite3_step(select.get()) == SQLITE_ROW) {
    for (int i = 0; i < sqlite3_column_count(select.get()); ++i) {
      check(to, sqlite3_bind_value(insert.get(), i + 1, sqlite3_column_value(select.get(), i)));
    }
    step(insert);
  }
}

void Purchases::write_rows(Part& part, const Statement& statement, std::size_t purchase) {
  // The statement may need fewer of the row's columns, but never others.
  const int wanted = sqlite3_bind_parameter_count(statement.get());
  for (const Row& row : part.rows[purchase]) {
    for (int i = 0; i < wanted; ++i) {
      const auto& value = row[static_cast<std::size_t>(i)];
      check(sqlite3_db_handle(statement.get()), sqlite3_bind_value(statement.get(), i + 1, value.get()));
    }
    step(statement);
  }
}

void Purchases::move_stock(const Statement& statement, std::size_t purchase) {
  // store_id, variant_id, location_id, quantity are columns 1, 3, 4, 5 of a reservation.
  write_rows(parts_[kReservation], statement, purchase);
}

void Purchases::write(Stage stage, std::size_t purchase) {
  for (Part& part : parts_) {
    const Statement& statement = part.writes[static_cast<std::size_t>(stage)];
    if (statement) write_rows(part, statement, purchase);
  }
  if (stage == Stage::kReserve) move_stock(reserve_stock_, purchase);
  if (stage == Stage::kOutcome) move_stock(sell_stock_, purchase);
}

}  // namespace kassa::load
