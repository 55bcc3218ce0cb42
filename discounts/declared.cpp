#include "discounts/declared.hpp"

#include "discounts/attributes.hpp"

namespace kassa::discounts {

void check_declared(std::span<const AttributeSpec> own, std::vector<Problem>& problems) {
  const std::size_t before = problems.size();
  Registry registry;
  registry.add(own, problems);
  for (std::size_t i = before; i < problems.size(); ++i) problems[i].path.insert(1, "discount_");
}

}  // namespace kassa::discounts
