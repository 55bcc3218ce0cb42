#include "services/protocol/admin/rule_ground.hpp"

namespace kassa::protocol {

admin::RuleGround ground_in(const std::shared_ptr<const checkout::Snapshot>& snapshot) {
  admin::RuleGround ground;
  ground.live = snapshot->rules;
  ground.revision = snapshot->revision;
  ground.attributes = snapshot->settings.discount_attributes;
  ground.sells = [catalog = snapshot->catalog](std::string_view name) { return catalog->find(name) != nullptr; };
  return ground;
}

boost::asio::awaitable<admin::RuleGround> rule_ground(const AdminServices& services, StoreId store) {
  const auto snapshot = co_await services.snapshots.get(store);
  co_return snapshot ? ground_in(snapshot.value()) : admin::RuleGround{};
}

}  // namespace kassa::protocol
