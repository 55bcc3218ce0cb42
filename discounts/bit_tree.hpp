#pragma once
// A set of small numbers that gives them back once each, in ascending order, and is empty again afterwards: two levels
// of bits, so that a few members among a million cost a few hundred words. Private to discounts/; one thread at a time.

#include <bit>
#include <cstdint>
#include <vector>

namespace kassa::discounts {

class BitTree {
 public:
  explicit BitTree(std::size_t size) : words_(size / kBits + 1), summary_(words_.size() / kBits + 1) {}

  void insert(std::uint32_t member) noexcept {
    const std::size_t word = member / kBits;
    words_[word] |= std::uint64_t{1} << (member % kBits);
    summary_[word / kBits] |= std::uint64_t{1} << (word % kBits);
  }

  /// Visits and removes every member. `visit` must not insert.
  template <class Visit>
  void drain(Visit visit) {
    for (std::size_t s = 0; s < summary_.size(); ++s) {
      for (std::uint64_t groups = std::exchange(summary_[s], 0); groups != 0; groups &= groups - 1) {
        const std::size_t word = s * kBits + static_cast<std::size_t>(std::countr_zero(groups));
        for (std::uint64_t bits = std::exchange(words_[word], 0); bits != 0; bits &= bits - 1) {
          visit(static_cast<std::uint32_t>(word * kBits + static_cast<std::size_t>(std::countr_zero(bits))));
        }
      }
    }
  }

 private:
  static constexpr std::size_t kBits = 64;
  std::vector<std::uint64_t> words_;
  std::vector<std::uint64_t> summary_;  ///< Which words are not zero.
};

}  // namespace kassa::discounts
