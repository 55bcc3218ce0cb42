#include "discounts/conditions.hpp"

#include <algorithm>

namespace kassa::discounts {
namespace {

std::uint64_t blend(std::uint64_t hash, std::uint64_t part) noexcept {
  constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15ULL;
  return (hash ^ part) * kFactor ^ (hash >> 29);
}

std::uint64_t shape_of(const Node& node) noexcept {
  return static_cast<std::uint64_t>(node.kind) | static_cast<std::uint64_t>(node.attribute) << 8 |
         static_cast<std::uint64_t>(node.match) << 16 | static_cast<std::uint64_t>(node.basis) << 24 |
         static_cast<std::uint64_t>(node.negate) << 25 | static_cast<std::uint64_t>(node.missing_pass) << 26 |
         static_cast<std::uint64_t>(node.end) << 32 | static_cast<std::uint64_t>(node.count) << 48;
}

}  // namespace

Conditions::Ref Conditions::add(const Predicate& predicate, ValueTable& values) {
  if (predicate.empty()) return kAlways;
  const auto made = static_cast<Ref>(nodes_.size() + 1);
  const std::size_t ids = ids_.size();
  const std::size_t intervals = intervals_.size();
  for (const Node& node : predicate.nodes) {
    Node& own = nodes_.push_back(node);
    if (node.kind == NodeKind::kText) {
      own.first = static_cast<std::uint32_t>(ids_.size());
      for (std::uint32_t k = 0; k < node.count; ++k)
        ids_.push_back(values.intern(node.attribute, predicate.texts[node.first + k]));
      std::sort(ids_.begin() + own.first, ids_.end());
    } else if (node.kind == NodeKind::kNumber) {
      own.first = static_cast<std::uint32_t>(intervals_.size());
      intervals_.append(std::span(predicate.intervals).subspan(node.first, node.count));
    }
  }
  if ((different_ + 1) * 2 > known_.size()) grow();
  for (std::size_t i = hash_of(made) & (known_.size() - 1);; i = (i + 1) & (known_.size() - 1)) {
    if (known_[i] == kAlways) {
      known_[i] = made;
      ++different_;
      return made;
    }
    if (!same(known_[i], made)) continue;
    nodes_.resize(made - 1);
    ids_.resize(ids);
    intervals_.resize(intervals);
    return known_[i];
  }
}

std::uint64_t Conditions::hash_of(Ref ref) const noexcept {
  const PredicateView view = this->view(ref);
  std::uint64_t hash = view.size;
  for (std::uint32_t i = 0; i < view.size; ++i) {
    const Node& node = view.nodes[i];
    hash = blend(hash, shape_of(node));
    for (std::uint32_t k = node.first; k < node.first + node.count; ++k) {
      if (node.kind == NodeKind::kText) {
        hash = blend(hash, ids_[k]);
      } else if (node.kind == NodeKind::kNumber) {
        hash = blend(hash, static_cast<std::uint64_t>(intervals_[k].low));
        hash = blend(hash, static_cast<std::uint64_t>(intervals_[k].high));
      }
    }
  }
  return hash ^ hash >> 32;
}

bool Conditions::same(Ref a, Ref b) const noexcept {
  const PredicateView one = view(a);
  const PredicateView other = view(b);
  if (one.size != other.size) return false;
  for (std::uint32_t i = 0; i < one.size; ++i) {
    const Node& left = one.nodes[i];
    const Node& right = other.nodes[i];
    if (shape_of(left) != shape_of(right)) return false;
    for (std::uint32_t k = 0; k < left.count; ++k) {
      if (left.kind == NodeKind::kText && ids_[left.first + k] != ids_[right.first + k]) return false;
      if (left.kind == NodeKind::kNumber && intervals_[left.first + k] != intervals_[right.first + k]) return false;
    }
  }
  return true;
}

void Conditions::grow() {
  constexpr std::size_t kSmallest = 16;
  const std::vector<Ref> old = std::exchange(known_, std::vector<Ref>(std::max(kSmallest, known_.size() * 2)));
  for (const Ref ref : old) {
    if (ref == kAlways) continue;
    std::size_t i = hash_of(ref) & (known_.size() - 1);
    while (known_[i] != kAlways) i = (i + 1) & (known_.size() - 1);
    known_[i] = ref;
  }
}

void Conditions::finish() {
  known_ = {};
  nodes_.shrink_to_fit();
  ids_.shrink_to_fit();
  intervals_.shrink_to_fit();
}

std::size_t Conditions::bytes() const noexcept { return nodes_.bytes() + ids_.bytes() + intervals_.bytes(); }

}  // namespace kassa::discounts
