#pragma once
// Compiles the discount rules of stores, and keeps what took long beside the data: a file for each store with very many
// rules, read when the process starts again. The rules in the database are the truth; a file that was made from
// others, by another build or that is damaged only costs the time to compile. Called by the worker.

#include <filesystem>
#include <span>

#include "discounts/engine.hpp"
#include "services/base/id.hpp"
#include "services/ports/log.hpp"

namespace kassa::app {

class CompiledRules {
 public:
  /// Compiling fewer rules takes less than finding out what has changed.
  static constexpr std::size_t kRulesMin = 20'000;

  CompiledRules(std::filesystem::path folder, ports::Log& log, std::size_t rules_min = kRulesMin);

  /// The set of these rules. `held` is what the store had until now, or null: what has not changed is taken from it.
  [[nodiscard]] discounts::RuleSetPtr compile(const StoreId& store, discounts::RuleSetPtr held,
                                              std::span<const discounts::RuleText> rules,
                                              const discounts::RuleSetup& setup, std::vector<Problem>& problems) const;

 private:
  [[nodiscard]] std::filesystem::path file_of(const StoreId& store) const;
  [[nodiscard]] discounts::RuleSetPtr open(const std::filesystem::path& file, const discounts::RuleSetup& setup) const;
  void keep(const std::filesystem::path& file, const discounts::RuleSet& rules) const;

  std::filesystem::path folder_;
  ports::Log& log_;
  std::size_t rules_min_;
  std::string edition_;  ///< The build id: another program lays its files out in another way. Empty: no files.
};

}  // namespace kassa::app
