// Two who want the same code at the same time, on every engine: of writers one has it, of orders one draws it, and a
// rule that is retired meanwhile leaves neither behind.

#include "services/admin/discount_codes.hpp"
#include "services/admin/discount_rules.hpp"
#include "services/checkout/statements.hpp"
#include "services/ports/code_hash.hpp"
#include "tests/support/postgres.hpp"
#include "tests/unit/catalog/support.hpp"

namespace kassa {
namespace {

namespace asio = boost::asio;

class Engine {
 public:
  virtual ~Engine() = default;
  virtual ports::Store& store() = 0;
  virtual std::vector<ports::Row> rows(std::string_view sql) = 0;
  virtual void execute(std::string_view sql) = 0;
};

class SqliteEngine final : public Engine {
 public:
  ports::Store& store() override { return main_.store(); }
  std::vector<ports::Row> rows(std::string_view sql) override { return main_.rows(sql); }
  void execute(std::string_view sql) override { main_.execute(sql); }

 private:
  Database main_{"main"};
};

class PostgresEngine final : public Engine {
 public:
  PostgresEngine() {
    for (const auto& file : fs::directory_iterator(repository() / "infra/migrations/main")) {
      texts_.emplace(file.path().stem().string(), text_of(file.path()));
    }
    platform::PostgresOptions options;
    options.conninfo = test_postgres();
    options.schema = schema_;
    options.name = "main";
    options.writing_connections = 8;
    options.reading_connections = 4;
    store_.emplace(options, failpoints_, log_, metrics_);
    const std::vector<std::pair<std::string_view, std::string_view>> migrations(texts_.begin(), texts_.end());
    const auto opened = store_->open(migrations);
    if (!opened) throw std::runtime_error(opened.error().detail);
  }
  ~PostgresEngine() override { drop_schema(*store_, schema_); }

  ports::Store& store() override { return *store_; }
  std::vector<ports::Row> rows(std::string_view sql) override {
    return store_->query_blocking(ports::Step(sql)).value();
  }
  void execute(std::string_view sql) override {
    ports::Transaction transaction("test", StoreId{"s1"});
    transaction.add(ports::Step(sql));
    ASSERT_TRUE(store_->commit_blocking(std::move(transaction)).value().applied);
  }

 private:
  std::string schema_ = fresh_schema();
  std::map<std::string, std::string> texts_;
  GateFailpoints failpoints_;
  EventLog log_;
  SummingMetrics metrics_;
  std::optional<platform::PostgresStore> store_;
};

struct EngineRow {
  const char* name;
  std::unique_ptr<Engine> (*make)();
};
constexpr EngineRow kEngines[] = {
    {"Sqlite", []() -> std::unique_ptr<Engine> { return std::make_unique<SqliteEngine>(); }},
    {"Postgres", []() -> std::unique_ptr<Engine> { return std::make_unique<PostgresEngine>(); }},
};

class CodeRaces : public testing::TestWithParam<EngineRow> {
 protected:
  CodeRaces() {
    engine_->execute(
        "INSERT INTO store (store_id, mode, settings, revision, created_at) VALUES "
        "('s1', 'test', '{\"name\":\"Shop\",\"currencies\":[\"EUR\"]}', 1, 0)");
  }
  /// A rule of 10 percent.
  static json::object rule(const std::string& trigger) {
    return parse_json(R"({"class":"order","value":{"type":"percent","bps":1000},"trigger":)" + trigger + "}")
        .value()
        .as_object();
  }
  void put_pool() { ASSERT_TRUE(put("vip", R"({"pool":true})")); }
  bool put(const std::string& id, const std::string& trigger) {
    start(put_rule(id, rule(trigger)));
    return finish() == 1;
  }

  asio::awaitable<void> put_rule(std::string id, json::object body) {
    admin::DiscountRules rules(engine_->store(), clock_);
    std::vector<Problem> problems;
    body["id"] = id;
    admin::Actor actor("test", "", "");
    DiscountId name(std::move(id));
    const auto done = co_await rules.put(std::move(actor), store_, std::move(name), std::move(body), any_revision_,
                                         ground_, problems);
    done_ += done ? 1 : 0;
    if (!done) refused_.push_back(problems.empty() ? done.error().detail : problems.front().code);
  }
  asio::awaitable<void> import_code(std::string code) {
    admin::DiscountCodes codes(engine_->store(), clock_, random_);
    std::vector<admin::LineFault> faults;
    admin::Actor actor("test", "", "");
    DiscountId pool("vip");
    const auto done = co_await codes.take(std::move(actor), store_, std::move(pool), ground_, code, faults);
    done_ += done ? 1 : 0;
    if (!done) refused_.push_back(faults.empty() ? done.error().detail : faults.front().problem.code);
  }
  asio::awaitable<void> retire_pool() {
    admin::DiscountRules rules(engine_->store(), clock_);
    admin::Actor actor("test", "", "");
    DiscountId pool("vip");
    const auto done = co_await rules.retire(std::move(actor), store_, std::move(pool), any_revision_);
    EXPECT_TRUE(done) << done.error().detail;
  }
  /// As step D1 does it.
  asio::awaitable<void> draw(std::string code, std::string order) {
    ports::Transaction transaction("reserve", store_);
    transaction.add(checkout::statements::use_code(store_, ports::code_hash(code), "vip", OrderId{std::move(order)}));
    const auto done = co_await engine_->store().commit(std::move(transaction));
    EXPECT_TRUE(done) << done.error().detail;
    done_ += done && done.value().applied ? 1 : 0;
  }
  asio::awaitable<void> give_back(std::string order) {
    ports::Transaction transaction("release", store_);
    transaction.add(checkout::statements::return_codes(store_, OrderId{std::move(order)}));
    const auto done = co_await engine_->store().commit(std::move(transaction));
    EXPECT_TRUE(done && done.value().applied);
  }

