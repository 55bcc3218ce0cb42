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

std::uint64_t hash_text(std::string_view text, std::uint64_t seed) noexcept {
  constexpr std::uint64_t kOne = 0xa0761d6478bd642fULL;
  constexpr std::uint64_t kTwo = 0xe7037ed1a0b428dbULL;
  std::uint64_t hash = text.size() ^ ((seed + 1) * kTwo);
  const char* from = text.data();
  std::size_t rest = text.size();
  for (; rest > kWord; from += kWord, rest -= kWord) hash = mix(hash ^ load(from, kWord), kTwo);
  return mix(hash ^ tail_of(from, text.size(), rest), kOne);
}

std::uint64_t ValueTable::hash_of(Attribute attribute, std::string_view text) noexcept {
  return hash_text(text, discounts::place_of(attribute));
}

std::string_view ValueTable::text(std::uint32_t id) const noexcept {
  if (base_ != nullptr && id < base_->size()) return base_->text(id);
  const std::size_t own = id - first();
  const std::size_t end = own + 1 < places_.size() ? places_[own + 1] : texts_.size();
  return std::string_view(texts_.data(), texts_.size()).substr(places_[own] + 1, end - places_[own] - 1);
}

bool ValueTable::holds(std::uint32_t id, Attribute attribute, std::string_view wanted) const noexcept {
  return texts_[places_[id - first()]] == static_cast<char>(attribute) && text(id) == wanted;
}

std::uint64_t ValueTable::prepare(Attribute attribute, std::string_view text) const noexcept {
  const std::uint64_t hash = hash_of(attribute, text);
  const Pack<Slot>& slots = base_ == nullptr ? slots_ : base_->slots_;
  if (!slots.empty()) __builtin_prefetch(&slots[hash & (slots.size() - 1)]);
  return hash;
}

std::uint32_t ValueTable::find(Attribute attribute, std::string_view text, std::uint64_t prepared) const noexcept {
  if (text.empty()) return kMissing;
  if (base_ != nullptr) {
    if (const std::uint32_t known = base_->find_own(attribute, text, prepared); known != kUnmentioned) return known;
  }
  return find_own(attribute, text, prepared);
}

std::uint32_t ValueTable::find_own(Attribute attribute, std::string_view text, std::uint64_t hash) const noexcept {
  if (slots_.empty()) return kUnmentioned;
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  for (std::size_t i = slot_of(hash);; i = (i + 1) & (slots_.size() - 1)) {
    const Slot& slot = slots_[i];
    if (slot.id == 0) return kUnmentioned;
    if (slot.tag == tag && holds(slot.id, attribute, text)) return slot.id;
  }
}

std::uint32_t ValueTable::intern(Attribute attribute, std::string_view text) {
  const std::uint64_t hash = hash_of(attribute, text);
  mentioned_[discounts::place_of(attribute)] = true;
  if (const std::uint32_t known = find(attribute, text, hash); known >= kFirst) return known;
  ensure(texts_.size() + text.size() < std::numeric_limits<std::uint32_t>::max(), "the texts of the rules fit");
  if ((places_.size() + 1) * 3 > slots_.size() * 2) grow();
  const auto id = static_cast<std::uint32_t>(size());
  put({static_cast<std::uint32_t>(hash >> 32), id}, hash);
  places_.push_back(static_cast<std::uint32_t>(texts_.size()));
  texts_.push_back(static_cast<char>(attribute));
  texts_.append(text);
  return id;
}

void ValueTable::put(const Slot& slot, std::uint64_t hash) noexcept {
  std::size_t i = slot_of(hash);
  while (slots_[i].id != 0) i = (i + 1) & (slots_.size() - 1);
  slots_[i] = slot;
}

void ValueTable::grow() {
  constexpr std::size_t kSmallest = 16;
  const std::size_t size = std::max(kSmallest, slots_.size() * 2);
  const Pack<Slot> old = std::exchange(slots_, {});
  slots_.resize(size);
  for (const Slot& slot : old) {
    if (slot.id == 0) continue;
    put(slot,
        hash_of(static_cast<Attribute>(static_cast<unsigned char>(texts_[places_[slot.id - first()]])), text(slot.id)));
  }
}

std::size_t ValueTable::bytes() const noexcept { return slots_.bytes() + places_.bytes() + texts_.bytes(); }

void ValueTable::shrink() {
  places_.shrink_to_fit();
  texts_.shrink_to_fit();
}

}  // namespace kassa::discounts
