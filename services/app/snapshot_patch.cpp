#include <mutex>
#include <shared_mutex>
#include <utility>

#include "services/app/snapshot_loader.hpp"
#include "services/ports/product_shelf.hpp"

namespace kassa::app {

void SnapshotLoader::publish_goods(const SnapshotPtr& known, catalog::PatchedCatalog patched) {
  auto next = std::make_shared<checkout::Snapshot>(*known);
  next->revision = patched.revision;
  next->catalog = std::move(patched.catalog);
  next->shelf = std::make_shared<const ports::ProductShelf>(next->catalog);
  SnapshotPtr last;  // Large, so it ends after the lock.
  const std::unique_lock lock(mutex_);
  const auto held = held_.find(next->store);
  if (held == held_.end() || held->second.snapshot->revision >= next->revision) return;
  next->usage = held->second.snapshot->usage;
  last = std::exchange(held->second.snapshot, std::move(next));
  held->second.goods_moves = patched.goods_moves;
}

asio::awaitable<Result<bool>> SnapshotLoader::patch(StoreId store) {
  SnapshotPtr known;
  std::int64_t moves = 0;
  {
    const std::shared_lock lock(mutex_);
    const auto held = held_.find(store);
    if (held == held_.end()) co_return true;
    known = held->second.snapshot;
    moves = held->second.goods_moves;
  }
  auto goods = known->catalog;
  std::vector<AttributeSpec> declared = known->settings.discount_attributes;
  KASSA_CO_TRY(auto patched, co_await catalog::patch_catalog(d_.store, store, std::move(goods), known->revision,
                                                             d_.stock, std::move(declared)));
  if (!patched.catalog || patched.revision - known->revision != patched.goods_moves - moves) co_return false;
  publish_goods(known, std::move(patched));
  co_return true;
}

asio::awaitable<bool> SnapshotLoader::patch_safely(StoreId store) {
  try {
    const auto patched = co_await patch(store);
    co_return patched.has_value() && patched.value();
  } catch (const std::exception& broken_rows) {
    d_.log.error("snapshot.not_patched", {{"store", store.value}, {"why", broken_rows.what()}});
  }
  co_return false;
}

asio::awaitable<void> SnapshotLoader::reload_changed() {
  ports::Step read("SELECT store_id, revision, goods_moves FROM store");
  const auto revisions = co_await d_.store.query(std::move(read));
  if (!revisions) co_return;
  std::vector<std::pair<StoreId, bool>> changed;  // And whether it is only in goods.
  {
    const std::shared_lock lock(mutex_);
    for (const ports::Row& row : revisions.value()) {
      const auto held = held_.find(StoreId{ports::as_string(row[0])});
      if (held == held_.end() || held->second.snapshot->revision == ports::as_int(row[1])) continue;
      const std::int64_t moved = ports::as_int(row[1]) - held->second.snapshot->revision;
      changed.emplace_back(held->first, moved == ports::as_int(row[2]) - held->second.goods_moves);
    }
  }
  for (const auto& [store, goods_alone] : changed) {
    if (goods_alone && co_await patch_safely(store)) continue;
    const auto loaded = co_await load_safely(store);
    if (!loaded) d_.log.error("snapshot.not_loaded", {{"store", store.value}, {"why", loaded.error().detail}});
  }
}

}  // namespace kassa::app
