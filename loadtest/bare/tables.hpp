#pragma once
// The tables that a purchase writes, and in which of its stages each row appears or changes: the journal of the open
// checkout, D1 reserve, D2 outcome (docs/architecture.md, section 5). For the yardsticks of both databases.

#include <array>
#include <string>
#include <string_view>

namespace kassa::load {

enum class Stage : unsigned char { kJournal, kReserve, kOutcome };

struct TablePlan {
  std::string_view name;
  std::string_view where;  ///< ?1 is the store, ?2 the order.
  Stage inserted;
  std::string_view reserve;  ///< Columns that a later stage sets, with commas between them.
  std::string_view outcome;
};

// Each uses an index of its table.
inline constexpr std::string_view kByOrder = "store_id = ?1 AND order_id = ?2";
inline constexpr std::string_view kByPerson =
    "store_id = ?1 AND person_id = (SELECT person_id FROM purchase WHERE store_id = ?1 AND order_id = ?2)";
inline constexpr std::string_view kByCheckout =
    "store_id = ?1 AND checkout_id = (SELECT checkout_id FROM purchase WHERE store_id = ?1 AND order_id = "
    "?2)";
inline constexpr std::string_view kByAttempt =
    "store_id = ?1 AND attempt_id IN (SELECT attempt_id FROM attempt WHERE store_id = ?1 AND order_id = ?2)";
inline constexpr std::string_view kWholeCheckout = "epoch,n,state,sealed_body,updated_at";

// Parents first.
inline constexpr std::array kTables{
    TablePlan{"person", kByPerson, Stage::kJournal, "", ""},
    TablePlan{"checkout", kByCheckout, Stage::kJournal, kWholeCheckout, kWholeCheckout},
    TablePlan{"purchase", kByOrder, Stage::kReserve, "", "order_state,payment_state,number,version,confirmed_at"},
    TablePlan{"reservation", kByOrder, Stage::kReserve, "", "state"},
    TablePlan{"attempt", kByOrder, Stage::kReserve, "", "gateway_ref,state,authorized,captured,version,updated_at"},
    TablePlan{"idempotency", kByCheckout, Stage::kReserve, "", "state,version,lease_until,status,sealed_answer"},
    TablePlan{"redemption", kByOrder, Stage::kReserve, "", ""},
    TablePlan{"purchase_event", kByOrder, Stage::kOutcome, "", ""},
    TablePlan{"attempt_event", kByAttempt, Stage::kOutcome, "", ""},
    TablePlan{"ledger", kByOrder, Stage::kOutcome, "", ""},
    TablePlan{"outbox", kByOrder, Stage::kOutcome, "", ""},
};

// What the rows above refer to, copied whole.
inline constexpr std::array<std::string_view, 7> kParents{"store", "location", "product", "variant",
                                                          "stock", "discount", "gateway"};

/// Whether one of `columns`, with commas between them, is called so.
inline bool lists(std::string_view columns, std::string_view name) {
  return ("," + std::string(columns) + ",").find("," + std::string(name) + ",") != std::string::npos;
}

}  // namespace kassa::load