  void start(asio::awaitable<void> work) {
    asio::co_spawn(context_, std::move(work), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
  }
  /// How many of those that were started did what they wanted.
  int finish() {
    context_.restart();
    context_.run();
    return std::exchange(done_, 0);
  }
  std::int64_t number(std::string_view sql) { return ports::as_int(engine_->rows(sql).at(0).at(0)); }

  asio::io_context context_{1};  ///< Outlives the store.
  std::unique_ptr<Engine> engine_ = GetParam().make();
  ManualClock clock_;
  SeededRandom random_{1};
  const StoreId store_{"s1"};
  const admin::RuleGround ground_;
  const std::optional<std::int64_t> any_revision_;
  int done_{};
  std::vector<std::string> refused_;
};

TEST_P(CodeRaces, OfRulesThatWantACodeOneHasIt) {
  for (int round = 0; round < 5; ++round) {
    refused_.clear();
    const std::string code = "SAVE" + std::to_string(round);
    for (int i = 0; i < 4; ++i) {
      start(put_rule("r" + std::to_string(round) + "_" + std::to_string(i), rule(R"({"codes":[")" + code + R"("]})")));
    }
    EXPECT_EQ(finish(), 1);
    EXPECT_EQ(refused_, std::vector<std::string>(3, "duplicate_code"));
  }
  EXPECT_EQ(number("SELECT count(*) FROM discount"), 5);
}

TEST_P(CodeRaces, OfAPoolAndARuleOneHasTheCode) {
  put_pool();
  int with_rule = 0;
  for (int round = 0; round < 8; ++round) {
    const std::string code = "EITHER" + std::to_string(round);
    const auto in_rule = [&] { start(put_rule("r" + code, rule(R"({"codes":[")" + code + R"("]})"))); };
    if (round % 2 == 0) in_rule();
    start(import_code(code));
    if (round % 2 != 0) in_rule();
    EXPECT_EQ(finish(), 1) << code;
    with_rule += static_cast<int>(number("SELECT count(*) FROM discount WHERE discount_id = 'r" + code + "'"));
  }
  EXPECT_EQ(with_rule + number("SELECT count(*) FROM discount_code"), 8);
}

TEST_P(CodeRaces, OfImportsOfACodeOneKeepsIt) {
  put_pool();
  for (int i = 0; i < 4; ++i) start(import_code("TWICE"));
  EXPECT_EQ(finish(), 1);
  EXPECT_EQ(number("SELECT count(*) FROM discount_code"), 1);
}

TEST_P(CodeRaces, OfOrdersThatDrawACodeOneHasIt) {
  put_pool();
  start(import_code("ONCE"));
  ASSERT_EQ(finish(), 1);
  for (int i = 0; i < 20; ++i) start(draw("ONCE", "ord_" + std::to_string(i)));
  EXPECT_EQ(finish(), 1);
  EXPECT_EQ(number("SELECT count(*) FROM discount_code WHERE order_id IS NOT NULL"), 1);
}

/// Whoever saw the rule before it went may still draw; the code is then that order's, or nobody's again.
TEST_P(CodeRaces, ARuleIsRetiredWhileItsCodeIsDrawn) {
  for (int round = 0; round < 6; ++round) {
    put_pool();
    const std::string code = "LAST" + std::to_string(round);
    const std::string order = "ord_" + std::to_string(round);
    start(import_code(code));
    ASSERT_EQ(finish(), 1);
    if (round % 2 == 0) start(retire_pool());
    start(draw(code, order));
    start(draw(code, order + "_other"));
    if (round % 2 != 0) start(retire_pool());
    EXPECT_EQ(finish(), 1);
    EXPECT_EQ(number("SELECT count(*) FROM discount WHERE discount_id = 'vip' AND retired = 1"), 1);
    EXPECT_EQ(number("SELECT count(*) FROM discount_code WHERE order_id IS NOT NULL"), (round + 1) / 2 + 1);
    if (round % 2 == 0) continue;
    start(give_back(order));
    start(give_back(order + "_other"));
    finish();
    EXPECT_EQ(number("SELECT count(*) FROM discount_code WHERE order_id IS NOT NULL"), (round + 1) / 2);
  }
}

INSTANTIATE_TEST_SUITE_P(All, CodeRaces, testing::ValuesIn(kEngines),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace kassa
