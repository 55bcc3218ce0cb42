// A catalogue brought up to date by what has changed equals one that is loaded anew, whatever was changed.

#include <rapidcheck.h>

#include "services/catalog/catalog_patch.hpp"
#include "services/catalog/load.hpp"
#include "services/catalog/stock_view_memory.hpp"
#include "services/catalog/sync.hpp"
#include "tests/unit/catalog/support.hpp"

namespace kassa {
namespace {

namespace asio = boost::asio;

class PlainKeeper final : public catalog::SyncKeeper {
 public:
  explicit PlainKeeper(ports::Store& store) : store_(store) {}
  asio::awaitable<Result<ports::Committed>> keep(ports::Transaction transaction, json::object) override {
    co_return co_await store_.commit(std::move(transaction));
  }

 private:
  ports::Store& store_;
};

/// Everything that a quote reads of a catalogue, as text.
std::string told(const ports::CatalogView& view) {
  std::string out;
  for (const ports::VariantView& variant : view.variants()) {
    out += variant.id.value + "|" + variant.product->id.value + "|" + variant.full_title + "|" + variant.sku + "|" +
           std::to_string(variant.product->published) + (variant.in_stock ? "t" : "u");
    for (const ports::PriceView& price : variant.prices) out += "|" + std::to_string(price.amount);
    if (variant.specials) {
      for (const ports::ListPrice& price : variant.specials->prices) out += "|l" + std::to_string(price.amount);
    }
    out += "\n";
  }
  return out;
}

class PatchBench {
 public:
  PatchBench() {
    main.execute(
        "INSERT INTO store (store_id, mode, settings, revision, created_at) "
        "VALUES ('s1', 'test', '{\"name\":\"Test\",\"currencies\":[\"USD\"]}', 1, 0)");
    // The first goods bring a location with them, which changes the catalogue as a whole.
    put("products", R"({"id":"first","title":"First","variants":[{"id":"first_a","price":"1"}]})");
  }

  catalog::SyncReport put(const std::string& what, const std::string& rows) {
    auto read = catalog::read_sync_rows(R"({"items":[)" + rows + "]}");
    const catalog::SyncContext world{main.store(), box, clock, keeper};
    auto report = what == "products" ? run(catalog::put_products(world, store, std::move(read).value(), {}))
                                     : run(catalog::put_prices(world, store, std::move(read).value(), {}));
    return std::move(report).value();
  }
  std::shared_ptr<const ports::CatalogView> loaded() {
    return run(catalog::load_counted_catalog(main.store(), store, stock)).value();
  }

  const StoreId store{"s1"};
  Database main{"main"};
  platform::SodiumSecretBox box = test_box();
  ManualClock clock;
  PlainKeeper keeper{main.store()};
  catalog::MemoryStockView stock;
};

std::string random_row(int product, int price, int shape) {
  const std::string id = "p" + std::to_string(product);
  const std::string tracked = shape % 2 == 0 ? "true" : "false";
  std::string row = R"({"id":")" + id + R"(","title":"T)" + std::to_string(price) + R"(","published":)" +
                    (shape % 3 == 0 ? "false" : "true") + R"(,"variants":[{"id":")" + id + R"(_a","price":")" +
                    std::to_string(price) + R"(","tracked":)" + tracked + R"(,"on_hand":5})";
  if (shape % 5 == 0) row += R"(,{"id":"wanderer","price":"4"})";
  if (shape % 4 != 0) row += R"(,{"id":")" + id + R"(_b","sku":"S)" + std::to_string(price) + R"(","price":"3"})";
  return row + "]}";
}

TEST(CatalogPatch, equals_a_load_whatever_was_changed) {
  PatchBench bench;  // One for all: what a run leaves behind is where the next one begins.
  rc::check([&bench] {
    auto held = bench.loaded();
    const auto rounds = *rc::gen::inRange(1, 5);
    for (int round = 0; round < rounds; ++round) {
      const std::int64_t from = held->revision();
      const auto changes = *rc::gen::inRange(1, 4);
      for (int i = 0; i < changes; ++i) {
        const int product = *rc::gen::inRange(0, 8);
        const int price = *rc::gen::inRange(1, 50);
        const int shape = *rc::gen::inRange(0, 12);
        bench.put("products", random_row(product, price, shape));
        const std::string quantity = shape % 2 == 0 ? "" : R"(,"min_quantity":)" + std::to_string(shape);
        bench.put("prices", R"({"variant":"p)" + std::to_string(shape % 8) + R"(_a","currency":"USD","amount":")" +
                                std::to_string(price) + "\"" + quantity + "}");
      }
      auto patched = run(catalog::patch_catalog(bench.main.store(), bench.store, held, from, bench.stock, {})).value();
      RC_ASSERT(patched.goods_moves == patched.revision - 2);
      RC_ASSERT(told(*patched.catalog) == told(*bench.loaded()));
      held = patched.catalog;
    }
  });
}

/// Puts products before some of the reads.
class MovingStore final : public ports::Store {
 public:
  MovingStore(PatchBench& bench, std::vector<std::pair<int, std::string>> moves)
      : bench_(bench), moves_(std::move(moves)) {}
  asio::awaitable<Result<ports::Committed>> commit(ports::Transaction transaction) override {
    co_return co_await bench_.main.store().commit(std::move(transaction));
  }
  asio::awaitable<Result<std::vector<ports::Row>>> query(ports::Step step) override {
    reads_ += 1;
    for (const auto& [before, row] : moves_) {
      if (before == reads_) bench_.put("products", row);
    }
    co_return co_await bench_.main.store().query(std::move(step));
  }

 private:
  PatchBench& bench_;
  const std::vector<std::pair<int, std::string>> moves_;  // Before the how manieth read.
  int reads_{};
};

TEST(CatalogPatch, a_load_among_changes_equals_one_after_them) {
  PatchBench bench;
  rc::check([&bench] {
    std::vector<std::pair<int, std::string>> moves;
    const auto changes = *rc::gen::inRange(0, 6);
    for (int i = 0; i < changes; ++i) {
      const int before = *rc::gen::inRange(1, 16);
      moves.emplace_back(before, random_row(*rc::gen::inRange(0, 8), *rc::gen::inRange(1, 50), i + before));
    }
    MovingStore moving(bench, moves);
    const auto loaded = run(catalog::load_counted_catalog(moving, bench.store, bench.stock)).value();
    const std::int64_t from = loaded->revision();
    const auto patched = run(catalog::patch_catalog(bench.main.store(), bench.store, loaded, from, bench.stock, {}));
    RC_ASSERT(told(*patched.value().catalog) == told(*bench.loaded()));
  });
}

TEST(CatalogPatch, levels_of_changed_products_come_with_it) {
  PatchBench bench;
  const auto held = bench.loaded();
  bench.put("products", random_row(1, 9, 2));
  EXPECT_EQ(bench.stock.available(bench.store, VariantId{"p1_a"}), 0);
  const auto patched = run(catalog::patch_catalog(bench.main.store(), bench.store, held, 2, bench.stock, {}));
  ASSERT_TRUE(patched);
  EXPECT_EQ(bench.stock.available(bench.store, VariantId{"p1_a"}), 5);
  EXPECT_EQ(patched.value().catalog->find("p1_a")->in_stock->load(), 5);
}

}  // namespace
}  // namespace kassa
