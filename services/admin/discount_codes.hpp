#pragma once
// The pools of discount rules: codes that are good for one order each, made here or brought along, kept by their hash
// alone. What is made is shown once, to whoever asked for it. Used on the admin listener's thread.

#include "services/admin/audit.hpp"
#include "services/admin/discount_import.hpp"
#include "services/base/random.hpp"

namespace kassa::admin {

inline constexpr std::int64_t kCodesPerCallMax = 100'000;
inline constexpr std::size_t kCodePrefixBytesMax = 32;
/// Without 0, 1, I and O; 60 bits in each code.
inline constexpr std::string_view kCodeAlphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
inline constexpr std::size_t kCodeRandomChars = 12;

struct PoolCode {
  DiscountId rule;
  Instant created_at;
  OrderId order;  ///< Empty: nobody has used it.
};

class DiscountCodes {
 public:
  DiscountCodes(ports::Store& store, const Clock& clock, Random& random)
      : store_(store), clock_(clock), random_(random) {}

  /// `count` new codes, each `prefix` and random characters. kNotFound; kGuardFailed for a rule without a pool.
  asio::awaitable<Result<std::vector<std::string>>> make(Actor actor, StoreId store, DiscountId rule,
                                                         std::int64_t count, std::string prefix);

  /// One code a line, all or none; how many. `ground`, `text` and `faults` must outlive the call. kInvalidRequest with
  /// every fault: duplicate_code within the list, of the store's pools or of some rule.
  asio::awaitable<Result<std::int64_t>> take(Actor actor, StoreId store, DiscountId rule, const RuleGround& ground,
                                             std::string_view text, std::vector<LineFault>& faults);

  asio::awaitable<Result<PoolCode>> find(StoreId store, std::string code);

  /// kNotFound; kGuardFailed when an order has it.
  asio::awaitable<Result<void>> withdraw(Actor actor, StoreId store, std::string code);

 private:
  /// Adds `hashes` to the pool, all or none; whether it did. Not when a pool has one of them, and not when the store's
  /// rules are no longer those of `revision`.
  asio::awaitable<Result<bool>> keep(StoreId store, std::int64_t revision, DiscountId rule,
                                     std::vector<std::string> hashes, AuditEntry entry);

  ports::Store& store_;
  const Clock& clock_;
  Random& random_;
};

/// Faults of rules that want a code which a pool of the store has.
asio::awaitable<Result<std::vector<RuleFault>>> faults_with_pools(ports::Store& from, StoreId store,
                                                                  const json::array& added);

/// The transaction that keeps these sound rules is refused ("code_taken") when a pool has one of their codes by then.
void refuse_pool_codes(ports::Transaction& transaction, const StoreId& store, const json::array& added);

/// Those of these hashes that some pool of the store has.
asio::awaitable<Result<std::vector<std::string>>> hashes_in_pools(ports::Store& from, StoreId store,
                                                                  std::vector<std::string> hashes);

}  // namespace kassa::admin
