#include "services/ports/code_hash.hpp"

#include "services/base/hash.hpp"
#include "services/base/text.hpp"

namespace kassa::ports {

std::string folded_code(std::string_view code) { return to_lower_ascii(trim(code)); }

std::string code_hash(std::string_view code) {
  constexpr std::size_t kBytesKept = 16;
  const Digest digest = sha256(folded_code(code));
  return to_base64url(std::span(digest).first(kBytesKept));
}

}  // namespace kassa::ports
