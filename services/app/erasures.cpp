#include "services/app/erasures.hpp"

namespace kassa::app {
namespace {

/// Another process's clock may be behind, and its transaction may have taken long.
constexpr std::chrono::seconds kSlack{60};

}  // namespace

asio::awaitable<Result<void>> Erasures::look() {
  const Instant now = clock_.now();
  const Instant from = since_ - kSlack;
  ports::Step read("SELECT store_id, person_id, erased_at FROM person WHERE erased_at >= $1", {to_millis(from)});
  KASSA_CO_TRY(const auto rows, co_await store_.query(std::move(read)));
  std::erase_if(known_, [from](const auto& entry) { return entry.second < from; });
  for (const ports::Row& row : rows) {
    const StoreId store{ports::as_string(row[0])};
    const PersonId person{ports::as_string(row[1])};
    const Instant at = from_millis(ports::as_int(row[2]));
    if (!known_.emplace(store.value + "|" + person.value, at).second) continue;
    persons_.forget(store, person);
    sessions_.forget_person(store, person);
  }
  since_ = now;
  co_return ok();
}

}  // namespace kassa::app
