#include "payments/adapters/registry.hpp"

#include <array>

#include "payments/adapters/sandbox/adapter.hpp"

namespace kassa::payments {
namespace {

constexpr std::array kAdapters{
    AdapterRow{"sandbox", &sandbox::kAdapter},
};

consteval bool rows_are_sound() {
  for (std::size_t i = 0; i < kAdapters.size(); ++i) {
    const Capabilities can = kAdapters[i].adapter->capabilities();
    if (kAdapters[i].name.empty() || can.key_bytes_max == 0) return false;
    // Without a look-up and without remembered keys, a lost answer could never be cleared up.
    if (!can.can_find && can.keeps_keys_for.count() == 0) return false;
    for (std::size_t j = 0; j < i; ++j) {
      if (kAdapters[j].name == kAdapters[i].name) return false;
    }
  }
  return true;
}
static_assert(rows_are_sound(), "names are unique and each gateway can resolve a lost answer");

}  // namespace

std::span<const AdapterRow> adapters() noexcept { return kAdapters; }

const Adapter* find_adapter(std::string_view name) noexcept {
  for (const AdapterRow& row : kAdapters) {
    if (row.name == name) return row.adapter;
  }
  return nullptr;
}

}  // namespace kassa::payments
