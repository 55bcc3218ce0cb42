#include "services/checkout/cart_recorder.hpp"

#include "services/checkout/pricing.hpp"
#include "services/checkout/recorded_cart.hpp"
#include "services/checkout/session_names.hpp"

namespace kassa::checkout {
namespace {

constexpr std::chrono::days kOneDay{1};

/// Whoever tries a live store out with its test keys is no buyer.
bool is_of_mode(const Session& session, bool live) { return session.owner.starts_with("live:") == live; }

/// The quote of a session that is no longer open; null when that was read back, and knows no goods any more.
QuotePtr live_quote(const Session& session) {
  QuotePtr quote = session.quote ? session.quote : session.rendered->quote();
  return quote && quote->catalog ? quote : nullptr;
}

/// As it was priced; an open one once more, because nobody keeps that.
QuotePtr quote_to_record(const Session& session, const Snapshot& snapshot) {
  if (session.state != State::kOpen) return live_quote(session);
  std::vector<Goods> goods(session.lines.size());
  for (std::size_t i = 0; i < goods.size(); ++i) goods[i].variant = snapshot.catalog->find(session.lines[i].item);
  auto priced = price(session, goods, snapshot, session.updated_at);
  return priced ? std::make_shared<const Quote>(std::move(priced).value()) : nullptr;
}

std::optional<statements::RecordedRow> row_to_record(const Session& session, const Snapshot& snapshot,
                                                     std::string recording, bool ordered) {
  const QuotePtr quote = quote_to_record(session, snapshot);
  if (!quote) return std::nullopt;
  const auto cart = recorded_cart(session, *quote, snapshot);
  if (!cart) return std::nullopt;
  statements::RecordedRow row;
  row.store = session.store;
  row.recording = std::move(recording);
  row.at = cart->at;
  row.ordered = ordered;
  row.body = encode_recorded(*cart);
  return row;
}

}  // namespace

void CartRecorder::note(const SessionPtr& session) {
  if (session->state == State::kCanceled || session->kind != Kind::kCheckout) return;
  const auto snapshot = snapshots_.peek(session->store);
  if (!snapshot || !is_recorded(session->id, snapshot->settings.recorded_carts_percent)) return;
  if (!is_of_mode(*session, snapshot->live)) return;
  const bool ordered = session->state == State::kCompleted;
  const bool can_be_priced = session->state == State::kOpen || live_quote(*session);
  if (!can_be_priced && !ordered) return;
  const std::scoped_lock lock(mutex_);
  const std::string name = dirty_key(*session);
  if (waiting_.size() >= limits::kRecordedCartsWaitingMax && !waiting_.contains(name)) return;
  Waiting& slot = waiting_[name];
  if (slot.last && session->version < slot.last->version) return;
  slot.last = session;
  slot.ordered = ordered;
  if (can_be_priced) slot.priced = session;
}

asio::awaitable<Result<std::size_t>> CartRecorder::flush() {
  auto batches = take();
  std::size_t looked_at = 0;
  for (auto& [store, batch] : batches) {
    looked_at += batch.size();
    StoreId of = store;
    KASSA_CO_TRY(co_await write(std::move(of), std::move(batch)));
  }
  co_return looked_at;
}

std::unordered_map<StoreId, CartRecorder::Batch> CartRecorder::take() {
  const std::scoped_lock lock(mutex_);
  std::unordered_map<StoreId, Batch> batches;
  for (auto& [name, waiting] : waiting_) batches[waiting.last->store].push_back(std::move(waiting));
  waiting_.clear();
  return batches;
}

asio::awaitable<Result<std::int64_t>> CartRecorder::room_on(const StoreId& store, Instant day) {
  ports::Step count = statements::count_recorded(store, day, day + kOneDay);
  KASSA_CO_TRY(const auto rows, co_await store_.query(std::move(count)));
  co_return limits::kRecordedCartsPerDayMax - ports::as_int(rows.at(0).at(0));
}

asio::awaitable<Result<void>> CartRecorder::write(StoreId store, Batch batch) {
  const auto snapshot = snapshots_.peek(store);
  if (!snapshot) co_return ok();
  const Instant day = std::chrono::floor<std::chrono::days>(batch.front().last->updated_at);
  KASSA_CO_TRY(auto room, co_await room_on(store, day));
  ports::Transaction transaction("recorded_carts", store);
  for (const Waiting& waiting : batch) {
    const auto key = co_await persons_.key_of(store, waiting.last->person);
    if (!key) continue;  // Erased, or lost: nothing of it may be kept any more.
    const std::string recording = recording_id(*waiting.last, key.value());
    if (!waiting.priced) {
      transaction.add(statements::mark_recorded(store, recording));
      continue;
    }
    const auto row = row_to_record(*waiting.priced, *snapshot, recording, waiting.ordered);
    if (!row) continue;
    transaction.add(room > 0 ? statements::put_recorded(*row) : statements::change_recorded(*row));
    room -= 1;
    if (transaction.steps.size() < limits::kJournalChunkRows) continue;
    ports::Transaction full = std::exchange(transaction, ports::Transaction("recorded_carts", store));
    KASSA_CO_TRY(co_await store_.commit(std::move(full)));
  }
  if (transaction.steps.empty()) co_return ok();
  KASSA_CO_TRY(co_await store_.commit(std::move(transaction)));
  co_return ok();
}

}  // namespace kassa::checkout
