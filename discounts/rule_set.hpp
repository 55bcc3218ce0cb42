#pragma once
// What the rest of the house holds by shared pointer: the rules as compiled, and beside them the few that have changed
// since. Private to discounts/; immutable except for the pool of working memory, which is safe to share.

#include <memory>
#include <vector>

#include "discounts/attributes.hpp"
#include "discounts/scratch_pool.hpp"
#include "discounts/segment.hpp"

namespace kassa::discounts {

class RuleSet {
 public:
  std::shared_ptr<const Segment> base;
  std::shared_ptr<const Segment> fresh;              ///< Of `changed`; null when there is none.
  std::vector<std::uint32_t> gone;                   ///< Rules of `base` that count no more, ascending.
  std::vector<std::shared_ptr<const Rule>> changed;  ///< Added or replaced since.
  std::shared_ptr<const Registry> registry;
  RuleSetup setup;
  mutable ScratchPool pool;

  [[nodiscard]] const ValueTable& values() const noexcept { return fresh ? fresh->values : base->values; }
  [[nodiscard]] bool reads_shipping() const noexcept {
    return base->reads_shipping || (fresh && fresh->reads_shipping);
  }
  [[nodiscard]] bool counts_orders() const noexcept { return base->counts_orders || (fresh && fresh->counts_orders); }
  [[nodiscard]] bool asks_segments() const noexcept { return base->asks_segments || (fresh && fresh->asks_segments); }

  struct Found {
    const Segment* segment{};
    const Row* row{};
    std::string_view spelling;
  };
  /// A live rule; null when there is none.
  [[nodiscard]] Found find(std::string_view id) const noexcept;
  [[nodiscard]] Found find_code(std::string_view code) const noexcept;

  template <class Visit>
  void each_rule(Visit visit) const {
    auto next = gone.begin();
    for (std::uint32_t i = 0; i < base->rows.size(); ++i) {
      if (next != gone.end() && *next == i) {
        ++next;
      } else {
        visit(*base, base->rows[i]);
      }
    }
    if (!fresh) return;
    for (const Row& row : fresh->rows) visit(*fresh, row);
  }
};

/// A set without changes.
[[nodiscard]] std::shared_ptr<RuleSet> assemble(std::shared_ptr<const Segment> base,
                                                std::shared_ptr<const Registry> registry, const RuleSetup& setup);

}  // namespace kassa::discounts
