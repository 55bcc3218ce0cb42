#pragma once
// Many rules at once, as lines of JSON: each line is a rule as PUT takes it, with "enabled": false beside its members
// for one that is switched off. All lines are kept or none, and every fault is told with its line. Rules that no line
// names stay as they are. Used on the admin listener's thread.

#include "services/admin/audit.hpp"
#include "services/admin/rule_book.hpp"

namespace kassa::admin {

inline constexpr std::size_t kRulesPerImportMax = 10'000;

struct LineFault {
  std::int64_t line{};  ///< From 1; 0: about the whole.
  Problem problem;
};

/// Lines are read until there are so many faults.
inline constexpr std::size_t kLineFaultsMax = 1'000;
/// Says, before all the other faults, that nothing was read from `line` on.
void stop_reading(std::int64_t line, std::vector<LineFault>& faults);

struct ImportedRules {
  std::int64_t created{};
  std::int64_t updated{};
  std::int64_t unchanged{};
};

class DiscountImport {
 public:
  DiscountImport(ports::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  /// `ground`, `text` and `faults` must outlive the call. kInvalidRequest with every fault. `dry`: only judges.
  asio::awaitable<Result<ImportedRules>> take(Actor actor, StoreId store, const RuleGround& ground,
                                              std::string_view text, bool dry, std::vector<LineFault>& faults);

 private:
  ports::Store& store_;
  const Clock& clock_;
};

/// One rule as a line of an export, which is one of an import.
[[nodiscard]] std::string rule_line(const StoredRule& rule);

}  // namespace kassa::admin
