#pragma once
// The bytes of the requests of a checkout, and the few facts that the generator reads out of the answers.
// Pure.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loadtest/generator/plan.hpp"

namespace kassa::load {

class Requests {
 public:
  explicit Requests(const Plan& plan) : plan_(plan) {}

  void read(std::string& out, std::string_view checkout) const;
  void create(std::string& out, const std::vector<Line>& lines, std::string_view email) const;
  void set_address(std::string& out, const Checkout& checkout) const;
  void choose_option(std::string& out, const Checkout& checkout) const;
  /// Quantities and the chosen option together.
  void update(std::string& out, const Checkout& checkout) const;
  void complete(std::string& out, std::string_view checkout, std::string_view key) const;

 private:
  void lines(std::string& out, const std::vector<Line>& lines) const;
  void option(std::string& out, const Checkout& checkout) const;
  void put(std::string& out, std::string_view checkout, std::string_view body) const;
  void finish(std::string& out, std::string_view body) const;

  const Plan& plan_;
};

struct OfferedOption {
  std::string id;
  std::int64_t amount{};
};

/// What an answer says about its checkout.
struct Told {
  std::string id;
  std::string status;
  std::int64_t total{-1};  ///< -1: none.
  bool has_order{};
  std::vector<std::string> lines;  ///< Ids.
  std::string method;
  std::string group;
  std::vector<OfferedOption> options;
};

/// Empty when the body is not a checkout.
[[nodiscard]] std::optional<Told> read_checkout(std::string_view body);

}  // namespace kassa::load
