// What single transactions and queries promise: guards, refusals, rows, values.

#include "tests/conformance/store/backend.hpp"

namespace kassa {
namespace {

using ports::Guard;
using ports::SqlValue;
using ports::Step;

constexpr std::string_view kStore = "store_a";

struct GuardCase {
  const char* name;
  Guard guard;
  std::int64_t rows;  // Existing rows that the update below meets.
  bool applied;
};

TEST_P(StoreConformance, GuardsDecideByTheNumberOfRows) {
  const GuardCase cases[] = {
      {"any number of rows passes without a guard", Guard::any(), 0, true},
      {"exactly as many rows as wanted", Guard::exactly(2, "two"), 2, true},
      {"fewer rows than wanted", Guard::exactly(2, "two"), 1, false},
      {"more rows than wanted", Guard::exactly(2, "two"), 3, false},
      {"none wanted and none met", Guard::exactly(0, "none"), 0, true},
      {"none wanted but one met", Guard::exactly(0, "none"), 1, false},
      {"some wanted, one met", Guard::some("some"), 1, true},
      {"some wanted, many met", Guard::some("some"), 3, true},
      {"some wanted, none met", Guard::some("some"), 0, false},
  };
  for (const GuardCase& row : cases) {
    SCOPED_TRACE(row.name);
    auto subject = fresh();
    std::vector<ports::Transaction> setup;
    for (std::int64_t id = 1; id <= row.rows; ++id) setup.push_back(transaction("setup", kStore, {insert_item(id)}));
    commit_all(subject->store(), std::move(setup));

    const auto answer =
        commit_one(subject->store(), transaction("guarded", kStore,
                                                 {Step{"UPDATE counter SET n = n + 1"},
                                                  Step{"UPDATE item SET amount = 7", {}, row.guard}, insert_item(99)}));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer.value().applied, row.applied);
    if (!row.applied) {
      EXPECT_EQ(answer.value().refused_at, 1U);
      EXPECT_EQ(answer.value().refused_label, row.guard.label);
    }
    EXPECT_EQ(count_items(subject->store()), row.applied ? row.rows + 1 : row.rows);
    const auto counter = query_one(subject->store(), Step{"SELECT n FROM counter"});
    EXPECT_EQ(ports::as_int(counter.value()[0][0]), row.applied ? 1 : 0) << "an earlier step of the transaction stayed";
  }
}

struct ConstraintCase {
  const char* name;
  std::vector<Step> steps;
  std::size_t refused_at;
  const char* label;
};

TEST_P(StoreConformance, ConstraintsRefuseTheTransaction) {
  const ConstraintCase cases[] = {
      {"a primary key twice", {insert_item(1), insert_item(1)}, 1, "constraint"},
      {"a guarded step refuses under its own label",
       {insert_item(1), insert_item(1, 1, Guard::exactly(1, "taken"))},
       1,
       "taken"},
      {"a unique column twice",
       {Step{"INSERT INTO item (id, owner) VALUES (1, 'x')"}, Step{"INSERT INTO item (id, owner) VALUES (2, 'x')"}},
       1,
       "constraint"},
      {"a check", {insert_item(1, -1)}, 0, "constraint"},
      {"null where it is not allowed", {Step{"INSERT INTO item (id) VALUES (NULL)"}}, 0, "constraint"},
      {"a foreign key to nowhere", {Step{"INSERT INTO child (id, parent_id) VALUES (1, 5)"}}, 0, "constraint"},
      {"a deferred foreign key to nowhere",
       {Step{"INSERT INTO parent (id) VALUES (1)"},
        Step{"INSERT INTO child (id, parent_id, later_id) VALUES (1, 1, 5)"}},
       1,
       "constraint"},
  };
  for (const ConstraintCase& row : cases) {
    SCOPED_TRACE(row.name);
    auto subject = fresh();
    const auto answer = commit_one(subject->store(), transaction("constrained", kStore, row.steps));
    ASSERT_TRUE(answer);
    EXPECT_FALSE(answer.value().applied);
    EXPECT_EQ(answer.value().refused_at, row.refused_at);
    EXPECT_EQ(answer.value().refused_label, row.label);
    EXPECT_EQ(count_items(subject->store()), 0);
    const auto parents = query_one(subject->store(), Step{"SELECT id FROM parent"});
    EXPECT_TRUE(parents.value().empty());
  }
}

TEST_P(StoreConformance, ADeferredForeignKeyMayBeSatisfiedLater) {
  auto subject = fresh();
  const auto answer =
      commit_one(subject->store(), transaction("deferred", kStore,
                                               {Step{"INSERT INTO parent (id) VALUES (1)"},
                                                Step{"INSERT INTO child (id, parent_id, later_id) VALUES (1, 1, 5)"},
                                                Step{"INSERT INTO parent (id) VALUES (5)"}}));
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer.value().applied);
}

