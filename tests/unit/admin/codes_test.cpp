// Pools of codes: made, brought along, looked up, withdrawn; never a code twice in a store.

#include <functional>
#include <set>

#include "services/admin/discount_codes.hpp"
#include "services/admin/discount_rules.hpp"
#include "services/ports/code_hash.hpp"
#include "tests/unit/admin/bench.hpp"

namespace kassa {
namespace {

/// Does something else just before the first commit.
class RacedStore final : public ports::Store {
 public:
  RacedStore(ports::Store& store, std::function<void()> meanwhile) : store_(store), meanwhile_(std::move(meanwhile)) {}

  boost::asio::awaitable<Result<ports::Committed>> commit(ports::Transaction transaction) override {
    if (const auto act = std::exchange(meanwhile_, nullptr)) act();
    co_return co_await store_.commit(std::move(transaction));
  }
  boost::asio::awaitable<Result<std::vector<ports::Row>>> query(ports::Step step) override {
    co_return co_await store_.query(std::move(step));
  }

 private:
  ports::Store& store_;
  std::function<void()> meanwhile_;
};

/// Goods change before every commit.
class MovingStore final : public ports::Store {
 public:
  explicit MovingStore(Database& main) : main_(main) {}
  boost::asio::awaitable<Result<ports::Committed>> commit(ports::Transaction transaction) override {
    main_.execute("UPDATE store SET revision = revision + 1");
    co_return co_await main_.store().commit(std::move(transaction));
  }
  boost::asio::awaitable<Result<std::vector<ports::Row>>> query(ports::Step step) override {
    co_return co_await main_.store().query(std::move(step));
  }

 private:
  Database& main_;
};

class Codes : public testing::Test, public AdminBench {
 protected:
  Codes() {
    EXPECT_EQ(create("/discounts/vip", rule(R"({"pool":true})")).status, 201);
    EXPECT_EQ(create("/discounts/plain", rule(R"({"codes":["Spring"]})")).status, 201);
  }

  static std::string rule(const std::string& trigger) {
    return R"({"class":"order","trigger":)" + trigger + R"(,"value":{"type":"percent","bps":1000}})";
  }
  static std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> out;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) out.push_back(line.substr(0, line.find('\r')));
    return out;
  }
  static json::object rule_object(const std::string& id, const std::string& trigger) {
    json::object made = json::parse(rule(trigger)).as_object();
    made["id"] = id;
    return made;
  }
  static Words told(const std::vector<admin::LineFault>& faults) {
    Words out;
    for (const auto& fault : faults) {
      out.push_back(std::to_string(fault.line) + " " + fault.problem.path + " " + fault.problem.code);
    }
    return out;
  }
  Result<std::int64_t> take_codes(RacedStore& raced, const std::string& text, std::vector<admin::LineFault>& faults) {
    admin::DiscountCodes codes(raced, clock, random);
    return run(codes.take(actor, store, DiscountId{"vip"}, {}, text, faults));
  }

  const admin::Actor actor{"key:k1", "192.0.2.7", "req_1"};
  std::int64_t kept() { return main.number("SELECT count(*) FROM discount_code"); }
};

