#include "services/ports/catalog_view.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <unordered_map>

namespace kassa::ports {
namespace {

std::string full_title_of(const VariantView& variant) {
  if (!variant.product) return variant.title;
  if (variant.title.empty()) return variant.product->title;
  std::string full;
  full.reserve(variant.product->title.size() + 3 + variant.title.size());
  return full.append(variant.product->title).append(" - ").append(variant.title);
}

bool sells_to_groups(const VariantView& variant) {
  return variant.specials &&
         std::ranges::any_of(variant.specials->prices, [](const ListPrice& price) { return !price.group.empty(); });
}

}  // namespace

const PriceView* VariantView::price_in(Currency currency) const noexcept {
  for (const PriceView& price : prices) {
    if (price.currency == currency) return &price;
  }
  return nullptr;
}

std::uint32_t CatalogView::tag_of(std::size_t hash, Name kind) noexcept {
  constexpr std::size_t kKindBits = 2;
  return static_cast<std::uint32_t>(hash >> 32 >> kKindBits << kKindBits) | static_cast<std::uint32_t>(kind);
}

std::string_view CatalogView::name_of(const VariantView& variant, Name kind) noexcept {
  switch (kind) {
    case Name::kVariant: return variant.id.value;
    case Name::kProduct: return variant.product ? std::string_view{variant.product->id.value} : std::string_view{};
    case Name::kSku: return variant.sku;
  }
  return {};
}

CatalogView::CatalogView(std::vector<VariantView> variants, std::vector<LocationView> locations, std::int64_t revision)
    : variants_(std::move(variants)), locations_(std::move(locations)), revision_(revision) {
  if (variants_.empty()) return;
  for (VariantView& variant : variants_) variant.full_title = full_title_of(variant);
  has_group_prices_ = std::ranges::any_of(variants_, sells_to_groups);
  constexpr std::size_t kNamesEach = 3;
  slots_.resize(std::bit_ceil(variants_.size() * kNamesEach * 2));
  for (std::size_t i = 0; i < variants_.size(); ++i) put(i, Name::kVariant);
  // A product id or SKU is accepted only where it can mean one variant.
  struct Use {
    std::size_t variants{};
    std::size_t last{};
    Name kind{};
  };
  std::unordered_map<std::string_view, Use> aliases;
  for (std::size_t i = 0; i < variants_.size(); ++i) {
    for (const Name kind : {Name::kProduct, Name::kSku}) {
      const std::string_view alias = name_of(variants_[i], kind);
      if (alias.empty() || alias == variants_[i].id.value) continue;
      Use& use = aliases[alias];
      if (use.variants == 0 || use.last != i) ++use.variants;
      use.last = i;
      use.kind = kind;
    }
  }
  for (const auto& [alias, use] : aliases) {
    if (use.variants == 1) put(use.last, use.kind);
  }
}

void CatalogView::put(std::size_t place, Name kind) {
  const std::string_view name = name_of(variants_[place], kind);
  const std::size_t hash = std::hash<std::string_view>{}(name);
  if (slot_of(name, hash) != nullptr) return;  // Whoever has the name already keeps it.
  std::size_t i = hash & (slots_.size() - 1);
  while (slots_[i].place != 0) i = (i + 1) & (slots_.size() - 1);
  slots_[i] = {static_cast<std::uint32_t>(place + 1), tag_of(hash, kind)};
}

const CatalogView::Slot* CatalogView::slot_of(std::string_view id, std::size_t hash) const noexcept {
  if (slots_.empty()) return nullptr;
  const std::uint32_t wanted = tag_of(hash, Name::kVariant);
  for (std::size_t i = hash & (slots_.size() - 1); slots_[i].place != 0; i = (i + 1) & (slots_.size() - 1)) {
    const std::uint32_t kind = slots_[i].tag ^ wanted;
    if (kind > static_cast<std::uint32_t>(Name::kSku)) continue;
    if (name_of(variants_[slots_[i].place - 1], static_cast<Name>(kind)) == id) return &slots_[i];
  }
  return nullptr;
}

std::size_t CatalogView::prepare(std::string_view id) const noexcept {
  const std::size_t hash = std::hash<std::string_view>{}(id);
  if (!slots_.empty()) __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]);
  return hash;
}

const VariantView* CatalogView::find(std::string_view id, std::size_t prepared) const noexcept {
  const Slot* const slot = slot_of(id, prepared);
  return slot == nullptr ? nullptr : &variants_[slot->place - 1];
}

}  // namespace kassa::ports
