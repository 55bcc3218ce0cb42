#include "services/checkout/answers.hpp"

#include "services/base/ensure.hpp"

namespace kassa::checkout {

std::string state_tag(const Session& session, const Quote& quote) {
  constexpr std::size_t kHashPart = 16;
  std::string tag = std::to_string(session.version.epoch);
  tag.append(".").append(std::to_string(session.version.n));
  tag.append(".").append(std::to_string(quote.revision));
  return tag.append(".").append(quote.hash.substr(0, kHashPart));
}

const Renderer& Renderers::find(std::string_view rendering) const {
  const std::string_view name = rendering.substr(0, rendering.find('/'));
  for (const Renderer* renderer : renderers_) {
    if (renderer->name() == name) return *renderer;
  }
  ensure(false, "no renderer of that name");
  return *renderers_.front();
}

}  // namespace kassa::checkout
