#include "services/protocol/admin/simulate_answer.hpp"

#include "services/base/limits.hpp"
#include "services/base/text.hpp"
#include "services/ports/bundle_part.hpp"

namespace kassa::protocol {
namespace {

constexpr std::size_t kSimulatedRulesMax = 500;
constexpr std::size_t kRulesToldMax = 1'000;

std::vector<std::string> rule_ids(ObjectReader& reader, std::string_view key) {
  std::vector<std::string> ids;
  const json::array* const list = reader.array(key, kSimulatedRulesMax);
  if (list == nullptr) return ids;
  for (const json::value& item : *list) {
    if (!item.is_string()) {
      reader.fault(key, "type_mismatch", "This must be a list of ids of rules.");
      return {};
    }
    ids.emplace_back(item.get_string());
  }
  return ids;
}

void read_changes(ObjectReader& reader, SimulateAsk& ask) {
  const json::object* const draft = reader.object("draft");
  if (draft == nullptr) return;
  ObjectReader member(*draft, reader, "draft");
  ports::refuse_unknown_members(member, {"rules", "alone", "enable", "without"});
  if (const json::array* const rules = member.array("rules", kSimulatedRulesMax)) ask.rules = *rules;
  ask.alone = member.boolean("alone").value_or(false);
  ask.enable = rule_ids(member, "enable");
  ask.without = rule_ids(member, "without");
}

/// Orders, unless something else is asked for: only they are revenue.
std::string read_outcome(ObjectReader& reader) {
  std::string word = reader.text("outcome", limits::kIdBytesMax).value_or("ordered");
  if (word == "any") return {};
  if (word != "ordered" && word != "open") {
    reader.fault("outcome", "unknown_value", "This word is not known here.", "Use one of: ordered, open, any.");
  }
  return word;
}

json::object written(const checkout::SimulatedSums& sums) {
  json::object out;
  out["revenue"] = sums.revenue;
  out["net"] = sums.net;
  out["discount"] = sums.discount;
  return out;
}

json::object difference(const checkout::SimulatedSums& live, const checkout::SimulatedSums& draft) {
  checkout::SimulatedSums sums;
  sums.revenue = draft.revenue - live.revenue;
  sums.net = draft.net - live.net;
  sums.discount = draft.discount - live.discount;
  return written(sums);
}

json::array written(const std::vector<checkout::ChangedCart>& carts) {
  json::array out;
  for (const checkout::ChangedCart& cart : carts) {
    json::object entry;
    entry["recording"] = cart.recording;
    entry["live"] = cart.live;
    entry["draft"] = cart.draft;
    entry["difference"] = cart.difference();
    out.push_back(std::move(entry));
  }
  return out;
}

json::object written(const std::string& code, const checkout::SimulatedCurrency& currency) {
  json::object out;
  out["currency"] = code;
  out["carts"] = currency.carts;
  out["orders_touched"] = currency.touched;
  out["live"] = written(currency.live);
  out["draft"] = written(currency.draft);
  out["difference"] = difference(currency.live, currency.draft);
  out["best"] = written(currency.best);
  out["worst"] = written(currency.worst);
  return out;
}

json::object written(const checkout::RuleSums& sums) {
  json::object out;
  out["carts"] = sums.carts;
  json::object& given = out["given"].emplace_object();
  for (const auto& [currency, amount] : sums.given) given[currency] = amount;
  return out;
}

}  // namespace

SimulateAsk read_simulation(const json::object& body, std::vector<Problem>& problems) {
  ObjectReader reader(body, "", problems);
  ports::refuse_unknown_members(reader, {"draft", "outcome", "carts_max"});
  SimulateAsk ask;
  read_changes(reader, ask);
  ask.carts.outcome = read_outcome(reader);
  ask.carts.most = reader.integer("carts_max", 1, limits::kSimulatedCartsMax).value_or(limits::kSimulatedCartsMax);
  return ask;
}

json::object written_simulation(const checkout::SimulationReport& report) {
  json::object out;
  out["carts"] = report.carts;
  out["more"] = report.more;
  if (report.earliest) out["from"] = to_rfc3339(*report.earliest);
  if (report.latest) out["until"] = to_rfc3339(*report.latest);
  json::object& unknown = out["unknown"].emplace_object();
  unknown["goods"] = report.goods_gone;
  unknown["orders_count"] = report.orders_unknown;
  unknown["segments"] = report.segments_unknown;
  json::array& currencies = out["currencies"].emplace_array();
  for (const auto& [code, currency] : report.currencies) currencies.push_back(written(code, currency));
  json::array& rules = out["rules"].emplace_array();
  for (const auto& [id, rule] : report.rules) {
    if (rules.size() == kRulesToldMax) break;
    json::object entry;
    entry["rule"] = id;
    entry["live"] = written(rule.live);
    entry["draft"] = written(rule.draft);
    rules.push_back(std::move(entry));
  }
  if (report.rules.size() > kRulesToldMax) out["rules_left_out"] = report.rules.size() - kRulesToldMax;
  return out;
}

}  // namespace kassa::protocol
