#include "services/ports/http_client.hpp"

namespace kassa::ports {

std::string_view HttpReply::header(std::string_view lower_case_name) const noexcept {
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return {};
}

}  // namespace kassa::ports
