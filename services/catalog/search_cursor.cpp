#include "services/catalog/search_cursor.hpp"

#include <charconv>

#include "services/base/json.hpp"
#include "services/base/text.hpp"

namespace kassa::catalog {
namespace {

constexpr std::size_t kCheckBytes = 12;  // Of the keyed hash: nobody guesses 96 bits by asking.
constexpr std::size_t kCheckChars = 16;
constexpr std::size_t kCursorBytesMax = 1'024;

/// Everything that decides which products a search finds, and in which order.
std::string check_of(const ports::SecretBox& box, const StoreId& store, const CatalogQuery& query,
                     std::string_view place) {
  json::array parts{"kassa.search.2", store.value, query.text, query.currency.code(), place};
  parts.emplace_back(query.filters.price_min.value_or(-1));
  parts.emplace_back(query.filters.price_max.value_or(-1));
  parts.emplace_back(static_cast<int>(query.sort));
  for (const std::string& category : query.filters.categories) parts.emplace_back(category);
  const Digest digest = box.blind("search_cursor", json::serialize(parts));
  return to_base64url(std::span(digest).first(kCheckBytes));
}

std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || end == text.data() + text.size() || *end != ' ') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return number;
}

}  // namespace

std::string write_cursor(const ports::SecretBox& box, const StoreId& store, const CatalogQuery& query,
                         const SearchCursor& cursor) {
  std::string place = std::to_string(cursor.total.value_or(-1)) + " " + std::to_string(cursor.place.tier) + " " +
                      std::to_string(cursor.place.doc) + " " + std::to_string(cursor.price) + " " + cursor.product;
  place.insert(0, check_of(box, store, query, place));
  return to_base64url(as_bytes(place));
}

std::optional<SearchCursor> read_cursor(const ports::SecretBox& box, const StoreId& store, const CatalogQuery& query,
                                        std::string_view text) {
  if (text.size() > kCursorBytesMax) return std::nullopt;
  const auto bytes = from_base64url(text);
  if (!bytes || bytes->size() < kCheckChars) return std::nullopt;
  std::string_view place = as_text(*bytes);
  const std::string_view check = place.substr(0, kCheckChars);
  place.remove_prefix(kCheckChars);
  if (!equal_secrets(check, check_of(box, store, query, place))) return std::nullopt;
  const auto total = take_number(place);
  const auto tier = take_number(place);
  const auto doc = take_number(place);
  const auto price = take_number(place);
  if (!total || !tier || !doc || !price) return std::nullopt;
  // Each tier costs a read, and no cursor of ours is outside of them.
  if (*tier < 0 || *tier >= ports::kSearchTiers || *doc < 0) return std::nullopt;
  SearchCursor cursor;
  if (*total >= 0) cursor.total = total;
  cursor.place = {static_cast<int>(*tier), *doc};
  cursor.price = *price;
  cursor.product = place;
  return cursor;
}

}  // namespace kassa::catalog
