#include "services/protocol/ucp/order_render.hpp"
#include "services/protocol/ucp/render.hpp"

namespace kassa::protocol {

checkout::Answer UcpRenderer::render(std::string_view rendering, checkout::Operation operation,
                                     const checkout::View& view) const {
  return render_checkout(rendering_from(rendering), operation, view, links_);
}

std::string UcpRenderer::order_event(const ports::OrderRecord& order, const checkout::Snapshot& snapshot) const {
  const std::string_view version =
      order.audience.version.empty() ? kUcpVersion : std::string_view(order.audience.version);
  if (!order.permalink_url.empty()) return render_order(order, OrderExtras{}, version);
  ports::OrderRecord linked = order;
  linked.permalink_url = links_.order_url(snapshot.settings, snapshot.store, order.audience.owner, order.id);
  return render_order(linked, OrderExtras{}, version);
}

}  // namespace kassa::protocol
