#include "services/checkout/order_numbers.hpp"

#include "services/checkout/statements.hpp"

namespace kassa::checkout {
namespace {

constexpr std::int64_t kBlockMin = 8;
constexpr std::int64_t kBlockMax = 1'024;
/// A block that lasts less than this was too small, one that lasts twice as long too large.
constexpr std::chrono::seconds kBlockLife{4};

}  // namespace

std::optional<std::int64_t> OrderNumbers::from_memory(const StoreId& store) {
  bool told = false;
  std::optional<std::int64_t> number;
  {
    const std::scoped_lock lock(mutex_);
    Supply& supply = supplies_[store];
    if (!supply.ranges.empty()) {
      Range& range = supply.ranges.front();
      number = range.next++;
      supply.left -= 1;
      if (range.next == range.end) supply.ranges.pop_front();
    }
    told = !supply.low && supply.left <= supply.block / 2;
    supply.low = supply.low || told;
  }
  if (told) running_low_();
  return number;
}

boost::asio::awaitable<Result<std::int64_t>> OrderNumbers::take(StoreId store, std::int64_t count) {
  ports::Transaction transaction("numbers", store);
  transaction.add(statements::take_order_numbers(store, count));
  KASSA_CO_TRY(auto done, co_await store_.commit(std::move(transaction)));
  if (!done.applied) co_return Error{Errc::kNotFound, "no such store"};
  co_return ports::as_int(done.steps[0].returned[0][0]);
}

boost::asio::awaitable<Result<std::int64_t>> OrderNumbers::next(StoreId store) {
  if (const auto number = from_memory(store)) co_return *number;
  co_return co_await take(std::move(store), 1);
}

std::vector<std::pair<StoreId, std::int64_t>> OrderNumbers::wanted() {
  const auto now = clock_.steady();
  std::vector<std::pair<StoreId, std::int64_t>> stores;
  const std::scoped_lock lock(mutex_);
  for (auto& [store, supply] : supplies_) {
    if (!supply.low) continue;
    const auto lasted = now - supply.at;
    if (supply.block != 0 && lasted < kBlockLife) supply.block *= 2;
    if (lasted > 2 * kBlockLife) supply.block /= 2;
    supply.block = std::clamp(supply.block, kBlockMin, kBlockMax);
    stores.emplace_back(store, supply.block);
  }
  return stores;
}

boost::asio::awaitable<Result<void>> OrderNumbers::top_up() {
  for (const auto& entry : wanted()) {
    KASSA_CO_TRY(auto first, co_await take(entry.first, entry.second));
    const std::scoped_lock lock(mutex_);
    Supply& supply = supplies_[entry.first];
    supply.ranges.push_back(Range{first, first + entry.second});
    supply.left += entry.second;
    supply.at = clock_.steady();
    supply.low = false;
  }
  co_return ok();
}

}  // namespace kassa::checkout