TEST_P(StoreConformance, ConflictDoNothingCountsNoRow) {
  auto subject = fresh();
  const Step claim{"INSERT INTO item (id, owner) VALUES ($1, 'x') ON CONFLICT DO NOTHING",
                   {std::int64_t{1}},
                   Guard::exactly(1, "claimed")};
  EXPECT_TRUE(commit_one(subject->store(), transaction("claim", kStore, {claim})).value().applied);
  const auto second = commit_one(subject->store(), transaction("claim", kStore, {claim}));
  EXPECT_FALSE(second.value().applied);
  EXPECT_EQ(second.value().refused_label, "claimed");
}

TEST_P(StoreConformance, ReturningGivesTheRowsAndCountsThem) {
  auto subject = fresh();
  const auto answer = commit_one(
      subject->store(), transaction("returning", kStore,
                                    {insert_item(1, 10), insert_item(2, 20),
                                     Step{"UPDATE item SET amount = amount + $2 WHERE id >= $1 RETURNING id, amount",
                                          {std::int64_t{1}, std::int64_t{5}},
                                          Guard::exactly(2, "both")},
                                     Step{"SELECT id FROM item WHERE id = 2", {}, Guard::some("found")},
                                     Step{"DELETE FROM item WHERE id = 1"}}));
  ASSERT_TRUE(answer);
  ASSERT_TRUE(answer.value().applied);
  const auto& steps = answer.value().steps;
  ASSERT_EQ(steps.size(), 5U);
  ASSERT_EQ(steps[2].returned.size(), 2U);
  std::int64_t sum = 0;
  for (const auto& row : steps[2].returned) sum += ports::as_int(row[1]);
  EXPECT_EQ(sum, 40);
  EXPECT_EQ(steps[3].rows, 1);
  EXPECT_EQ(steps[4].rows, 1);
  EXPECT_TRUE(steps[4].returned.empty());
}

TEST_P(StoreConformance, OneParameterMayOccurSeveralTimesAndInAnyOrder) {
  auto subject = fresh();
  const auto rows = query_one(subject->store(), Step{"SELECT CAST($2 AS TEXT), CAST($1 AS BIGINT), CAST($2 AS TEXT), "
                                                     "CAST($3 AS TEXT), CAST($1 AS BIGINT)",
                                                     {std::int64_t{1}, std::string("two"), std::string("three")}});
  ASSERT_TRUE(rows);
  const ports::Row expected{std::string("two"), std::int64_t{1}, std::string("two"), std::string("three"),
                            std::int64_t{1}};
  EXPECT_EQ(rows.value()[0], expected);
}

