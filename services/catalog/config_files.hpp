#pragma once
// The configuration files of a bundle: locations, discounts, shipping, tax, gateways. Each reader takes the
// file's text, notes every fault with its line and returns what is well formed. Pure.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "services/base/attribute.hpp"
#include "services/catalog/import_model.hpp"
#include "services/ports/bundle_part.hpp"

namespace kassa::catalog {

[[nodiscard]] std::vector<LocationInput> read_locations(std::string_view text, const std::string& file,
                                                        ports::FaultList& faults);

/// Compiled by the discount engine, which judges each rule and how they stand together.
[[nodiscard]] std::vector<RuleInput> read_rules(std::string_view text, const std::string& file,
                                                ports::FaultList& faults, std::span<const AttributeSpec> declared = {});

/// The zone document, judged by the shipping core.
[[nodiscard]] json::object read_shipping(std::string_view text, const std::string& file, ports::FaultList& faults);

/// The tax table as it is stored: every member present.
[[nodiscard]] json::array read_taxes(std::string_view text, const std::string& file, ports::FaultList& faults);

/// `adapters`: names that the deployment knows; empty: any name.
[[nodiscard]] std::vector<GatewayInput> read_gateways(std::string_view text, const std::string& file,
                                                      const std::vector<std::string>& adapters,
                                                      ports::FaultList& faults);

/// One object, for instance store.json.
[[nodiscard]] json::object read_document(std::string_view text, const std::string& file, ports::FaultList& faults);

}  // namespace kassa::catalog
