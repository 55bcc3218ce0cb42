#pragma once
// All conditions of a segment in three arrays, each different condition once: a million rules share few of them.
// Private to discounts/; filled while a segment is built, immutable afterwards.

#include <vector>

#include "discounts/pack.hpp"
#include "discounts/predicate.hpp"
#include "discounts/values.hpp"

namespace kassa::discounts {

class Conditions {
 public:
  /// Names a condition; kAlways is the one that always holds.
  using Ref = std::uint32_t;
  static constexpr Ref kAlways = 0;

  /// Texts become ids of `values`.
  Ref add(const Predicate& predicate, ValueTable& values);
  /// Forgets what is only needed to recognize a condition.
  void finish();

  [[nodiscard]] PredicateView view(Ref ref) const noexcept {
    if (ref == kAlways) return {};
    const Node* const nodes = nodes_.data() + (ref - 1);
    return {nodes, ids_.data(), intervals_.data(), nodes->end};
  }
  [[nodiscard]] const Node* prefetched(Ref ref) const noexcept { return nodes_.data() + (ref == 0 ? 0 : ref - 1); }
  [[nodiscard]] std::size_t bytes() const noexcept;

 private:
  friend class ImageParts;
  [[nodiscard]] std::uint64_t hash_of(Ref ref) const noexcept;
  [[nodiscard]] bool same(Ref a, Ref b) const noexcept;
  void grow();

  Pack<Node> nodes_;
  Pack<std::uint32_t> ids_;
  Pack<Interval> intervals_;
  std::vector<Ref> known_;  ///< Open addressing, a power of two, at most half full.
  std::size_t different_{};
};

}  // namespace kassa::discounts
