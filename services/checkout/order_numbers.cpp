#include "services/checkout/order_numbers.hpp"

#include "services/checkout/statements.hpp"

namespace kassa::checkout {
namespace {

constexpr std::int64_t kBlock = 32;

}  // namespace

std::optional<std::int64_t> OrderNumbers::from_memory(const StoreId& store) {
  const std::scoped_lock lock(mutex_);
  const auto found = blocks_.find(store);
  if (found == blocks_.end() || found->second.next == found->second.end) return std::nullopt;
  return found->second.next++;
}

boost::asio::awaitable<Result<std::int64_t>> OrderNumbers::next(StoreId store) {
  if (const auto number = from_memory(store)) co_return *number;
  ports::Transaction take("numbers", store);
  take.add(statements::take_order_numbers(store, kBlock));
  KASSA_CO_TRY(auto done, co_await store_.commit(std::move(take)));
  if (!done.applied) co_return Error{Errc::kNotFound, "no such store"};
  const std::int64_t first = ports::as_int(done.steps[0].returned[0][0]);
  const std::scoped_lock lock(mutex_);
  // Two callers may have fetched a block at once: the newer one serves, the other's rest becomes a gap.
  blocks_[store] = Block{first + 1, first + kBlock};
  co_return first;
}

}  // namespace kassa::checkout
