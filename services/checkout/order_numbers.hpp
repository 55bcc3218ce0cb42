#pragma once
// Order numbers for people ("#1042"). Taken from the Store in blocks, so that a confirmation needs no extra commit; a
// block cut short by a crash leaves a gap (docs/decisions: order numbers are not invoice numbers).

#include <boost/asio/awaitable.hpp>
#include <mutex>
#include <unordered_map>

#include "services/ports/store.hpp"

namespace kassa::checkout {

class OrderNumbers {
 public:
  explicit OrderNumbers(ports::Store& store) : store_(store) {}

  boost::asio::awaitable<Result<std::int64_t>> next(StoreId store);

 private:
  struct Block {
    std::int64_t next{};
    std::int64_t end{};
  };
  std::optional<std::int64_t> from_memory(const StoreId& store);

  ports::Store& store_;
  std::mutex mutex_;
  std::unordered_map<StoreId, Block> blocks_;
};

}  // namespace kassa::checkout
