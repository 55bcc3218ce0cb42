// A process that bases changes on what it saw last of a shared cache: an old copy may be written on, never refused by.

#include "services/checkout/edit.hpp"
#include "tests/sim/world.hpp"

namespace kassa::sim {
namespace {

using checkout::said;

/// A cache that others write, too, and that remembers one session as it was.
class ForgetfulCache final : public ports::SessionCache {
 public:
  explicit ForgetfulCache(ports::SessionCache& inner) : inner_(inner) {}
  asio::awaitable<Result<std::optional<ports::SessionEntry>>> get(const StoreId& store, const CheckoutId& id) override {
    co_return co_await inner_.get(store, id);
  }
  asio::awaitable<Result<bool>> put(const StoreId& store, const CheckoutId& id,
                                    std::optional<ports::SessionVersion> expected, ports::SessionEntry entry) override {
    co_return co_await inner_.put(store, id, expected, std::move(entry));
  }
  asio::awaitable<Result<void>> drop(const StoreId& store, const CheckoutId& id) override {
    co_return co_await inner_.drop(store, id);
  }
  asio::awaitable<Result<bool>> drop_seen(const StoreId& store, const CheckoutId& id,
                                          ports::SessionEntry seen) override {
    co_return co_await inner_.drop_seen(store, id, std::move(seen));
  }
  [[nodiscard]] std::optional<ports::SessionEntry> recent(const StoreId&, const CheckoutId&) override { return old; }

  std::optional<ports::SessionEntry> old;

 private:
  ports::SessionCache& inner_;
};

TEST(Recent, AnOldCopyWithoutRoomForAnswersRefusesNoChange) {
  World world;
  const std::string id = world.create(Basket{{{"card", 1}}});
  Process& process = *world.process;
  Outside& outside = world.outside;
  const auto now = world.run(process.sessions.load(kShop, CheckoutId{id})).value();
  // As it was before its answers were written.
  auto full = std::make_shared<checkout::Session>(*now);
  full->version.n -= 1;
  checkout::Answer answer;
  answer.body = std::make_shared<const std::string>("{}");
  for (std::size_t i = 0; i < limits::kUnwrittenAnswersPerSessionMax; ++i) {
    keep_answer(key_use("update", id, std::to_string(i)), answer, outside.clock.now(), *full);
  }
  ForgetfulCache cache(process.cache);
  cache.old = ports::SessionEntry{full->version, full->expires_at, full};
  checkout::Sessions sessions(
      {process.main, cache, process.persons, outside.box, process.edits, outside.clock, outside.log});
  checkout::CheckoutService service({process.main, sessions, process.snapshots, process.persons, outside.box,
                                     process.gateways, process.stock, process.shoppers, process.renderers,
                                     process.numbers, outside.clock, outside.random, process.failpoints, outside.log,
                                     outside.metrics, [] {}});
  const auto use = key_use("update", id, "next");
  const auto changed = world.run(service.update(world.caller, CheckoutId{id}, use, Basket{{{"card", 2}}}.patch()));
  ASSERT_TRUE(changed) << changed.error().detail;
  EXPECT_EQ(said(changed.value(), "total"), "2380");
}

}  // namespace
}  // namespace kassa::sim
