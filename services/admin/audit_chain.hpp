#pragma once
// The audit log as a chain: each row holds the SHA-256 of the row before it, so that no row can be changed,
// removed or slipped in without breaking every hash after it. Pure; what the tail was can only be told by
// whoever kept a head.

#include <cstdint>
#include <string>
#include <string_view>

#include "services/base/clock.hpp"
#include "services/base/id.hpp"

namespace kassa::admin {

/// What the first row of a store has for `previous`.
inline constexpr std::string_view kChainStart = "0000000000000000000000000000000000000000000000000000000000000000";

struct AuditRow {
  StoreId store;
  std::int64_t seq{};  ///< From 1, without gaps.
  Instant at;
  std::string actor;    ///< "key:<key id>"
  std::string action;   ///< "settings.replaced"
  std::string subject;  ///< What it was done to: an id, or empty for the store itself.
  std::string detail;   ///< Canonical JSON of an object; never personal data or secrets.
  std::string previous;
  std::string hash;
};

/// The hash that belongs to `row` after `previous`: SHA-256 of `previous` and the canonical JSON of
/// everything else in it.
[[nodiscard]] std::string audit_step(std::string_view previous, const AuditRow& row);

struct ChainReport {
  bool valid{true};
  std::int64_t rows{};            ///< That were found good.
  std::string head{kChainStart};  ///< Hash of the last good row. Kept elsewhere, it also shows a cut tail.
  std::int64_t broken_at{};       ///< The seq that was due where the chain breaks; 0 while it holds.
  std::string why;
};

/// Takes the next row of a store into `report`; a broken chain stays broken.
void check_row(ChainReport& report, const AuditRow& row);

}  // namespace kassa::admin
