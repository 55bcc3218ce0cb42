#pragma once
// What a checkout tells its caller besides numbers: a code with parameters, a place and who can mend it. The text is
// made at the edge, from one table per language.

#include <string>
#include <utility>
#include <vector>

namespace kassa::checkout {

enum class Level : unsigned char { kError, kWarning, kInfo };
enum class Severity : unsigned char { kRecoverable, kBuyerInput, kBuyerReview, kUnrecoverable };

struct Message {
  Level level{Level::kError};
  std::string code;
  std::string path;  ///< JSONPath into the checkout in UCP's member names, "$.line_items[0].quantity"; may be empty.
  Severity severity{Severity::kRecoverable};  ///< Errors only.
  std::vector<std::pair<std::string, std::string>> params;

  Message() = default;
  Message(Level level_, std::string code_, std::string path_ = {}, Severity severity_ = Severity::kRecoverable)
      : level(level_), code(std::move(code_)), path(std::move(path_)), severity(severity_) {}
};

}  // namespace kassa::checkout
