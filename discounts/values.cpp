#include "discounts/values.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "services/base/ensure.hpp"

namespace kassa::discounts {
namespace {

constexpr std::size_t kWord = sizeof(std::uint64_t);

std::uint64_t load(const char* from, std::size_t bytes) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, from, bytes);
  return word;
}

/// The last 8 bytes or fewer of a text, in loads of fixed sizes; they may overlap what came before.
std::uint64_t tail_of(const char* text, std::size_t whole, std::size_t rest) noexcept {
  constexpr std::size_t kHalf = kWord / 2;
  if (whole >= kWord) return load(text + rest - kWord, kWord);
  if (rest >= kHalf) return load(text, kHalf) << 32 | load(text + rest - kHalf, kHalf);
  std::uint64_t tail = 0;
  for (std::size_t i = 0; i < rest; ++i) tail = tail << 8 | static_cast<unsigned char>(text[i]);
  return tail;
}

/// The two halves of a 128-bit product, folded: every bit of the input reaches every bit of the result.
std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace

/// For tables that only the merchant's own rules fill, so it need not resist an adversary.
std::uint64_t ValueTable::hash_of(Attribute attribute, std::string_view text) noexcept {
  constexpr std::uint64_t kOne = 0xa0761d6478bd642fULL;
  constexpr std::uint64_t kTwo = 0xe7037ed1a0b428dbULL;
  std::uint64_t hash = text.size() ^ ((static_cast<std::uint64_t>(attribute) + 1) * kTwo);
  const char* from = text.data();
  std::size_t rest = text.size();
  for (; rest > kWord; from += kWord, rest -= kWord) hash = mix(hash ^ load(from, kWord), kTwo);
  return mix(hash ^ tail_of(from, text.size(), rest), kOne);
}

bool ValueTable::holds(const Slot& slot, Attribute attribute, std::string_view text) const noexcept {
  if (slot.length != text.size() || texts_[slot.at] != static_cast<char>(attribute)) return false;
  return std::memcmp(texts_.data() + slot.at + 1, text.data(), text.size()) == 0;
}

std::uint64_t ValueTable::prepare(Attribute attribute, std::string_view text) const noexcept {
  const std::uint64_t hash = hash_of(attribute, text);
  if (!slots_.empty()) __builtin_prefetch(&slots_[place_of(hash)]);
  return hash;
}

std::uint32_t ValueTable::find(Attribute attribute, std::string_view text, std::uint64_t prepared) const noexcept {
  if (text.empty()) return kMissing;
  if (slots_.empty()) return kUnmentioned;
  const auto tag = static_cast<std::uint32_t>(prepared >> 32);
  for (std::size_t i = place_of(prepared);; i = (i + 1) & (slots_.size() - 1)) {
    const Slot& slot = slots_[i];
    if (slot.id == 0) return kUnmentioned;
    if (slot.tag == tag && holds(slot, attribute, text)) return slot.id;
  }
}

std::uint32_t ValueTable::intern(Attribute attribute, std::string_view text) {
  if (const std::uint32_t known = find(attribute, text); known >= kFirst) return known;
  ensure(texts_.size() + text.size() < std::numeric_limits<std::uint32_t>::max(), "the texts of the rules fit");
  if ((used_ + 1) * 2 > slots_.size()) grow();
  const std::uint64_t hash = hash_of(attribute, text);
  Slot slot;
  slot.tag = static_cast<std::uint32_t>(hash >> 32);
  slot.id = static_cast<std::uint32_t>(size());
  slot.at = static_cast<std::uint32_t>(texts_.size());
  slot.length = static_cast<std::uint32_t>(text.size());
  put(slot, hash);
  texts_.push_back(static_cast<char>(attribute));
  texts_.append(text);
  mentioned_[static_cast<std::size_t>(attribute)] = true;
  ++used_;
  return slot.id;
}

void ValueTable::put(const Slot& slot, std::uint64_t hash) noexcept {
  std::size_t i = place_of(hash);
  while (slots_[i].id != 0) i = (i + 1) & (slots_.size() - 1);
  slots_[i] = slot;
}

void ValueTable::grow() {
  constexpr std::size_t kSmallest = 16;
  const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(std::max(kSmallest, slots_.size() * 2)));
  for (const Slot& slot : old) {
    if (slot.id == 0) continue;
    const std::string_view text = std::string_view(texts_).substr(slot.at + 1, slot.length);
    put(slot, hash_of(static_cast<Attribute>(texts_[slot.at]), text));
  }
}

}  // namespace kassa::discounts
