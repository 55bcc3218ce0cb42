#include "services/catalog/variant_id.hpp"

#include <algorithm>
#include <map>

#include "services/base/hash.hpp"

namespace kassa::catalog {
namespace {

constexpr std::size_t kReadableBytesMax = 200;
constexpr std::size_t kHashDigits = 8;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_small(char c) { return c >= 'a' && c <= 'z'; }

/// The separator keeps ("a", "bc") apart from ("ab", "c").
std::string hash_of(const VariantInput& variant) {
  std::string joined;
  for (const std::string& value : variant.options) joined += value + '\x1f';
  return sha256_hex(joined).substr(0, kHashDigits);
}

bool loses_letters(const VariantInput& variant) {
  return std::ranges::any_of(variant.options, [](const std::string& value) {
    const bool ascii = std::ranges::all_of(value, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    return !ascii || (!value.empty() && slug(value).empty());
  });
}

std::string readable_id(const ProductInput& product, const VariantInput& variant) {
  std::string slugs;
  for (const std::string& value : variant.options) {
    const std::string word = slug(value);
    if (word.empty()) continue;
    if (!slugs.empty()) slugs += '-';
    slugs += word;
  }
  if (std::ranges::all_of(variant.options, &std::string::empty)) return product.id;
  std::string id = product.id + "--" + slugs;
  const bool cut = id.size() > kReadableBytesMax;
  if (cut) id.resize(std::max(product.id.size() + 2, kReadableBytesMax));
  if (!cut && !loses_letters(variant)) return id;
  return id + (id.ends_with('-') ? "" : "-") + hash_of(variant);
}

}  // namespace

std::string slug(std::string_view value) {
  std::string result;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i] >= 'A' && value[i] <= 'Z' ? static_cast<char>(value[i] - 'A' + 'a') : value[i];
    const bool digit_next = i + 1 < value.size() && is_digit(value[i + 1]);
    const bool decimal_point = c == '.' && digit_next && i > 0 && is_digit(value[i - 1]);
    if (is_small(c) || is_digit(c) || decimal_point) {
      result += c;
    } else if (i == 0 && digit_next && (c == '+' || c == '-')) {
      result += c == '+' ? "plus" : "minus";
    } else if (!result.empty() && result.back() != '-') {
      result += '-';
    }
  }
  if (result.ends_with('-')) result.pop_back();
  return result;
}

void assign_variant_ids(ProductInput& product) {
  std::map<std::string, std::vector<VariantInput*>> wanted;
  for (VariantInput& variant : product.variants) {
    if (variant.id.empty()) wanted[readable_id(product, variant)].push_back(&variant);
  }
  for (auto& [id, variants] : wanted) {
    for (VariantInput* const variant : variants) {
      variant->id = variants.size() == 1 ? id : id + "-" + hash_of(*variant);
    }
  }
}

}  // namespace kassa::catalog
