#include "services/protocol/discount_attributes.hpp"

#include "services/ports/attribute_values.hpp"

namespace kassa::protocol {

Result<void> read_discount_attributes(const json::object& body, bool backend, std::span<const AttributeSpec> declared,
                                      checkout::Patch& patch) {
  if (!backend) return Error{Errc::kForbidden, "only the store's backend sets attributes", "/discount_attributes"};
  std::vector<Problem> problems;
  ObjectReader reader(body, "", problems);
  auto facts = ports::read_facts(reader, kDiscountAttributes, declared, ports::ValuesOf::kCart);
  if (!problems.empty()) {
    const Problem& first = problems.front();
    return Error{Errc::kInvalidRequest, first.message + " " + first.hint, first.path};
  }
  patch.facts.set(std::move(facts));
  return ok();
}

}  // namespace kassa::protocol
