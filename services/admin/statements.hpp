#pragma once
// Every SQL statement of the merchant's use cases, one function each.

#include <optional>
#include <span>
#include <string>

#include "services/admin/audit_chain.hpp"
#include "services/ports/store.hpp"

namespace kassa::admin::statements {

using ports::Step;

Step read_audit_head(const StoreId& store);              ///< seq, hash
Step add_audit(const AuditRow& row, std::string label);  ///< Refused when the seq is taken.
/// seq, at, actor, action, subject, detail, previous, hash
Step read_audit_before(const StoreId& store, std::int64_t seq, std::int64_t most);  ///< Newest first.
Step read_audit_after(const StoreId& store, std::int64_t seq, std::int64_t most);   ///< Oldest first.

Step read_settings(const StoreId& store);  ///< settings, revision, mode
Step replace_settings(const StoreId& store, std::string settings,
                      std::int64_t revision);  ///< Guard "revision_moved".

/// key_id, kind, mode, created_at, revoked_at; by key id.
Step read_keys(const StoreId& store, const std::string& after, std::int64_t most);
Step read_key(const StoreId& store, const std::string& key_id);
struct KeyRow {
  StoreId store;
  std::string key_id;
  std::string kind;
  std::string mode;
  std::string hash;
  Instant created_at;
};
Step add_key(const KeyRow& row, std::int64_t live_max);  ///< Guard "too_many_keys".
/// Guard "last_secret_key": also when there is no live key of that id.
Step revoke_key(const StoreId& store, const std::string& key_id, Instant now);

/// discount_id, body, used, max_uses, revision, retired (0, or 2: switched off); not the retired ones, by id.
Step read_rules(const StoreId& store, const std::string& after, std::int64_t most);
Step read_rule(const StoreId& store, const DiscountId& rule);
/// The same of those that have changed since, retired ones, too (1); and of those that are switched off.
Step read_rules_since(const StoreId& store, std::int64_t revision);
Step read_rules_off(const StoreId& store);
/// At most so many at once.
inline constexpr std::size_t kNamedAtOnce = 32;
Step read_named_rules(const StoreId& store, std::span<const std::string> ids);
Step read_live_ids(const StoreId& store, std::int64_t most);  ///< discount_id; by id.
/// For each of the names that goods on sale have: the name, whether it is a variant's id (1), and how many variants
/// have it as id, as product, or as SKU. At most kNamedAtOnce at once.
Step read_goods(const StoreId& store, std::span<const std::string> names);
/// discount_id, currency, spent: of budgets of the rules from `first` to `last`.
Step read_spent(const StoreId& store, const std::string& first, const std::string& last);
/// revision, body, retired (1: since then), replaced_at (null: not yet), replaced_by; newest first.
Step read_versions(const StoreId& store, const DiscountId& rule, std::int64_t before, std::int64_t most);
Step move_revision(const StoreId& store, std::int64_t revision);  ///< Guard "store_moved".
/// When a rule's text was replaced, and by whom.
struct Replaced {
  Instant at;
  std::string by;
  Replaced(Instant at_, std::string by_) : at(at_), by(std::move(by_)) {}
};
Step keep_version(const StoreId& store, const DiscountId& rule, Replaced how);  ///< Nothing for a new rule.
struct RuleRow {
  DiscountId id;
  std::string body;
  std::optional<std::int64_t> max_uses;
  bool enabled{true};
};
Step put_rule(const StoreId& store, const RuleRow& rule, std::int64_t revision);  ///< Guard "limit_below_uses".
Step enable_rule(const StoreId& store, const DiscountId& rule, bool enabled, std::int64_t revision);  ///< "rule_moved".
Step retire_rule(const StoreId& store, const DiscountId& rule,
                 std::int64_t revision);  ///< Guard "rule_moved".

// Pools of codes. `hashes`: `count` of them, one after the other, ports::kCodeHashBytes each.
/// Before codes are added, in this order: the store's row is held, so that its rules stay as they are until the commit;
/// then they are those of `revision` still, whatever else has moved the store's. Guards "store_moved". The first moves
/// the revision before the first code of a store, whose snapshots must learn of it.
Step open_pools(const StoreId& store);
Step check_rules(const StoreId& store, std::int64_t revision);
Step add_codes(const StoreId& store, const DiscountId& rule, std::string hashes, std::int64_t count,
               Instant now);                                                       ///< Guard "code_taken".
Step read_hashes(const StoreId& store, std::string hashes, std::int64_t count);    ///< Those that are there.
Step refuse_hashes(const StoreId& store, std::string hashes, std::int64_t count);  ///< Guard "code_taken".
Step read_code(const StoreId& store, const std::string& hash);  ///< discount_id, created_at, order_id
Step drop_code(const StoreId& store, const std::string& hash);  ///< Guard "code_used".

/// location_id, on_hand, allowance, reserved
Step read_levels(const StoreId& store, const VariantId& variant);
struct LevelKey {
  StoreId store;
  VariantId variant;
  LocationId location;
};
/// Inclusive bounds of what must be on hand before.
struct OnHandNow {
  std::int64_t least{};
  std::int64_t most{};
};
/// Both return on_hand, allowance, reserved. Guard "stock_refused": unknown, elsewhere than expected, or
/// below what is reserved.
Step set_level(const LevelKey& key, std::int64_t on_hand, OnHandNow now);
Step adjust_level(const LevelKey& key, std::int64_t by, OnHandNow now, std::int64_t on_hand_max);

/// person_id, erased_at, email_hash
Step read_person(const StoreId& store, const PersonId& person);
Step read_persons_of_email(const StoreId& store, const Bytes& email_hash, std::int64_t most);
Step mark_erased(const StoreId& store, const PersonId& person, Instant now);  ///< Guard "payment_open".
Step check_no_payment(const StoreId& store, const PersonId& person);          ///< Guard "payment_open".
Step forget_email(const StoreId& store, const PersonId& person);
/// What counts against the limits of a customer is kept under the index of the e-mail: what an erased person bought is
/// the person's alone from now on, and limits for that e-mail start anew. In this order; the last also drops what
/// counts nothing.
std::vector<Step> own_limits(const StoreId& store, const PersonId& person);
Step drop_profile(const StoreId& store, const PersonId& person);
/// The orders of whoever was erased are told as changed: who keeps a copy of them is to forget, too.
Step touch_orders(const StoreId& store, const PersonId& person, Instant now);

}  // namespace kassa::admin::statements
