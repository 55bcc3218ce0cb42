// bare_postgres: the yardstick of the store on PostgreSQL. Takes the purchases that a benchmark run left in schema
// kassa and writes their rows again, into schema bare with the same tables, indexes and foreign keys: one connection,
// binary values, prepared statements, and each of a purchase's two transactions in one round trip. What that takes is
// what the durable steps of a completion must take on this server; what Kassa takes on top is its own.

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "loadtest/bare/program.hpp"
#include "loadtest/bare/tables.hpp"

namespace kassa::load {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kStages = 3;
constexpr int kBinary = 1;

struct ClearResult {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ClearResult>;
using Value = std::optional<std::string>;
using Row = std::vector<Value>;

class Connection {
 public:
  explicit Connection(const char* conninfo) : connection_(PQconnectdb(conninfo)) {
    if (PQstatus(connection_.get()) != CONNECTION_OK) fail();
  }

  [[nodiscard]] PGconn* get() const noexcept { return connection_.get(); }
  [[noreturn]] void fail() const { throw std::runtime_error(PQerrorMessage(connection_.get())); }

  Result ask(const std::string& sql, const std::vector<const char*>& values = {}, int format = 0) {
    const auto count = static_cast<int>(values.size());
    Result result(PQexecParams(get(), sql.c_str(), count, nullptr, values.data(), nullptr, nullptr, format));
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail();
    return result;
  }

  std::vector<std::string> texts(const std::string& sql) {
    const Result result = ask(sql);
    std::vector<std::string> out;
    for (int i = 0; i < PQntuples(result.get()); ++i) out.emplace_back(PQgetvalue(result.get(), i, 0));
    return out;
  }

  void prepare(const std::string& sql) {
    if (!prepared_.insert(sql).second) return;
    const Result done(PQprepare(get(), sql.c_str(), sql.c_str(), 0, nullptr));
    if (PQresultStatus(done.get()) != PGRES_COMMAND_OK) fail();
  }

  /// Without waiting; the statement's name is its text.
  void send(const std::string& sql, const Row& values) {
    std::vector<const char*> data;
    std::vector<int> sizes;
    std::vector<int> formats(values.size(), kBinary);
    for (const Value& value : values) {
      data.push_back(value ? value->data() : nullptr);
      sizes.push_back(value ? static_cast<int>(value->size()) : 0);
    }
    const auto count = static_cast<int>(values.size());
    const int sent = PQsendQueryPrepared(get(), sql.c_str(), count, data.data(), sizes.data(), formats.data(), kBinary);
    if (sent != 1) fail();
  }

  /// Waits until everything sent has been carried out.
  void sync() {
    if (PQpipelineSync(get()) != 1) fail();
    while (true) {
      const Result result(PQgetResult(get()));
      const auto status = PQresultStatus(result.get());
      if (result && status == PGRES_PIPELINE_SYNC) return;
      if (result && status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail();
      if (!result && PQstatus(get()) != CONNECTION_OK) fail();
    }
  }

 private:
  struct Finish {
    void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
  };
  std::unique_ptr<PGconn, Finish> connection_;
  std::set<std::string> prepared_;
};

/// One statement and which columns of the row are its parameters; nothing: NULL, because only a later stage knows.
struct Write {
  std::string sql;
  std::vector<std::optional<std::size_t>> parameters;
};

struct Part {
  std::vector<std::vector<Row>> rows;  ///< Of each purchase.
  std::array<std::vector<Write>, kStages> writes;
};

Row read_row(const Result& result, int at) {
  Row row;
  for (int i = 0; i < PQnfields(result.get()); ++i) {
    if (PQgetisnull(result.get(), at, i) != 0) {
      row.emplace_back();
    } else {
      const auto size = static_cast<std::size_t>(PQgetlength(result.get(), at, i));
      row.emplace_back(std::string(PQgetvalue(result.get(), at, i), size));
    }
  }
  return row;
}

Write insert_into(const TablePlan& table, const std::vector<std::string>& columns,
                  const std::vector<std::string>& needed) {
  Write write{"INSERT INTO bare." + std::string(table.name) + " VALUES (", {}};
  for (std::size_t i = 0; i < columns.size(); ++i) {
    write.sql += (i == 0 ? "$" : ", $") + std::to_string(i + 1);
    const bool later = lists(table.outcome, columns[i]) && std::ranges::count(needed, columns[i]) == 0;
    write.parameters.push_back(later ? std::nullopt : std::optional(i));
  }
  write.sql += ")";
  return write;
}

Write update(const TablePlan& table, std::string_view changed, const std::vector<std::string>& columns,
             const std::vector<std::string>& key) {
  std::string set;
  std::string where;
  Write write;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const bool in_key = std::ranges::count(key, columns[i]) > 0;
    if (!in_key && !lists(changed, columns[i])) continue;
    write.parameters.emplace_back(i);
    const std::string equation = columns[i] + " = $" + std::to_string(write.parameters.size());
    std::string& part = in_key ? where : set;
    part += (part.empty() ? "" : in_key ? " AND " : ", ") + equation;
  }
  write.sql = "UPDATE bare." + std::string(table.name) + " SET " + set + " WHERE " + where;
  return write;
}

class Purchases {
 public:
  Purchases(Connection& db, const std::string& most) : db_(db) {
    const Result orders = db.ask(
        "SELECT store_id, order_id FROM kassa.purchase WHERE order_state = 'confirmed' "
        "ORDER BY created_at LIMIT " +
        most);
    count_ = static_cast<std::size_t>(PQntuples(orders.get()));
    if (count_ == 0) throw std::runtime_error("there is no confirmed purchase");
    make_tables();
    for (const TablePlan& table : kTables) parts_.push_back(part_of(table, orders));
    for (const Part& part : parts_) {
      for (const auto& writes : part.writes) {
        for (const Write& write : writes) db_.prepare(write.sql);
      }
    }
    for (const char* const sql : {"BEGIN", "COMMIT"}) db_.prepare(sql);
  }

