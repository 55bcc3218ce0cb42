#include "services/platform/store/sqlite_dialect.hpp"

#include "services/base/text.hpp"

namespace kassa::platform {
namespace {

bool is_word_char(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// The length of the token at the start of `text`: a quoted piece, a comment, a word, or one character.
std::size_t token_length(std::string_view text) {
  const auto upto = [&](std::string_view end, std::size_t from) {
    const auto at = text.find(end, from);
    return at == std::string_view::npos ? text.size() : at + end.size();
  };
  if (text.starts_with("--")) return upto("\n", 2);
  if (text.starts_with("/*")) return upto("*/", 2);
  // A doubled quote reads as two quoted pieces in a row, which copies the same bytes.
  if (text.front() == '\'' || text.front() == '"') return upto(text.substr(0, 1), 1);
  std::size_t length = 0;
  while (length < text.size() && is_word_char(text[length])) ++length;
  return length == 0 ? 1 : length;
}

class SchemaTranslator {
 public:
  std::string run(std::string_view text) {
    while (!text.empty()) {
      const std::string_view token = text.substr(0, token_length(text));
      take(token);
      text.remove_prefix(token.size());
    }
    return std::move(out_);
  }

 private:
  void take(std::string_view token) {
    if (is_word_char(token.front())) return take_word(token);
    out_ += token;
    if (token == "(") ++depth_;
    if (token == ")" && --depth_ == 0 && creates_table_) {
      out_ += " STRICT";
      creates_table_ = false;
    }
    if (token == ";") {
      words_ = 0;
      depth_ = 0;
      creates_table_ = false;
    }
  }

  void take_word(std::string_view word) {
    if (words_ == 0) creates_ = equals_ignoring_case(word, "create");
    if (words_ == 1) creates_table_ = creates_ && equals_ignoring_case(word, "table");
    ++words_;
    if (equals_ignoring_case(word, "bigint"))
      out_ += "INT";
    else if (equals_ignoring_case(word, "bytea"))
      out_ += "BLOB";
    else
      out_ += word;
  }

  std::string out_;
  int words_{};
  int depth_{};
  bool creates_{};
  bool creates_table_{};
};

}  // namespace

std::string to_sqlite_schema(std::string_view shared_text) { return SchemaTranslator{}.run(shared_text); }

}  // namespace kassa::platform
