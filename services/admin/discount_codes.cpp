#include "services/admin/discount_codes.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "services/admin/statements.hpp"
#include "services/base/hash.hpp"
#include "services/base/limits.hpp"
#include "services/base/text.hpp"
#include "services/ports/code_hash.hpp"

namespace kassa::admin {
namespace {

constexpr int kCodeRoundsMax = 16;
constexpr std::size_t kHashesAtOnce = 200;  // The databases walk the text from its start for each.

static_assert(kCodeAlphabet.size() == 32, "a byte's low five bits choose a character, all of them equally often");

std::vector<std::string> random_codes(std::int64_t count, const std::string& prefix, Random& random) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(count) * kCodeRandomChars);
  random.fill(bytes);
  std::vector<std::string> codes(static_cast<std::size_t>(count), prefix);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    codes[i / kCodeRandomChars] += kCodeAlphabet[std::to_integer<std::size_t>(bytes[i]) % kCodeAlphabet.size()];
  }
  return codes;
}

std::vector<std::string> hashes_of(const std::vector<std::string>& codes) {
  std::vector<std::string> hashes;
  hashes.reserve(codes.size());
  for (const std::string& code : codes) hashes.push_back(ports::code_hash(code));
  return hashes;
}

/// The hashes from `first` on, one after the other, as one parameter.
std::string joined(const std::vector<std::string>& hashes, std::size_t first, std::size_t count) {
  std::string text;
  text.reserve(count * ports::kCodeHashBytes);
  for (std::size_t i = first; i < first + count; ++i) text += hashes[i];
  return text;
}

Error faulty_codes() { return Error{Errc::kInvalidRequest, "lines have faults; nothing was kept"}; }

Result<void> has_pool(const RuleBook& book, const DiscountId& id) {
  const StoredRule* const rule = book.find(id);
  if (rule == nullptr) return Error{Errc::kNotFound, "no such rule"};
  const json::value* const trigger = rule->rule.if_contains("trigger");
  const json::object* const object = trigger == nullptr ? nullptr : trigger->if_object();
  const json::value* const pool = object == nullptr ? nullptr : object->if_contains("pool");
  if (pool != nullptr && *pool == true) return ok();
  return Error{Errc::kGuardFailed, R"(the rule has no pool: give it the trigger {"pool":true})"};
}

/// Those that stand in a sound rule; null for none.
const json::array* listed_codes(const json::object& rule) {
  const json::object* const trigger = rule.at("trigger").if_object();
  const json::value* const list = trigger == nullptr ? nullptr : trigger->if_contains("codes");
  return list == nullptr ? nullptr : list->if_array();
}

void add_code_fault(std::vector<LineFault>& faults, std::int64_t line, std::string code, std::string message) {
  Problem problem;
  problem.code = std::move(code);
  problem.message = std::move(message);
  faults.push_back({line, std::move(problem)});
}

struct CodeLines {
  std::vector<std::string> hashes;
  std::vector<std::int64_t> lines;  ///< Of each hash.
};

bool may_be_code(std::string_view code) {
  return code.size() <= limits::kIdBytesMax && is_utf8(code) &&
         std::ranges::none_of(code, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
}

CodeLines read_codes(std::string_view text, const discounts::RuleSet& rules, std::vector<LineFault>& faults) {
  CodeLines out;
  std::unordered_set<std::string> seen;
  for (std::int64_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view code = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (code.ends_with('\r')) code.remove_suffix(1);
    code = trim(code);
    if (code.empty() || (number == 1 && code == "code")) continue;  // The heading of what we make ourselves.
    if (faults.size() >= kLineFaultsMax) {
      stop_reading(number, faults);
      break;
    }
    if (std::ssize(out.hashes) == kCodesPerCallMax) {
      add_code_fault(faults, number, "too_many_values", "At most 100000 codes in one call; send the rest in another.");
      break;
    }
    if (!may_be_code(code)) {
      add_code_fault(faults, number, "bad_code", "A code is one line of text of at most 255 bytes.");
      continue;
    }
    const std::string folded = ports::folded_code(code);
    if (!discounts::rule_of_code(rules, folded).empty()) {
      add_code_fault(faults, number, "duplicate_code", "A rule has this code.");
    } else if (!seen.insert(folded).second) {
      add_code_fault(faults, number, "duplicate_code", "An earlier line is the same code; capitals do not count.");
    }
    out.hashes.push_back(ports::code_hash(code));
    out.lines.push_back(number);
  }
  if (out.hashes.empty() && faults.empty()) add_code_fault(faults, 0, "required", "There is no code.");
  return out;
}

}  // namespace

