#include "services/checkout/kept_answers.hpp"

namespace kassa::checkout {
namespace {

std::int64_t day_of(Instant now) { return to_millis(now) / std::chrono::milliseconds(std::chrono::hours{24}).count(); }

/// The store's backend and platforms that proved who they are answer for what they send.
bool is_counted(const Caller& caller, const KeyUse& key) noexcept { return !key.key.empty() && !caller.proved; }

constexpr std::size_t kBlocksMax = 100'000;

}  // namespace

Result<void> room_for_answer(const KeyUse& key, const Session& session) {
  if (key.key.empty() || session.kept_bytes < kKeptBytesPerCheckoutMax) return ok();
  return Error{Errc::kRateLimited, "this checkout has had too many changes under idempotency keys; begin another one"};
}

Result<void> KeptAnswers::may_keep(const Caller& caller, const KeyUse& key, const Session* session, Instant now) {
  if (session != nullptr) {
    KASSA_TRY(room_for_answer(key, *session));
  }
  if (!is_counted(caller, key)) return ok();
  const std::scoped_lock lock(mutex_);
  begin_day(now);
  if (!caller.block.empty() && of_block(caller) >= bytes_per_day_max_ / kKeptSharesPerDay) {
    return Error{Errc::kRateLimited, "no more answers under idempotency keys are kept for you today; send none"};
  }
  if (stores_[caller.store] < bytes_per_day_max_) return ok();
  return Error{Errc::kRateLimited, "this store keeps no more answers under idempotency keys today; send none"};
}

void KeptAnswers::count(const Caller& caller, const KeyUse& key, const Answer& answer, Instant now) {
  if (!is_counted(caller, key)) return;
  const auto bytes = static_cast<std::int64_t>(answer.body->size());
  const std::scoped_lock lock(mutex_);
  begin_day(now);
  stores_[caller.store] += bytes;
  if (!caller.block.empty()) of_block(caller) += bytes;
}

void KeptAnswers::begin_day(Instant now) {
  const std::int64_t today = day_of(now);
  if (day_ == today) return;
  day_ = today;
  stores_.clear();
  blocks_.clear();
}

std::int64_t& KeptAnswers::of_block(const Caller& caller) {
  const std::string name = caller.store.value + "|" + caller.block;
  const auto known = blocks_.find(name);
  if (known != blocks_.end()) return known->second;
  return blocks_[blocks_.size() < kBlocksMax ? name : caller.store.value];
}

}  // namespace kassa::checkout
