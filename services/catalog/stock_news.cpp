#include "services/catalog/stock_news.hpp"

#include <algorithm>

#include "services/catalog/load.hpp"

namespace kassa::catalog {
namespace {

constexpr std::string_view kHead = "stock\n";
constexpr std::size_t kMessageBytesMax = 7'000;
/// Beyond, a store is read as a whole.
constexpr std::size_t kNamedMax = 256;
constexpr std::chrono::seconds kWaitForLoad{10};
/// A process that was killed between its commit and its message is heard by nobody.
constexpr std::chrono::seconds kReadAllEvery{60};
/// Loads and the journal have the same thread; a thousand stores take their turns within half a minute.
constexpr std::size_t kReadAtOnceMax = 16;

constexpr std::size_t kPerRead = 16;
constexpr std::string_view kReadNamed =
    "SELECT variant_id, location_id, on_hand, allowance, reserved, version FROM stock WHERE store_id = $1 "
    "AND variant_id IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";

ports::StockLevel level_of(const ports::Row& row) {
  ports::StockLevel level;
  level.variant = VariantId{ports::as_string(row[0])};
  level.location = LocationId{ports::as_string(row[1])};
  level.on_hand = ports::as_int(row[2]);
  level.allowance = ports::as_int(row[3]);
  level.reserved = ports::as_int(row[4]);
  level.version = ports::as_int(row[5]);
  return level;
}

/// "stock\n<store>", then "\n<variant>" for each; without any, the whole store is meant.
void write_messages(const StoreId& store, const std::set<std::string>& variants, std::vector<std::string>& out) {
  const std::string head = std::string(kHead) + store.value;
  if (variants.size() > kNamedMax) {
    out.push_back(head);
    return;
  }
  std::string message = head;
  for (const std::string& variant : variants) {
    if (message.size() + 1 + variant.size() > kMessageBytesMax) out.push_back(std::exchange(message, head));
    message.append("\n").append(variant);
  }
  out.push_back(std::move(message));
}

}  // namespace

void StockNews::update(const StoreId& store, const std::vector<ports::StockLevel>& levels) {
  view_.update(store, levels);
  bool first = false;
  {
    const std::scoped_lock lock(mutex_);
    first = changed_.empty();
    std::set<std::string>& variants = changed_[store];
    for (const ports::StockLevel& level : levels) {
      if (variants.size() <= kNamedMax) variants.insert(level.variant.value);
    }
  }
  if (first) something_to_tell_();
}

std::vector<std::string> StockNews::take_messages() {
  std::unordered_map<StoreId, std::set<std::string>> changed;
  {
    const std::scoped_lock lock(mutex_);
    changed.swap(changed_);
  }
  std::vector<std::string> messages;
  for (const auto& [store, variants] : changed) write_messages(store, variants, messages);
  return messages;
}

bool StockNews::hear(const std::string& message) {
  const std::scoped_lock lock(mutex_);
  if (message.empty()) {
    anything_heard_ = true;
    return true;
  }
  if (!message.starts_with(kHead)) return false;
  std::string_view rest = std::string_view(message).substr(kHead.size());
  const auto take = [&rest] {
    const std::string_view word = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    return std::string(word);
  };
  Heard& heard = heard_[StoreId{take()}];
  if (rest.empty()) heard.all = true;
  while (!rest.empty()) heard.variants.insert(take());
  heard.all = heard.all || heard.variants.size() > kNamedMax;
  if (heard.all) heard.variants.clear();
  return true;
}

asio::awaitable<Result<void>> StockNews::look(std::vector<StoreId> served, Steady::time_point now) {
  std::unordered_map<StoreId, Heard> heard;
  bool anything = false;
  {
    const std::scoped_lock lock(mutex_);
    heard.swap(heard_);
    anything = std::exchange(anything_heard_, false);
  }
  if (anything || now - all_read_at_ >= kReadAllEvery) {
    all_read_at_ = now;
    note_all(served);
  }
  Result<void> outcome = ok();
  for (auto& [store, what] : heard) {
    if (std::ranges::find(served, store) == served.end()) {
      if (what.since == Steady::time_point{}) what.since = now;
      if (now - what.since < kWaitForLoad) put_back(store, std::move(what));
      continue;
    }
    const auto done = co_await read(store, what);
    if (done) continue;
    outcome = done.error();
    put_back(store, std::move(what));
  }
  const auto some = co_await read_some(std::move(served));
  co_return some ? outcome : some;
}

/// Whoever waits already keeps its turn.
void StockNews::note_all(const std::vector<StoreId>& served) {
  std::set<std::string> waiting;
  for (const StoreId& store : to_read_) waiting.insert(store.value);
  for (const StoreId& store : served) {
    if (!waiting.contains(store.value)) to_read_.push_back(store);
  }
}

asio::awaitable<Result<void>> StockNews::read_some(std::vector<StoreId> served) {
  Result<void> outcome = ok();
  const std::size_t turns = std::min(to_read_.size(), kReadAtOnceMax);
  for (std::size_t turn = 0; turn < turns; ++turn) {
    StoreId store = std::move(to_read_.front());
    to_read_.pop_front();
    if (std::ranges::find(served, store) == served.end()) continue;
    const auto done = co_await load_stock(store_, store, view_);
    if (done) continue;
    outcome = done.error();
    to_read_.push_back(std::move(store));
  }
  co_return outcome;
}

void StockNews::put_back(const StoreId& store, Heard heard) {
  const std::scoped_lock lock(mutex_);
  Heard& now = heard_[store];
  now.since = heard.since;
  now.all = now.all || heard.all;
  now.variants.merge(heard.variants);
}

asio::awaitable<Result<void>> StockNews::read(StoreId store, Heard heard) {
  if (heard.all) co_return co_await load_stock(store_, std::move(store), view_);
  auto next = heard.variants.begin();
  while (next != heard.variants.end()) {
    std::vector<ports::SqlValue> params{store.value};
    for (std::size_t i = 0; i < kPerRead; ++i) {
      params.emplace_back(*next);
      // The last one fills what is left over.
      if (std::next(next) != heard.variants.end() || i + 1 == kPerRead) ++next;
    }
    ports::Step step(kReadNamed, std::move(params));
    const std::uint64_t begun = view_.begin_read();
    KASSA_CO_TRY(const auto rows, co_await store_.query(std::move(step)));
    std::vector<ports::StockLevel> levels;
    for (const ports::Row& row : rows) levels.push_back(level_of(row));
    view_.take_read(store, levels, begun);
  }
  co_return ok();
}

}  // namespace kassa::catalog