asio::awaitable<Result<std::vector<std::string>>> hashes_in_pools(ports::Store& from, StoreId store,
                                                                  std::vector<std::string> hashes) {
  std::vector<std::string> found;
  for (std::size_t first = 0; first < hashes.size(); first += kHashesAtOnce) {
    const std::size_t count = std::min(kHashesAtOnce, hashes.size() - first);
    ports::Step read = statements::read_hashes(store, joined(hashes, first, count), static_cast<std::int64_t>(count));
    KASSA_CO_TRY(const auto rows, co_await from.query(std::move(read)));
    for (const ports::Row& row : rows) found.push_back(ports::as_string(row[0]));
  }
  co_return found;
}

asio::awaitable<Result<std::vector<RuleFault>>> faults_with_pools(ports::Store& from, StoreId store,
                                                                  const json::array& added) {
  std::unordered_map<std::string, std::pair<std::size_t, std::size_t>> places;
  for (std::size_t i = 0; i < added.size(); ++i) {
    const json::array* const codes = listed_codes(added[i].as_object());
    for (std::size_t k = 0; codes != nullptr && k < codes->size(); ++k) {
      places.emplace(ports::code_hash((*codes)[k].as_string()), std::pair(i, k));
    }
  }
  std::vector<std::string> hashes;
  hashes.reserve(places.size());
  for (const auto& [hash, place] : places) hashes.push_back(hash);
  KASSA_CO_TRY(const auto found, co_await hashes_in_pools(from, std::move(store), std::move(hashes)));
  std::vector<RuleFault> faults;
  for (const std::string& hash : found) {
    const auto [rule, code] = places.at(hash);
    Problem problem;
    problem.path = "/trigger/codes/" + std::to_string(code);
    problem.code = "duplicate_code";
    problem.message = "A pool of the store has this code.";
    faults.push_back({rule, std::move(problem)});
  }
  co_return faults;
}

void refuse_pool_codes(ports::Transaction& transaction, const StoreId& store, const json::array& added) {
  std::vector<std::string> hashes;
  for (const json::value& rule : added) {
    const json::array* const codes = listed_codes(rule.as_object());
    if (codes == nullptr) continue;
    for (const json::value& code : *codes) hashes.push_back(ports::code_hash(code.as_string()));
  }
  for (std::size_t first = 0; first < hashes.size(); first += kHashesAtOnce) {
    const std::size_t count = std::min(kHashesAtOnce, hashes.size() - first);
    transaction.add(statements::refuse_hashes(store, joined(hashes, first, count), static_cast<std::int64_t>(count)));
  }
}

asio::awaitable<Result<bool>> DiscountCodes::keep(StoreId store, std::int64_t revision, DiscountId rule,
                                                  std::vector<std::string> hashes, AuditEntry entry) {
  entry.detail["count"] = hashes.size();
  AuditedStore audited(store_, clock_, std::move(entry));
  ports::Transaction transaction("codes", store);
  transaction.add(statements::open_pools(store));
  transaction.add(statements::check_rules(store, revision));
  const Instant now = clock_.now();
  for (std::size_t first = 0; first < hashes.size(); first += kHashesAtOnce) {
    const std::size_t count = std::min(kHashesAtOnce, hashes.size() - first);
    transaction.add(
        statements::add_codes(store, rule, joined(hashes, first, count), static_cast<std::int64_t>(count), now));
  }
  KASSA_CO_TRY(const auto done, co_await audited.commit(std::move(transaction)));
  co_return done.applied;
}

