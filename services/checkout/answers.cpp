#include "services/checkout/answers.hpp"

#include "services/base/ensure.hpp"

namespace kassa::checkout {

const Renderer& Renderers::find(std::string_view rendering) const {
  const std::string_view name = rendering.substr(0, rendering.find('/'));
  for (const Renderer* renderer : renderers_) {
    if (renderer->name() == name) return *renderer;
  }
  ensure(false, "no renderer of that name");
  return *renderers_.front();
}

}  // namespace kassa::checkout