TEST_F(Codes, a_hundred_thousand_are_made_in_one_call_and_kept_by_their_hash) {
  const auto began = std::chrono::steady_clock::now();
  const Answer made = post("/discounts/vip/codes", R"({"count":100000,"prefix":"VIP-"})");
  const auto took = std::chrono::steady_clock::now() - began;
  ASSERT_EQ(made.status, 201) << made.raw;
  const auto codes = lines(made.raw);
  std::printf("100,000 codes: %lld ms\n",
              static_cast<long long>(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
  ASSERT_EQ(codes.size(), 100'001U);
  EXPECT_EQ(codes.front(), "code");
  EXPECT_EQ((std::set<std::string>(codes.begin(), codes.end()).size()), codes.size());
  EXPECT_EQ(codes[1].size(), 4 + admin::kCodeRandomChars);
  EXPECT_EQ(codes[1].substr(4).find_first_not_of(admin::kCodeAlphabet), std::string::npos) << codes[1];
  EXPECT_EQ(kept(), 100'000);
  EXPECT_EQ(main.rows("SELECT 1 FROM discount_code WHERE code_hash = $1", {ports::code_hash(codes.back())}).size(), 1U);
  EXPECT_EQ(audited(), (Words{"discount.put", "discount.put", "discount.codes_made"}));
}

TEST_F(Codes, the_first_of_a_store_are_news_for_its_snapshots) {
  const std::string revision = "SELECT revision FROM store WHERE store_id = 's1'";
  const auto before = main.number(revision);
  ASSERT_EQ(post("/discounts/vip/codes", R"({"count":2})").status, 201);
  EXPECT_EQ(main.number(revision), before + 1);
  ASSERT_EQ(post("/discounts/vip/codes", R"({"count":2})").status, 201);
  EXPECT_EQ(main.number(revision), before + 1);
}

TEST_F(Codes, one_is_looked_up_and_withdrawn_whatever_its_capitals) {
  ASSERT_EQ(post("/discounts/vip/codes/import", "code\nFriend-1\nFRIEND-2\r\n\n").status, 200);
  const Answer found = get("/discount-codes/%20friend-1");
  ASSERT_EQ(found.status, 200) << found.raw;
  EXPECT_EQ(found.text("discount_id"), "vip");
  EXPECT_FALSE(found.body.at("used").as_bool());
  main.execute("UPDATE discount_code SET order_id = 'ord_9' WHERE code_hash = $1", {ports::code_hash("friend-1")});
  EXPECT_EQ(get("/discount-codes/friend-1").text("order_id"), "ord_9");
  EXPECT_EQ(remove("/discount-codes/friend-1").status, 409);
  EXPECT_EQ(remove("/discount-codes/friend-2").status, 204);
  EXPECT_EQ(remove("/discount-codes/friend-2").status, 404);
  EXPECT_EQ(kept(), 1);
}

TEST_F(Codes, a_list_is_taken_as_a_whole_or_not_at_all) {
  ASSERT_EQ(post("/discounts/vip/codes/import", "one\ntwo").raw, R"({"created":2})");
  const std::string line(256, 'x');
  const Answer refused = post("/discounts/vip/codes/import", "new\nSPRING\nNEW\n" + line + "\nTwo\n");
  EXPECT_EQ(refused.status, 400);
  Words told = refused.problems();
  std::ranges::sort(told);
  EXPECT_EQ(told, (Words{"2  duplicate_code", "3  duplicate_code", "4  bad_code", "5  duplicate_code"}));
  EXPECT_EQ(post("/discounts/vip/codes/import", "\n\n").problems(), Words{" required"});
  EXPECT_EQ(kept(), 2);
}

TEST_F(Codes, only_rules_with_a_pool_have_codes) {
  EXPECT_EQ(post("/discounts/plain/codes", R"({"count":1})").status, 409);
  EXPECT_EQ(post("/discounts/none/codes", R"({"count":1})").status, 404);
  EXPECT_EQ(post("/discounts/plain/codes/import", "one").status, 409);
  const Answer faulty = post("/discounts/vip/codes", R"({"count":100001,"prefix":"a,b","x":1})");
  Words told = faulty.problems();
  std::ranges::sort(told);
  EXPECT_EQ(told, (Words{"/count out_of_range", "/prefix bad_code", "/x unknown_member"}));
  EXPECT_EQ(kept(), 0);
}

TEST_F(Codes, a_rule_may_not_take_a_code_that_a_pool_has) {
  ASSERT_EQ(post("/discounts/vip/codes/import", "friend").status, 200);
  EXPECT_EQ(create("/discounts/new", rule(R"({"codes":["other","FRIEND"]})")).problems(),
            Words{"/trigger/codes/1 duplicate_code"});
  EXPECT_EQ(post("/discounts/import", R"({"id":"n","class":"order","trigger":{"codes":["Friend"]},)"
                                      R"("value":{"type":"percent","bps":1}})")
                .problems(),
            Words{"1 /trigger/codes/0 duplicate_code"});
}

TEST_F(Codes, a_list_of_faulty_lines_is_not_read_to_its_end) {
  std::string lines;
  for (int i = 0; i < 100'000; ++i) lines += "\x01\n";
  for (const char* const path : {"/discounts/vip/codes/import", "/discounts/import"}) {
    const Answer refused = post(path, lines);
    ASSERT_EQ(refused.status, 400);
    ASSERT_EQ(refused.problems().size(), 200U) << path;
    EXPECT_EQ(refused.problems().front(), "1001  too_many_faults") << path;
    EXPECT_EQ(refused.body.at("problems_left_out").as_int64(), 801) << path;
  }
}

TEST_F(Codes, a_rule_that_takes_a_code_while_a_list_with_it_comes_in_has_it) {
  for (const bool first : {true, false}) {
    const std::string code = first ? "RACE" : "AGAIN";
    RacedStore raced(main.store(), [&] {
      EXPECT_EQ(create("/discounts/" + code, rule(R"({"codes":[")" + code + R"("]})")).status, 201);
    });
    std::vector<admin::LineFault> faults;
    EXPECT_EQ(take_codes(raced, "other\n" + code, faults).error().code, Errc::kInvalidRequest);
    EXPECT_EQ(told(faults), Words{"2  duplicate_code"});
    EXPECT_EQ(kept(), first ? 0 : 1);
    if (first) {
      ASSERT_EQ(post("/discounts/vip/codes/import", "one").status, 200);
    }
  }
}

TEST_F(Codes, a_rule_that_loses_its_pool_meanwhile_gets_no_codes) {
  RacedStore retired(main.store(), [&] { EXPECT_EQ(remove("/discounts/vip").status, 204); });
  std::vector<admin::LineFault> faults;
  EXPECT_EQ(take_codes(retired, "one", faults).error().code, Errc::kNotFound);
  ASSERT_EQ(create("/discounts/vip", rule(R"({"pool":true})")).status, 201);
  const std::string tag = get("/discounts/vip").header("ETag");
  RacedStore changed(main.store(), [&] { EXPECT_EQ(put("/discounts/vip", rule(R"("automatic")"), tag).status, 200); });
  admin::DiscountCodes codes(changed, clock, random);
  EXPECT_EQ(run(codes.make(actor, store, DiscountId{"vip"}, 3, "")).error().code, Errc::kGuardFailed);
  EXPECT_EQ(kept(), 0);
}

TEST_F(Codes, what_has_nothing_to_do_with_them_only_makes_them_wait) {
  RacedStore raced(main.store(), [&] { EXPECT_EQ(create("/discounts/b", rule(R"("automatic")")).status, 201); });
  std::vector<admin::LineFault> faults;
  EXPECT_EQ(take_codes(raced, "one\ntwo", faults).value(), 2);
  EXPECT_EQ(kept(), 2);
}

TEST_F(Codes, goods_that_change_all_the_time_keep_nobody_from_making_them) {
  MovingStore moving(main);
  admin::DiscountCodes codes(moving, clock, random);
  std::vector<admin::LineFault> faults;
  EXPECT_EQ(run(codes.take(actor, store, DiscountId{"vip"}, {}, "one\ntwo", faults)).value(), 2);
  EXPECT_EQ(run(codes.make(actor, store, DiscountId{"vip"}, 3, "")).value().size(), 3U);
}

TEST_F(Codes, a_code_that_a_pool_gets_meanwhile_is_refused_to_rules) {
  for (const bool first : {true, false}) {
    const std::string code = first ? "FIRST" : "SECOND";
    const auto import = [&] { EXPECT_EQ(post("/discounts/vip/codes/import", code).status, 200); };
    RacedStore raced(main.store(), import);
    admin::DiscountRules rules(raced, clock);
    std::vector<Problem> problems;
    const std::string trigger = R"({"codes":["x",")" + code + R"("]})";
    const auto put = run(rules.put(actor, store, DiscountId{"new"}, rule_object("new", trigger), {}, {}, problems));
    EXPECT_EQ(put.error().code, Errc::kInvalidRequest);
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems[0].path + " " + problems[0].code, "/trigger/codes/1 duplicate_code");
  }
  RacedStore raced(main.store(), [&] { EXPECT_EQ(post("/discounts/vip/codes/import", "third").status, 200); });
  admin::DiscountImport import(raced, clock);
  std::vector<admin::LineFault> faults;
  const std::string line = json::serialize(rule_object("new", R"({"codes":["THIRD"]})"));
  EXPECT_EQ(run(import.take(actor, store, {}, line, false, faults)).error().code, Errc::kInvalidRequest);
  EXPECT_EQ(told(faults), Words{"1 /trigger/codes/0 duplicate_code"});
  EXPECT_EQ(main.number("SELECT count(*) FROM discount WHERE discount_id = 'new'"), 0);
}

}  // namespace
}  // namespace kassa
