#include "services/protocol/text/fill.hpp"

#include <algorithm>

namespace kassa::protocol {

std::string fill_in(std::string_view text, std::span<const Parameter> parameters) {
  std::string out;
  while (!text.empty()) {
    const auto open = std::min(text.find('{'), text.size());
    out += text.substr(0, open);
    text.remove_prefix(open);
    const auto close = text.find('}');
    if (close == std::string_view::npos) return out;
    const auto value = std::ranges::find(parameters, text.substr(1, close - 1), &Parameter::first);
    if (value != parameters.end()) out += value->second;
    text.remove_prefix(close + 1);
  }
  return out;
}

}  // namespace kassa::protocol