  [[nodiscard]] std::size_t count() const noexcept { return count_; }

  /// Not yet sent to the end: sync() waits.
  void send(Stage stage, std::size_t purchase) {
    for (const Part& part : parts_) {
      for (const Write& write : part.writes[static_cast<std::size_t>(stage)]) {
        for (const Row& row : part.rows[purchase]) {
          Row values;
          for (const auto& column : write.parameters) values.push_back(column ? row[*column] : Value{});
          db_.send(write.sql, values);
        }
      }
    }
  }

 private:
  void make_tables() {
    db_.ask("SET client_min_messages = warning");
    db_.ask("DROP SCHEMA IF EXISTS bare CASCADE");
    db_.ask("CREATE SCHEMA bare");
    for (const std::string& name : db_.texts("SELECT tablename FROM pg_tables WHERE schemaname = 'kassa'")) {
      db_.ask("CREATE TABLE bare." + name + " (LIKE kassa." + name + " INCLUDING ALL)");
    }
    for (const std::string_view name : kParents) {
      db_.ask("INSERT INTO bare." + std::string(name) + " SELECT * FROM kassa." + std::string(name));
    }
    // Written as if both schemas were one, so that the same words mean the other one afterwards.
    db_.ask("SET search_path = kassa");
    const auto keys = db_.texts(
        "SELECT 'ALTER TABLE ' || conrelid::regclass || ' ADD ' || pg_get_constraintdef(oid) "
        "FROM pg_constraint WHERE contype = 'f' AND connamespace = 'kassa'::regnamespace");
    db_.ask("SET search_path = bare");
    for (const std::string& key : keys) db_.ask(key);
  }

  Part part_of(const TablePlan& table, const Result& orders) {
    const std::string name = "'bare." + std::string(table.name) + "'::regclass";
    const std::string of = "SELECT attname FROM pg_attribute a WHERE attrelid = " + name + " AND attnum > 0";
    const auto columns = db_.texts(of + " AND NOT attisdropped ORDER BY attnum");
    const auto needed = db_.texts(of + " AND attnotnull");
    const auto key = db_.texts(of +
                               " AND attnum = ANY ((SELECT conkey FROM pg_constraint WHERE contype = 'p' "
                               "AND conrelid = a.attrelid)::int2[])");
    Part part;
    part.writes[static_cast<std::size_t>(table.inserted)].push_back(insert_into(table, columns, needed));
    if (!table.reserve.empty()) part.writes[1].push_back(update(table, table.reserve, columns, key));
    if (!table.outcome.empty()) part.writes[2].push_back(update(table, table.outcome, columns, key));
    if (table.name == "reservation") move_stock(part);
    db_.ask("SET search_path = kassa");
    std::string select = "SELECT * FROM " + std::string(table.name) + " WHERE " + std::string(table.where);
    std::ranges::replace(select, '?', '$');
    for (int i = 0; i < PQntuples(orders.get()); ++i) {
      const Result found = db_.ask(select, {PQgetvalue(orders.get(), i, 0), PQgetvalue(orders.get(), i, 1)}, kBinary);
      auto& rows = part.rows.emplace_back();
      for (int at = 0; at < PQntuples(found.get()); ++at) rows.push_back(read_row(found, at));
    }
    return part;
  }

  /// store_id, variant_id, location_id, quantity are columns 1, 3, 4, 5 of a reservation. The copied stock is that of
  /// the end: what was sold comes back when it is reserved again.
  static void move_stock(Part& part) {
    const std::vector<std::optional<std::size_t>> which{0, 2, 3, 4};
    const std::string at = " WHERE store_id = $1 AND variant_id = $2 AND location_id = $3";
    part.writes[1].push_back({"UPDATE bare.stock SET on_hand = on_hand + $4, reserved = reserved + $4" + at, which});
    part.writes[2].push_back({"UPDATE bare.stock SET on_hand = on_hand - $4, reserved = reserved - $4" + at, which});
  }

  Connection& db_;
  std::size_t count_{};
  std::vector<Part> parts_;
};

void run(int argc, char** argv) {
  if (argc != 3) throw std::runtime_error("usage: bare_postgres CONNINFO PURCHASES");
  Connection db(argv[1]);
  Purchases purchases(db, argv[2]);
  if (PQenterPipelineMode(db.get()) != 1) db.fail();
  std::array<std::vector<steady_clock::duration>, kStages> took;
  std::vector<steady_clock::duration> both;
  for (std::size_t i = 0; i < purchases.count(); ++i) {
    for (const Stage stage : {Stage::kJournal, Stage::kReserve, Stage::kOutcome}) {
      const auto begun = steady_clock::now();
      db.send("BEGIN", {});
      purchases.send(stage, i);
      db.send("COMMIT", {});
      db.sync();
      took[static_cast<std::size_t>(stage)].push_back(steady_clock::now() - begun);
    }
    both.push_back(took[1].back() + took[2].back());
  }
  std::printf("{\"purchases\":%zu,\"reserve_p50_us\":%.1f,\"outcome_p50_us\":%.1f,\"both_p50_us\":%.1f}\n",
              purchases.count(), median_us(took[1]), median_us(took[2]), median_us(both));
}

}  // namespace
}  // namespace kassa::load

int main(int argc, char** argv) { return kassa::load::main_of("bare_postgres", kassa::load::run, argc, argv); }
