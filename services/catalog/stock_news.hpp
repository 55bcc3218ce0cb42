#pragma once
// Stock levels when several processes sell from one database: what this one commits is told to the others, and what
// they tell is read again from the Store. A message names variants, no numbers, so nothing old can come in by it. Our
// own messages are heard, too: the last read of a level begins after its last change. Written by every I/O thread, told
// and read by the worker.

#include <chrono>
#include <deque>
#include <functional>
#include <mutex>
#include <set>
#include <unordered_map>

#include "services/catalog/stock_view_memory.hpp"
#include "services/ports/store.hpp"

namespace kassa::catalog {

namespace asio = boost::asio;

class StockNews final : public ports::StockView {
 public:
  using Steady = std::chrono::steady_clock;

  /// `something_to_tell` is called from any thread, once until the next take_messages().
  StockNews(ports::Store& store, MemoryStockView& view, std::function<void()> something_to_tell)
      : store_(store), view_(view), something_to_tell_(std::move(something_to_tell)) {}

  [[nodiscard]] std::vector<ports::StockLevel> levels(const StoreId& store, const VariantId& variant) const override {
    return view_.levels(store, variant);
  }
  [[nodiscard]] std::int64_t available(const StoreId& store, const VariantId& variant) const override {
    return view_.available(store, variant);
  }
  [[nodiscard]] ports::StockCounter counter(const StoreId& store, const VariantId& variant) override {
    return view_.counter(store, variant);
  }
  void update(const StoreId& store, const std::vector<ports::StockLevel>& levels) override;
  [[nodiscard]] std::uint64_t begin_read() override { return view_.begin_read(); }
  void take_read(const StoreId& store, const std::vector<ports::StockLevel>& levels, std::uint64_t begun) override {
    view_.take_read(store, levels, begun);
  }

  /// What was changed since the last time, for the others.
  [[nodiscard]] std::vector<std::string> take_messages();

  /// From any thread. False: about something else. Empty: anything may have changed.
  bool hear(const std::string& message);

  /// Reads what was heard of, of these stores. What is heard of others waits for a while, because one of them may just
  /// be loading. What names variants comes first; of what must be read as a whole because anything may have changed, a
  /// few stores each time. One at a time.
  asio::awaitable<Result<void>> look(std::vector<StoreId> served, Steady::time_point now);

 private:
  struct Heard {
    std::set<std::string> variants;
    bool all{false};
    Steady::time_point since{};  ///< Of the first look that did not read it.
  };
  asio::awaitable<Result<void>> read(StoreId store, Heard heard);
  void put_back(const StoreId& store, Heard heard);
  void note_all(const std::vector<StoreId>& served);
  asio::awaitable<Result<void>> read_some(std::vector<StoreId> served);

  ports::Store& store_;
  MemoryStockView& view_;
  const std::function<void()> something_to_tell_;
  std::mutex mutex_;
  std::unordered_map<StoreId, std::set<std::string>> changed_;
  std::unordered_map<StoreId, Heard> heard_;
  bool anything_heard_{false};
  // Of look() only.
  Steady::time_point all_read_at_{};
  std::deque<StoreId> to_read_;  ///< As a whole.
};

}  // namespace kassa::catalog
