#include "services/ports/bundle_part.hpp"

#include <algorithm>
#include <istream>
#include <tuple>

#include "services/base/text.hpp"

namespace kassa::ports {
namespace {

constexpr std::int64_t kReportEveryLines = 1'000;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

/// Walks over the text of a JSON array and finds where its elements begin and end, without judging them.
class ArrayWalker {
 public:
  explicit ArrayWalker(std::string_view text) : text_(text) {
    if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
  }

  void skip_space() {
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') ++line_;
      if (c != ' ' && c != '\t' && c != '\r' && c != '\n') return;
    }
  }

  bool take(char wanted) {
    if (at_ >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  /// Up to the comma or bracket that ends the element.
  std::string_view element() {
    const std::size_t begin = at_;
    int depth = 0;
    bool quoted = false;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') ++line_;
      if (quoted) {
        if (c == '\\') ++at_;
        if (c == '"') quoted = false;
        continue;
      }
      if (depth == 0 && (c == ',' || c == ']')) break;
      if (c == '"') quoted = true;
      if (c == '[' || c == '{') ++depth;
      if (c == ']' || c == '}') --depth;
    }
    at_ = std::min(at_, text_.size());
    return text_.substr(begin, at_ - begin);
  }

  [[nodiscard]] bool at_end() const noexcept { return at_ >= text_.size(); }
  [[nodiscard]] std::int64_t line() const noexcept { return line_; }

 private:
  std::string_view text_;
  std::size_t at_{};
  std::int64_t line_{1};
};

}  // namespace

void FaultList::add(std::string_view file, std::int64_t line, std::string code, std::string message, std::string path) {
  ++count_;
  if (kept_.size() >= kKeptMax) return;
  kept_.push_back({std::string(file), line, std::move(code), std::move(message), std::move(path)});
}

void FaultList::add(std::string_view file, std::int64_t line, const std::vector<Problem>& problems) {
  for (const Problem& problem : problems) {
    const std::string hint = problem.hint.empty() ? std::string{} : " " + problem.hint;
    add(file, line, problem.code, problem.message + hint, problem.path);
  }
}

std::vector<RowFault> FaultList::sorted() const {
  std::vector<RowFault> result = kept_;
  std::ranges::stable_sort(
      result, [](const RowFault& a, const RowFault& b) { return std::tie(a.file, a.line) < std::tie(b.file, b.line); });
  return result;
}

void ProgressMeter::at(std::string_view file, std::int64_t line) {
  const std::int64_t read = before_ + line;
  if (!report_ || read - last_reported_ < kReportEveryLines) return;
  last_reported_ = read;
  report_(ImportProgress{file, read, total_});
}

void ProgressMeter::finished(std::string_view file, std::int64_t lines) {
  before_ += lines;
  last_reported_ = before_;
  if (report_) report_(ImportProgress{file, before_, total_});
}

NdjsonReader::NdjsonReader(std::istream& in, std::string file, FaultList& faults, ProgressMeter& progress)
    : in_(in), file_(std::move(file)), faults_(faults), progress_(progress) {}

bool NdjsonReader::next_text(std::string& text) {
  text.clear();
  std::streambuf& buffer = *in_.rdbuf();
  bool too_long = false;
  int c = buffer.sbumpc();
  if (c == std::char_traits<char>::eof()) return false;
  ++line_;
  for (; c != std::char_traits<char>::eof() && c != '\n'; c = buffer.sbumpc()) {
    if (text.size() < kBundleLineBytesMax) {
      text.push_back(static_cast<char>(c));
    } else {
      too_long = true;
    }
  }
  if (line_ == 1 && text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  if (text.ends_with('\r')) text.pop_back();
  if (too_long) {
    faults_.add(file_, line_, "line_too_long", "A line holds at most 1 MiB.");
    text.clear();
  }
  return true;
}

std::optional<json::object> NdjsonReader::next() {
  std::string text;
  while (next_text(text)) {
    progress_.at(file_, line_);
    if (trim(text).empty()) continue;
    auto parsed = parse_json(text);
    if (!parsed) {
      faults_.add(file_, line_, "malformed_json", parsed.error().detail);
    } else if (json::object* const object = parsed.value().if_object(); object == nullptr) {
      faults_.add(file_, line_, "type_mismatch", "Each line must be one JSON object.");
    } else {
      return std::move(*object);
    }
  }
  if (!done_) progress_.finished(file_, line_);
  done_ = true;
  return std::nullopt;
}

std::vector<JsonElement> read_json_array(std::string_view text, std::string_view file, FaultList& faults) {
  std::vector<JsonElement> elements;
  ArrayWalker walker(text);
  walker.skip_space();
  if (!walker.take('[')) {
    faults.add(file, walker.line(), "type_mismatch", "The file must hold one JSON array.");
    return elements;
  }
  walker.skip_space();
  bool open = !walker.take(']');
  while (open) {
    walker.skip_space();
    const std::int64_t line = walker.line();
    auto parsed = parse_json(walker.element());
    if (parsed) {
      elements.push_back({line, std::move(parsed).value()});
    } else {
      faults.add(file, line, "malformed_json", parsed.error().detail);
    }
    if (walker.at_end()) {
      faults.add(file, walker.line(), "malformed_json", "The array does not end.");
      return elements;
    }
    open = walker.take(',');
  }
  walker.take(']');
  walker.skip_space();
  if (!walker.at_end()) faults.add(file, walker.line(), "malformed_json", "Something follows the array.");
  return elements;
}

void refuse_unknown_members(ObjectReader& reader, std::initializer_list<std::string_view> known) {
  for (const auto& member : reader.raw()) {
    const std::string_view key{member.key().data(), member.key().size()};
    if (std::ranges::find(known, key) == known.end()) {
      reader.fault(key, "unknown_member", "Kassa knows no member of this name here.");
    }
  }
}

}  // namespace kassa::ports