asio::awaitable<Result<std::vector<std::string>>> DiscountCodes::make(Actor actor, StoreId store, DiscountId rule,
                                                                      std::int64_t count, std::string prefix) {
  for (int n = 0; n < kCodeRoundsMax; ++n) {
    KASSA_CO_TRY(const auto book, co_await read_rule_book(store_, store, rule));
    KASSA_CO_TRY(has_pool(book, rule));
    auto codes = random_codes(count, prefix, random_);
    AuditEntry entry(actor, "discount.codes_made", rule.value);
    KASSA_CO_TRY(const bool kept, co_await keep(store, book.revision, rule, hashes_of(codes), std::move(entry)));
    if (kept) co_return codes;
  }
  co_return Error{Errc::kOverloaded, "the store keeps changing, or there are too many codes of this kind; try again"};
}

asio::awaitable<Result<std::int64_t>> DiscountCodes::take(Actor actor, StoreId store, DiscountId rule,
                                                          const RuleGround& ground, std::string_view text,
                                                          std::vector<LineFault>& faults) {
  const std::vector<std::string> named{rule.value};
  for (int n = 0; n < kCodeRoundsMax; ++n) {
    KASSA_CO_TRY(const auto book, co_await read_rule_book(store_, store, ground, named));
    KASSA_CO_TRY(has_pool(book, rule));
    const auto rules = all_rules(book);
    if (!rules) co_return Error{Errc::kInternal, "the store's rules do not go together"};
    const CodeLines read = read_codes(text, *rules, faults);
    KASSA_CO_TRY(const auto found, co_await hashes_in_pools(store_, store, read.hashes));
    const std::unordered_set<std::string> taken(found.begin(), found.end());
    for (std::size_t i = 0; !taken.empty() && i < read.hashes.size(); ++i) {
      if (!taken.contains(read.hashes[i])) continue;
      add_code_fault(faults, read.lines[i], "duplicate_code", "A pool of the store has this code.");
    }
    if (!faults.empty()) co_return faulty_codes();
    AuditEntry entry(actor, "discount.codes_imported", rule.value);
    KASSA_CO_TRY(const bool kept, co_await keep(store, book.revision, rule, read.hashes, std::move(entry)));
    if (kept) co_return std::ssize(read.hashes);
  }
  co_return Error{Errc::kOverloaded, "the store keeps changing; try again"};
}

asio::awaitable<Result<PoolCode>> DiscountCodes::find(StoreId store, std::string code) {
  ports::Step read = statements::read_code(store, ports::code_hash(code));
  KASSA_CO_TRY(const auto rows, co_await store_.query(std::move(read)));
  if (rows.empty()) co_return Error{Errc::kNotFound, "no such code"};
  const ports::Row& row = rows.front();
  PoolCode found;
  found.rule = DiscountId{ports::as_string(row[0])};
  found.created_at = from_millis(ports::as_int(row[1]));
  if (!ports::is_null(row[2])) found.order = OrderId{ports::as_string(row[2])};
  co_return found;
}

asio::awaitable<Result<void>> DiscountCodes::withdraw(Actor actor, StoreId store, std::string code) {
  KASSA_CO_TRY(const auto known, co_await find(store, code));
  AuditEntry entry(actor, "discount.code_withdrawn", known.rule.value);
  AuditedStore audited(store_, clock_, std::move(entry));
  ports::Transaction transaction("codes", store);
  transaction.add(statements::drop_code(store, ports::code_hash(code)));
  KASSA_CO_TRY(const auto done, co_await audited.commit(std::move(transaction)));
  if (!done.applied) co_return Error{Errc::kGuardFailed, "an order has used this code"};
  co_return ok();
}

}  // namespace kassa::admin
