#pragma once
// A store of some size and kind, from a seed: its rules as JSON and carts of its goods.

#include <random>
#include <string>
#include <vector>

#include "discounts/engine.hpp"

namespace kassa::discounts::bench {

inline constexpr Instant kNow{Millis{1'780'315'200'000}};  ///< 2026-06-01T12:00:00Z

/// kConstant: goods grow with the rules, so that a cart meets as many rules in every size of store. kCodes: 95 % wait
/// for a code. kDense: every rule asks for five common things. kHostile: every rule is about the same product.
/// kExpiring: 30 % are not in force. kAds: 8 of 122 attributes each, 20 values.
enum class Mix : unsigned char { kRealistic, kConstant, kCodes, kDense, kHostile, kExpiring, kAds };

[[nodiscard]] const char* name_of(Mix mix) noexcept;

class Store {
 public:
  Store(Mix mix, std::size_t rules, std::uint64_t seed);

  [[nodiscard]] static RuleSetup setup();
  [[nodiscard]] json::array rules();
  [[nodiscard]] json::object rule(std::size_t number);
  [[nodiscard]] Cart cart(std::size_t lines);

 private:
  std::int64_t below(std::int64_t end) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(end));
  }
  bool percent(std::int64_t share) { return below(100) < share; }
  [[nodiscard]] CartLine line(std::size_t i);
  [[nodiscard]] json::object target();
  [[nodiscard]] json::array conditions(bool cart_wide);
  [[nodiscard]] json::array dense_conditions();
  [[nodiscard]] json::array ads_conditions();

  Mix mix_;
  std::int64_t count_;
  std::int64_t skus_;
  std::int64_t categories_;
  std::int64_t brands_;
  std::int64_t tags_;
  std::mt19937_64 random_;
};

}  // namespace kassa::discounts::bench
