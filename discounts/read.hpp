#pragma once
// Small readers shared by the rule parsers. Each notes its faults with a JSON Pointer and carries on, so that
// a merchant sees everything at once. Private to discounts/.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "discounts/model.hpp"
#include "services/base/json.hpp"

namespace kassa::discounts {

using Problems = std::vector<Problem>;

/// Where a value stands. A chain of places up to the rule, put together as a JSON Pointer only when there is a fault;
/// until then the places above must stay.
class Path {
 public:
  Path() = default;
  explicit Path(std::string_view key) : key_(key), root_(false) {}
  Path(const Path& parent, std::string_view key) : parent_(&parent), key_(key), root_(false) {}
  Path(const Path& parent, std::size_t index) : parent_(&parent), index_(index), indexed_(true), root_(false) {}
  explicit Path(std::size_t index) : index_(index), indexed_(true), root_(false) {}

  [[nodiscard]] std::string text() const;

 private:
  const Path* parent_{};
  std::string_view key_;
  std::size_t index_{};
  bool indexed_{false};
  bool root_{true};
};

inline constexpr std::int64_t kAmountMinorMax = 1'000'000'000'000'000;  ///< 10^15 minor units in one rule.

[[nodiscard]] inline Path below(const Path& path, std::string_view key) { return {path, key}; }
[[nodiscard]] inline Path below(const Path& path, std::size_t index) { return {path, index}; }
void below(Path&& path, std::string_view key) = delete;
void below(Path&& path, std::size_t index) = delete;
void fault(Problems& problems, const Path& path, std::string code, std::string message, std::string hint = {});
void fault(Problems& problems, std::string path, std::string code, std::string message, std::string hint = {});

/// A typo must not be silent: every member outside the list is a fault.
void refuse_other_members(const json::object& object, const Path& path, std::initializer_list<std::string_view> known,
                          Problems& problems);

/// type_mismatch for what is no number, value_not_integer for 10.5, 1e3 and what 64 bits do not hold.
[[nodiscard]] std::optional<std::int64_t> read_whole(const json::value& value, const Path& path, Problems& problems);

/// {"INR":10000}: known currencies, amounts from 0.
[[nodiscard]] AmountMap read_amounts(const json::value& value, const Path& path, Problems& problems);
/// The same under `key`, required.
[[nodiscard]] AmountMap require_amounts(const json::object& object, std::string_view key, const Path& path,
                                        Problems& problems);
[[nodiscard]] std::optional<std::int64_t> read_amount(const json::value& value, const Path& path, Problems& problems);
[[nodiscard]] std::optional<Currency> read_currency(std::string_view code, const Path& path, Problems& problems);

/// The member `key`, required; notes `required` at its place when it is absent or null.
[[nodiscard]] const json::value* require_member(const json::object& object, std::string_view key, const Path& path,
                                                Problems& problems);

}  // namespace kassa::discounts
