#include "services/checkout/drawn_codes.hpp"

#include <algorithm>
#include <unordered_map>

#include "discounts/pool_code.hpp"
#include "services/base/text.hpp"
#include "services/checkout/statements.hpp"
#include "services/ports/code_hash.hpp"

namespace kassa::checkout {
namespace {

constexpr std::chrono::minutes kDrawnLife{1};

bool looks_forged(std::string_view code) { return trim(code).starts_with(discounts::kPoolMark); }

const DrawnCode* find_drawn(const Session& session, std::string_view code) {
  if (!session.drawn) return nullptr;
  const std::string folded = ports::folded_code(code);
  const auto found = std::ranges::find(session.drawn->codes, folded, &DrawnCode::code);
  return found == session.drawn->codes.end() ? nullptr : &*found;
}

bool knows_all(const Session& session, std::span<const std::string> codes, Instant now) {
  if (!session.drawn || session.drawn->at + kDrawnLife <= now) return false;
  return std::ranges::all_of(codes, [&](const std::string& code) { return find_drawn(session, code) != nullptr; });
}

const DrawnCode* code_of(const Session& session, const std::string& rule, const std::string& code) {
  if (code.empty()) return nullptr;
  const DrawnCode* const drawn = find_drawn(session, code);
  return drawn != nullptr && drawn->rule == rule ? drawn : nullptr;
}

}  // namespace

asio::awaitable<Result<DrawnPtr>> draw_codes(ports::Store& store, const Snapshot& snapshot,
                                             std::span<const std::string> codes, Instant now) {
  if (!snapshot.code_pools || codes.empty()) co_return DrawnPtr{};
  auto drawn = std::make_shared<DrawnCodes>();
  drawn->at = now;
  std::vector<std::string> hashes;
  for (const std::string& code : codes) {
    DrawnCode entry;
    entry.code = ports::folded_code(code);
    hashes.push_back(ports::code_hash(code));
    drawn->codes.push_back(std::move(entry));
  }
  ports::Step read = statements::find_codes(snapshot.store, hashes);
  KASSA_CO_TRY(const auto rows, co_await store.query(std::move(read)));
  for (const ports::Row& row : rows) {
    const auto at = std::ranges::find(hashes, ports::as_string(row[0])) - hashes.begin();
    DrawnCode& entry = drawn->codes.at(static_cast<std::size_t>(at));
    entry.rule = ports::as_string(row[1]);
    entry.used = !ports::is_null(row[2]);
  }
  co_return DrawnPtr(std::move(drawn));
}

asio::awaitable<Result<DrawnPtr>> codes_to_draw(ports::Store& store, const Snapshot& snapshot, const Session& session,
                                                const Patch& patch, Instant now) {
  const std::vector<std::string>* const codes = patch.codes.present() ? patch.codes.value() : nullptr;
  if (codes == nullptr || knows_all(session, *codes, now)) co_return DrawnPtr{};
  co_return co_await draw_codes(store, snapshot, *codes, now);
}

asio::awaitable<Result<SessionPtr>> with_codes(ports::Store& store, const Snapshot& snapshot, SessionPtr session,
                                               Instant now) {
  if (!snapshot.code_pools || session->codes.empty()) co_return session;
  KASSA_CO_TRY(auto drawn, co_await draw_codes(store, snapshot, session->codes, now));
  if (session->drawn && session->drawn->codes == drawn->codes) co_return session;
  auto next = std::make_shared<Session>(*session);
  next->drawn = std::move(drawn);
  next->rendered = std::make_shared<RenderCache>();
  co_return SessionPtr(std::move(next));
}

bool must_translate(const Session& session) {
  if (session.codes.empty()) return false;
  return session.drawn || std::ranges::any_of(session.codes, looks_forged);
}

std::vector<std::string> asked_codes(const Session& session) {
  std::vector<std::string> codes = session.codes;
  for (std::string& code : codes) {
    const DrawnCode* const drawn = find_drawn(session, code);
    if (drawn != nullptr && !drawn->rule.empty() && !drawn->used) {
      code = discounts::pool_code(drawn->rule);
    } else if (looks_forged(code)) {
      code.clear();
    }
  }
  return codes;
}

void name_typed_codes(const Session& session, discounts::Outcome& outcome) {
  const auto asked = asked_codes(session);
  const auto name = [&](std::string& code) {
    if (!code.starts_with(discounts::kPoolMark)) return;
    const auto first = std::ranges::find(asked, code) - asked.begin();
    code = trim(session.codes.at(static_cast<std::size_t>(first)));
  };
  for (discounts::Applied& applied : outcome.applied) name(applied.code);
  for (discounts::Gift& gift : outcome.gifts) name(gift.code);
  for (discounts::RejectedCode& rejected : outcome.rejected) {
    const std::string& typed = session.codes.at(rejected.index);
    const DrawnCode* const drawn = find_drawn(session, typed);
    if (drawn != nullptr && drawn->used) {
      rejected.reason = "discount_code_usage_limit_reached";
      rejected.rule_id = drawn->rule;
    }
    if (asked[rejected.index] != typed) rejected.code = trim(typed);
  }
}

const DrawnCode* code_spent(const Session& session, const discounts::Applied& applied) {
  return code_of(session, applied.rule_id, applied.code);
}

const DrawnCode* code_spent(const Session& session, const discounts::Gift& gift) {
  return code_of(session, gift.rule_id, gift.code);
}

}  // namespace kassa::checkout