TEST_P(StoreConformance, ValuesComeBackAsTheyWent) {
  Bytes all_bytes;
  for (int i = 0; i < 256; ++i) all_bytes.push_back(static_cast<std::byte>(i));
  struct Case {
    const char* name;
    SqlValue owner, amount, body;
  };
  const Case cases[] = {
      {"nulls", std::monostate{}, std::monostate{}, std::monostate{}},
      {"empty text and empty bytes are not null", std::string{}, std::int64_t{0}, Bytes{}},
      {"the largest integer", std::string("x"), std::numeric_limits<std::int64_t>::max(), std::monostate{}},
      {"text beyond ASCII, quotes and all", std::string("Zoë's \"naïve\" 価格 \xF0\x9F\x9B\x92 $1 ; --"),
       std::int64_t{1}, std::monostate{}},
      {"every byte, zero included", std::string("x"), std::int64_t{1}, all_bytes},
      {"a long text and a long blob", std::string(200'000, 'k'), std::int64_t{1}, Bytes(300'000, std::byte{0x5a})},
  };
  for (const Case& row : cases) {
    SCOPED_TRACE(row.name);
    auto subject = fresh();
    const Step insert{"INSERT INTO item (id, owner, amount, body) VALUES ($1, $2, $3, $4)",
                      {std::numeric_limits<std::int64_t>::min(), row.owner, row.amount, row.body}};
    ASSERT_TRUE(commit_one(subject->store(), transaction("values", kStore, {insert})).value().applied);
    subject->restart();
    const auto rows = query_one(subject->store(), Step{"SELECT id, owner, amount, body FROM item"});
    ASSERT_TRUE(rows);
    const ports::Row expected{std::numeric_limits<std::int64_t>::min(), row.owner, row.amount, row.body};
    EXPECT_EQ(rows.value()[0], expected);
  }
}

TEST_P(StoreConformance, LikeTellsUpperFromLowerCase) {
  auto subject = fresh();
  const auto rows = query_one(subject->store(), Step{"SELECT 1 WHERE 'Abc' LIKE 'a%'"});
  ASSERT_TRUE(rows);
  EXPECT_TRUE(rows.value().empty());
}

TEST_P(StoreConformance, AMistakeInTheProgramHarmsNobodyElse) {
  const Step mistakes[] = {
      Step{"INSERT INTO no_such_table (id) VALUES (1)"},
      Step{"SELEC 1"},
      Step{""},
      Step{"INSERT INTO item (id) VALUES ($1)", {}},
      Step{"INSERT INTO item (id) VALUES ($1)", {std::int64_t{1}, std::int64_t{2}}},
      Step{"INSERT INTO item (id) VALUES ($2)", {std::int64_t{1}, std::int64_t{2}}},
      Step{"INSERT INTO item (id) VALUES ($1)", {std::string("not a number")}},
      Step{"INSERT INTO item (id, owner) VALUES (1, $1)", {std::string("a\0b", 3)}},
      Step{"INSERT INTO item (id) VALUES (1); INSERT INTO item (id) VALUES (2)"},
  };
  auto subject = fresh();
  for (const Step& mistake : mistakes) {
    SCOPED_TRACE(std::string(mistake.sql));
    const auto answer = commit_one(subject->store(), transaction("mistaken", kStore, {insert_item(50), mistake}));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::kInternal);
    EXPECT_FALSE(query_one(subject->store(), mistake));
  }
  EXPECT_EQ(count_items(subject->store()), 0);
  EXPECT_TRUE(commit_one(subject->store(), transaction("fine", kStore, {insert_item(1)})).value().applied);
}

TEST_P(StoreConformance, AQueryCannotWrite) {
  auto subject = fresh();
  EXPECT_FALSE(query_one(subject->store(), insert_item(1)));
  EXPECT_EQ(count_items(subject->store()), 0);
}

TEST_P(StoreConformance, AnEmptyTransactionIsApplied) {
  auto subject = fresh();
  EXPECT_TRUE(commit_one(subject->store(), transaction("nothing", kStore, {})).value().applied);
}

INSTANTIATE_TEST_SUITE_P(All, StoreConformance, testing::ValuesIn(store_backends().begin(), store_backends().end()),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace kassa
