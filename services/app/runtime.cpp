#include "services/app/runtime.hpp"

#include "services/checkout/completion.hpp"

namespace kassa::app {
namespace {

platform::ClientOptions client_options(const platform::Config& config) {
  platform::ClientOptions options;
  options.ports_allowed = config.outgoing_ports;
  if (!config.outgoing_ca_file.empty()) options.extra_ca_files = {config.outgoing_ca_file};
  return options;
}

}  // namespace

Runtime::Runtime(Base& base_, const platform::Config& config, std::string public_url, DataDirectory& data_,
                 ports::Failpoints& failpoints, const std::vector<asio::io_context*>& contexts)
    : base(base_),
      data(data_),
      clients(contexts, client_options(config), base.log, base.metrics),
      bank(data.sandbox(), base.clock, clients, public_url),
      gateways(bank, base.clock, base.metrics),
      cache(base.clock),
      persons(data.keys(), data.box(), base.clock, base.random),
      shoppers(data.main(), data.keys(), data.box(), base.clock),
      sessions({data.main(), cache, persons, data.box(), data.last_edits(), base.clock, base.log}),
      snapshots({data.main(), data.box(), base.signer, stock, base.log, public_url}),
      directory(data.main()),
      numbers(data.main()),
      renderer(public_url),
      profiles(clients, base.clock),
      completer(checkout_dependencies(failpoints)),
      checkout(checkout_dependencies(failpoints)),
      ucp{checkout, snapshots, directory, profiles, renderer, base.signer, config.public_url, base.clock} {
  renderers.add(renderer);
}

checkout::CheckoutService::Dependencies Runtime::checkout_dependencies(ports::Failpoints& failpoints) {
  return {data.main(), sessions, snapshots, persons,    data.box(),  gateways,    stock,    shoppers,
          renderers,   numbers,  base.clock, base.random, failpoints, base.log,    base.metrics, [] {}};
}

}  // namespace kassa::app
