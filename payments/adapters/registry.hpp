#pragma once
// Every payment gateway that Kassa speaks to, one row each, fixed at compile time. The conformance suite runs
// over these rows. See docs/extending/payment.md.

#include <span>
#include <string_view>

#include "payments/adapters/adapter.hpp"

namespace kassa::payments {

struct AdapterRow {
  std::string_view name;  ///< As in GatewayConfig::adapter.
  const Adapter* adapter;
};

[[nodiscard]] std::span<const AdapterRow> adapters() noexcept;

/// nullptr for a name that has no row.
[[nodiscard]] const Adapter* find_adapter(std::string_view name) noexcept;

}  // namespace kassa::payments
