#include "services/admin/discount_import.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "services/admin/discount_codes.hpp"
#include "services/admin/rule_judge.hpp"
#include "services/admin/statements.hpp"
#include "services/base/hash.hpp"
#include "services/base/limits.hpp"

namespace kassa::admin {
namespace {

constexpr int kImportRoundsMax = 16;

struct RuleLine {
  std::int64_t line{};
  DiscountId id;
  bool enabled{true};
};

struct RuleLines {
  std::vector<RuleLine> lines;
  json::array rules;  ///< One for each line.
};

void add_fault(std::vector<LineFault>& faults, std::int64_t line, std::string path, std::string code,
               std::string message) {
  Problem problem;
  problem.path = std::move(path);
  problem.code = std::move(code);
  problem.message = std::move(message);
  faults.push_back({line, std::move(problem)});
}

void read_line(std::string_view text, std::int64_t number, RuleLines& out, std::vector<LineFault>& faults) {
  if (text.size() > limits::kBodyBytesMax) {
    return add_fault(faults, number, "", "too_long", "A rule has at most 65536 bytes.");
  }
  auto parsed = parse_json(text);
  if (!parsed) return add_fault(faults, number, "", "malformed_json", parsed.error().detail);
  json::object* const rule = parsed.value().if_object();
  if (rule == nullptr) return add_fault(faults, number, "", "type_mismatch", "A line must be a JSON object.");
  RuleLine line;
  line.line = number;
  std::vector<Problem> problems;
  ObjectReader reader(*rule, "", problems);
  reader.require("id");
  line.id = DiscountId{reader.text("id", limits::kIdBytesMax).value_or("")};
  line.enabled = reader.boolean("enabled").value_or(true);
  if (problems.empty() && line.id.value.empty()) reader.fault("id", "required", "A rule needs an id.");
  for (Problem& problem : problems) faults.push_back({number, std::move(problem)});
  if (!problems.empty()) return;
  rule->erase("enabled");
  out.lines.push_back(std::move(line));
  out.rules.push_back(std::move(*rule));
}

RuleLines read_lines(std::string_view text, std::vector<LineFault>& faults) {
  RuleLines out;
  for (std::int64_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (faults.size() >= kLineFaultsMax) {
      stop_reading(number, faults);
      break;
    }
    if (out.lines.size() == kRulesPerImportMax) {
      add_fault(faults, number, "", "too_many_values", "At most 10000 rules in one import; send the rest in another.");
      break;
    }
    read_line(line, number, out, faults);
  }
  if (out.lines.empty() && faults.empty()) add_fault(faults, 0, "", "required", "There is no rule.");
  return out;
}

Error faulty() { return Error{Errc::kInvalidRequest, "lines have faults; nothing was kept"}; }

/// What an import changes, and which step of its transaction puts which line.
struct Plan {
  ports::Transaction transaction;
  std::map<std::size_t, std::int64_t> line_of_step;
  ImportedRules counts;

  explicit Plan(const StoreId& store) : transaction("discounts", store) {}
};

Plan plan_of(const StoreId& store, const RuleBook& book, const RuleLines& read, const Judgement& judged,
             const statements::Replaced& how) {
  std::unordered_map<std::string_view, const StoredRule*> current;
  for (const StoredRule& rule : book.base ? book.named : book.rules) current.emplace(rule.id.value, &rule);
  Plan plan(store);
  plan.transaction.add(statements::move_revision(store, book.revision));
  // In the order of their ids, in which completions lock them, too.
  std::vector<std::size_t> order(read.lines.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) -> const std::string& { return read.lines[i].id.value; });
  for (const std::size_t i : order) {
    const RuleLine& line = read.lines[i];
    const auto before = current.find(line.id.value);
    const bool known = before != current.end();
    if (known && before->second->rule == read.rules[i] && before->second->enabled == line.enabled) {
      ++plan.counts.unchanged;
      continue;
    }
    ++(known ? plan.counts.updated : plan.counts.created);
    statements::RuleRow row;
    row.id = line.id;
    row.body = json::serialize(read.rules[i]);
    const auto limit = judged.max_uses.find(line.id.value);
    if (limit != judged.max_uses.end()) row.max_uses = limit->second;
    row.enabled = line.enabled;
    plan.transaction.add(statements::keep_version(store, line.id, how));
    plan.line_of_step.emplace(plan.transaction.steps.size(), line.line);
    plan.transaction.add(statements::put_rule(store, row, book.revision + 1));
  }
  refuse_pool_codes(plan.transaction, store, read.rules);
  return plan;
}

json::object detail_of(std::string_view text, const ImportedRules& counts) {
  json::object detail;
  detail["sha256"] = sha256_hex(text);
  detail["created"] = counts.created;
  detail["updated"] = counts.updated;
  return detail;
}

}  // namespace

void stop_reading(std::int64_t line, std::vector<LineFault>& faults) {
  Problem problem;
  problem.code = "too_many_faults";
  problem.message = "There are faults enough: nothing was read from this line on.";
  faults.insert(faults.begin(), LineFault{line, std::move(problem)});
}

asio::awaitable<Result<ImportedRules>> DiscountImport::take(Actor actor, StoreId store, const RuleGround& ground,
                                                            std::string_view text, bool dry,
                                                            std::vector<LineFault>& faults) {
  const RuleLines read = read_lines(text, faults);
  std::vector<std::string> named;
  named.reserve(read.lines.size());
  for (const RuleLine& line : read.lines) named.push_back(line.id.value);
  for (int n = 0; n < kImportRoundsMax; ++n) {
    KASSA_CO_TRY(const auto book, co_await read_rule_book(store_, store, ground, named));
    // Lines that can be read are judged although others cannot: every fault at once.
    KASSA_CO_TRY(Judgement judged, co_await judge_for_store(store_, store, ground, book, read.rules));
    for (RuleFault& fault : judged.faults) {
      const std::int64_t line = fault.rule < read.lines.size() ? read.lines[fault.rule].line : 0;
      faults.push_back({line, std::move(fault.problem)});
    }
    if (!faults.empty()) co_return faulty();
    const statements::Replaced how(clock_.now(), actor.name);
    Plan plan = plan_of(store, book, read, judged, how);
    if (dry || plan.line_of_step.empty()) co_return plan.counts;
    AuditEntry entry(actor, "discounts.imported", "discounts", detail_of(text, plan.counts));
    AuditedStore audited(store_, clock_, std::move(entry));
    KASSA_CO_TRY(const auto done, co_await audited.commit(std::move(plan.transaction)));
    if (done.applied) co_return plan.counts;
    if (done.refused_label != "limit_below_uses") continue;
    add_fault(faults, plan.line_of_step.at(done.refused_at), "/limits/global", "limit_below_uses",
              "The rule has been used more often than that.");
    co_return faulty();
  }
  co_return Error{Errc::kOverloaded, "the store keeps changing; try again"};
}

std::string rule_line(const StoredRule& rule) {
  if (rule.enabled) return json::serialize(rule.rule);
  json::object line = rule.rule;
  line["enabled"] = false;
  return json::serialize(line);
}

}  // namespace kassa::admin
