#include "services/checkout/statements.hpp"

namespace kassa::checkout::statements {
namespace {

std::vector<SqlValue> recorded_columns(const RecordedRow& row) {
  return {row.store.value, row.recording, to_millis(row.at), std::string(row.ordered ? "ordered" : "open"), row.body};
}

}  // namespace

Step count_recorded(const StoreId& store, Instant from, Instant until) {
  return Step("SELECT count(*) FROM recorded_carts WHERE store_id = $1 AND priced_at >= $2 AND priced_at < $3",
              {store.value, to_millis(from), to_millis(until)});
}

Step put_recorded(const RecordedRow& row) {
  return Step(
      "INSERT INTO recorded_carts (store_id, recording_id, priced_at, outcome, body) VALUES ($1, $2, $3, $4, $5) "
      "ON CONFLICT (store_id, recording_id) DO UPDATE SET priced_at = excluded.priced_at, outcome = excluded.outcome, "
      "body = excluded.body WHERE recorded_carts.outcome = 'open'",
      recorded_columns(row));
}

Step change_recorded(const RecordedRow& row) {
  return Step(
      "UPDATE recorded_carts SET priced_at = $3, outcome = $4, body = $5 "
      "WHERE store_id = $1 AND recording_id = $2 AND outcome = 'open'",
      recorded_columns(row));
}

Step mark_recorded(const StoreId& store, const std::string& recording) {
  return Step("UPDATE recorded_carts SET outcome = 'ordered' WHERE store_id = $1 AND recording_id = $2",
              {store.value, recording});
}

Step read_recorded(const StoreId& store, const RecordedPage& page) {
  return Step(
      "SELECT recording_id, priced_at, outcome, body FROM recorded_carts WHERE store_id = $1 "
      "AND ($2 = '' OR outcome = $2) AND priced_at <= $3 AND (priced_at < $3 OR recording_id < $4) "
      "ORDER BY priced_at DESC, recording_id DESC LIMIT $5",
      {store.value, page.outcome, to_millis(page.before), page.before_id, page.most});
}

}  // namespace kassa::checkout::statements
