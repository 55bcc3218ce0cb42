#include <algorithm>
#include <functional>

#include "discounts/evaluation.hpp"
#include "discounts/search.hpp"

namespace kassa::discounts {

/// Most rules say nothing of tags and groups, and of the others many say the same: those are looked at once.
void Search::find_manners() {
  const auto& entries = choices_.entries;
  Brief<std::pair<const Terms*, std::uint32_t>> said(&scratch_.memory);
  manner_of_.assign(entries.size(), kNoManner);
  for (std::uint32_t k = 0; k < entries.size(); ++k) {
    if (!entries[k].active) continue;
    const Terms& terms = entries[k].candidate.terms();
    said.emplace_back(terms.picky() ? &terms : nullptr, k);
  }
  std::ranges::sort(said, [](const auto& one, const auto& other) {
    return one.first != other.first ? std::less<>()(one.first, other.first) : one.second < other.second;
  });
  manners_.clear();
  for (std::size_t i = 0; i < said.size(); ++i) {
    if (i == 0 || said[i].first != said[i - 1].first) manners_.push_back(said[i].second);
    manner_of_[said[i].second] = static_cast<std::uint32_t>(manners_.size() - 1);
  }
}

void Search::find_conflicts() {
  find_manners();
  conflicts_.clear();
  const bool compared = manners_.size() <= kMannersMax;
  Brief<std::uint32_t> rules(manners_.size(), &scratch_.memory);
  for (const std::uint32_t manner : manner_of_) {
    if (manner != kNoManner) ++rules[manner];
  }
  for (std::uint32_t a = 0; a < manners_.size(); ++a) {
    if (!compared) {
      conflicts_.emplace_back(0, a);
      continue;
    }
    for (std::uint32_t b = 0; b <= a; ++b) {
      if (a == b && rules[a] < 2) continue;
      if (!tags_agree(choices_.entries[manners_[a]].candidate, choices_.entries[manners_[b]].candidate))
        conflicts_.emplace_back(b, a);
    }
  }
}

/// Rules of manners that refuse each other are decided together.
void Search::join_conflicting() {
  refusing_.assign(choices_.entries.size(), 0);
  if (conflicts_.empty()) return;
  const auto lines = static_cast<std::uint32_t>(choices_.lines);
  Brief<char> refuses(manners_.size(), &scratch_.memory);
  for (const auto& [a, b] : conflicts_) {
    refuses[a] = refuses[b] = 1;
    unite(lines + manners_[a], lines + manners_[b]);
  }
  for (std::uint32_t k = 0; k < choices_.entries.size(); ++k) {
    const std::uint32_t manner = manner_of_[k];
    if (manner == kNoManner || refuses[manner] == 0) continue;
    refusing_[k] = 1;
    unite(lines + k, lines + manners_[manner]);
  }
}

}  // namespace kassa::discounts
