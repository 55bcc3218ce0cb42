#include "services/platform/postgres/postgres_dialect.hpp"

#include <algorithm>
#include <charconv>

namespace kassa::platform {
namespace {

constexpr std::string_view kText = "TEXT";
constexpr std::string_view kMinReader = "-- min_reader:";
constexpr std::size_t kNameBytesMax = 63;

bool is_word_char(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// The length of the comment, quoted piece, word or single character at the start of `text`.
std::size_t piece_length(std::string_view text) {
  const auto upto = [text](std::string_view end, std::size_t from) {
    const auto at = text.find(end, from);
    return at == std::string_view::npos ? text.size() : at + end.size();
  };
  if (text.starts_with("--")) return upto("\n", 2);
  if (text.front() == '\'' || text.front() == '"') return upto(text.substr(0, 1), 1);
  const auto word = std::find_if_not(text.begin(), text.end(), is_word_char) - text.begin();
  return word == 0 ? 1 : static_cast<std::size_t>(word);
}

}  // namespace

std::string to_postgres_schema(std::string_view shared_text) {
  std::string out;
  while (!shared_text.empty()) {
    const std::string_view piece = shared_text.substr(0, piece_length(shared_text));
    out += piece;
    if (piece == kText) out += " COLLATE \"C\"";
    shared_text.remove_prefix(piece.size());
  }
  return out;
}

bool is_schema_name(std::string_view name) noexcept {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.size() <= kNameBytesMax && (name[0] < '0' || name[0] > '9') &&
         !name.starts_with("pg_") && std::all_of(name.begin(), name.end(), fits);
}

std::int64_t min_reader_of(std::string_view migration_text) noexcept {
  const auto at = migration_text.find(kMinReader);
  if (at == std::string_view::npos) return 0;
  migration_text.remove_prefix(at + kMinReader.size());
  const auto digits = migration_text.find_first_not_of(' ');
  if (digits == std::string_view::npos) return 0;
  std::int64_t number = 0;
  std::from_chars(migration_text.data() + digits, migration_text.data() + migration_text.size(), number);
  return number;
}

}  // namespace kassa::platform
