#include "services/protocol/links.hpp"

namespace kassa::protocol {
namespace {

std::string fill(std::string_view pattern, std::string_view variable, std::string_view value) {
  std::string out;
  out.reserve(pattern.size() + value.size());
  for (;;) {
    const auto at = pattern.find(variable);
    out += pattern.substr(0, at);
    if (at == std::string_view::npos) return out;
    out += value;
    pattern.remove_prefix(at + variable.size());
  }
}

std::string page(std::string_view public_url, std::string_view folder, std::string_view id) {
  std::string out(public_url);
  return out.append(folder).append(id);
}

}  // namespace

std::string continue_url(const ports::StoreSettings& settings, std::string_view public_url,
                         const CheckoutId& checkout) {
  if (settings.continue_url.empty()) return page(public_url, "/checkout/", checkout.value);
  return fill(settings.continue_url, "{checkout_id}", checkout.value);
}

std::string order_url(const ports::StoreSettings& settings, std::string_view public_url, const OrderId& order) {
  if (settings.order_url.empty()) return page(public_url, "/orders/", order.value);
  return fill(settings.order_url, "{order_id}", order.value);
}

}  // namespace kassa::protocol
