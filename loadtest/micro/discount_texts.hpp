#pragma once
// The rules of a generated store as its database would have them.

#include <string>
#include <vector>

#include "loadtest/micro/discount_store.hpp"

namespace kassa::discounts::bench {

class RuleTexts {
 public:
  RuleTexts(Store& store, std::size_t count) {
    ids_.reserve(count);
    texts_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      const json::object rule = store.rule(i);
      ids_.emplace_back(rule.at("id").as_string());
      texts_.push_back(json::serialize(rule));
    }
  }
  [[nodiscard]] std::vector<RuleText> list() const {
    std::vector<RuleText> out;
    out.reserve(ids_.size());
    for (std::size_t i = 0; i < ids_.size(); ++i) out.push_back({ids_[i], texts_[i]});
    return out;
  }
  void change(std::size_t i, std::string text) { texts_[i] = std::move(text); }

 private:
  std::vector<std::string> ids_;
  std::vector<std::string> texts_;
};

}  // namespace kassa::discounts::bench
