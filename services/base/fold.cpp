#include "services/base/fold.hpp"

#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <span>
#include <utility>

#include "services/base/text.hpp"

namespace kassa {
namespace {

struct FreedMemory {
  void operator()(void* memory) const noexcept { std::free(memory); }
};

/// Letters that no decomposition resolves, as people without them on their keyboard write them.
constexpr auto kPlainLetters = std::to_array<std::pair<char32_t, std::string_view>>({
    {U'ø', "o"},
    {U'ł', "l"},
    {U'đ', "d"},
    {U'ð', "d"},
    {U'þ', "th"},
    {U'æ', "ae"},
    {U'œ', "oe"},
    {U'ı', "i"},
    {U'ħ', "h"},
});

bool is_accent(char32_t c) noexcept { return c >= 0x300 && c <= 0x36f; }
bool is_apostrophe(char32_t c) noexcept { return c == U'\'' || c == U'’' || c == U'ʼ'; }

bool is_word_part(char32_t c) noexcept {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  return uc_is_general_category_withtable(c, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N | UC_CATEGORY_MASK_M);
}

void put_utf8(char32_t c, std::string& out) {
  const auto tail = [&out](char32_t bits) { out += static_cast<char>(0x80 | (bits & 0x3f)); };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0 | (c >> 6));
    tail(c);
  } else if (c < 0x10000) {
    out += static_cast<char>(0xe0 | (c >> 12));
    tail(c >> 6);
    tail(c);
  } else {
    out += static_cast<char>(0xf0 | (c >> 18));
    tail(c >> 12);
    tail(c >> 6);
    tail(c);
  }
}

/// Collects words; a word that has its full length takes no more.
class Words {
 public:
  void take(char32_t c) {
    if (is_accent(c) || (is_apostrophe(c) && !word_.empty())) return;
    if (!is_word_part(c)) return end();
    for (const auto& [letter, plain] : kPlainLetters) {
      if (c == letter) return put(plain);
    }
    std::string bytes;
    put_utf8(c, bytes);
    put(bytes);
  }
  std::vector<std::string> finish() {
    end();
    return std::move(words_);
  }

 private:
  void put(std::string_view bytes) {
    full_ = full_ || word_.size() + bytes.size() > kFoldedWordBytesMax;
    if (!full_) word_ += bytes;
  }
  void end() {
    if (!word_.empty()) words_.push_back(std::move(word_));
    word_.clear();
    full_ = false;
  }

  std::vector<std::string> words_;
  std::string word_;
  bool full_{false};
};

std::vector<std::string> ascii_words(std::string_view text) {
  Words words;
  for (const char c : text) {
    const bool upper = c >= 'A' && c <= 'Z';
    words.take(static_cast<unsigned char>(upper ? c + ('a' - 'A') : c));
  }
  return words.finish();
}

bool is_plain(std::string_view text) noexcept {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

}  // namespace

std::vector<std::string> folded_words(std::string_view text) {
  if (is_plain(text)) return ascii_words(text);
  if (!is_utf8(text)) {
    std::string plain(text);
    for (char& c : plain) c = static_cast<unsigned char>(c) < 0x80 ? c : ' ';
    return ascii_words(plain);
  }
  const std::string bytes(text);
  std::size_t length = 0;
  const std::unique_ptr<std::uint8_t, FreedMemory> folded(u8_casefold(
      reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), nullptr, UNINORM_NFKD, nullptr, &length));
  if (!folded) return {};
  Words words;
  const std::span<const std::uint8_t> left(folded.get(), length);
  for (std::size_t at = 0; at < left.size();) {
    const std::uint8_t lead = left[at];
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    char32_t c = size == 1 ? lead : lead & (0xffU >> (size + 1));
    for (std::size_t i = 1; i < size && at + i < left.size(); ++i) c = (c << 6) | (left[at + i] & 0x3fU);
    words.take(c);
    at += size;
  }
  return words.finish();
}

}  // namespace kassa
