#include "discounts/segment.hpp"

#include <algorithm>
#include <cstring>

#include "discounts/names.hpp"

namespace kassa::discounts {

std::string_view Segment::short_text(std::uint32_t at) const noexcept {
  return std::string_view(texts_.data(), texts_.size()).substr(at + 1, static_cast<unsigned char>(texts_[at]));
}

std::string_view Segment::id_of(const Row& row) const noexcept { return short_text(row.text + kTitleBytes); }

std::string_view Segment::title_of(const Row& row) const noexcept {
  std::uint16_t length = 0;
  std::memcpy(&length, texts_.data() + row.text, kTitleBytes);
  const std::string_view id = id_of(row);
  if (length == kTitleIsId) return id;
  return std::string_view(texts_.data(), texts_.size()).substr(row.text + kTitleBytes + 1 + id.size(), length);
}

const Row* Segment::find(std::string_view id) const noexcept {
  if (ids_.empty()) return nullptr;
  const std::size_t mask = ids_.size() - 1;
  const std::uint64_t hash = hash_id(id);
  const auto tag = static_cast<std::uint8_t>(hash >> 56);
  for (std::size_t i = hash & mask; ids_[i] != 0; i = (i + 1) & mask) {
    if (tags_[i] != tag) continue;
    const Row& row = rows[ids_[i] - 1];
    if (id_of(row) == id) return &row;
  }
  return nullptr;
}

std::optional<Segment::Code> Segment::find_code(std::string_view code) const noexcept {
  if (codes_.empty() || code.empty()) return std::nullopt;
  const std::uint64_t hash = hash_code(code);
  const std::size_t mask = codes_.size() - 1;
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  for (std::size_t i = hash & mask; codes_[i].row != 0; i = (i + 1) & mask) {
    const CodeSlot& slot = codes_[i];
    if (slot.tag == tag && same_code(short_text(slot.text), code))
      return Code{&rows[slot.row - 1], short_text(slot.text)};
  }
  return std::nullopt;
}

std::size_t Segment::bytes() const noexcept {
  return rows.bytes() + values.bytes() + conditions.bytes() + effects.capacity() * sizeof(Value) +
         terms.capacity() * sizeof(Terms) + windows.bytes() + index.bytes() + texts_.bytes() + ids_.bytes() +
         tags_.bytes() + codes_.bytes() + stamps.bytes();
}

}  // namespace kassa::discounts
