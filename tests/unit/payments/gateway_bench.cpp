#include "tests/unit/payments/gateway_bench.hpp"

namespace kassa::payments {
namespace {

class SandboxBench final : public GatewayBench {
 public:
  GatewayConfig config() const override { return world_.gateway(); }
  ports::HttpClient& client() override { return *world_.bank; }

  std::string token(Wish wish) const override {
    switch (wish) {
      case Wish::kApprove: return "tok_visa";
      case Wish::kDecline: return "tok_declined";
      case Wish::kAuthorizeOnly: return "tok_authorize";
      case Wish::kLoseAnswerAfterCharge: return "tok_timeout_after_charge";
      case Wish::kLoseAnswerBeforeCharge: return "tok_timeout_before_charge";
      case Wish::kTellWrongAmount: return "tok_wrong_amount";
      case Wish::kTellStrangeStatus: return "tok_strange";
    }
    return "";
  }

  std::vector<HeldCharge> held(const std::string& reference) override {
    std::vector<HeldCharge> charges;
    for (const sandbox::BookedCharge& charge : world_.book()) {
      const bool holds = charge.state == "captured" || charge.state == "authorized";
      if (charge.reference != reference || !holds || charge.refunded == charge.amount) continue;
      const Money amount{charge.amount - charge.refunded, Currency::from_code(charge.currency).value()};
      charges.push_back(HeldCharge{amount});
    }
    return charges;
  }

 private:
  SandboxWorld world_;
};

struct BenchRow {
  std::string_view adapter;
  std::unique_ptr<GatewayBench> (*make)();
};
const BenchRow kBenches[] = {
    {"sandbox", [] { return std::unique_ptr<GatewayBench>(std::make_unique<SandboxBench>()); }},
};

}  // namespace

std::unique_ptr<GatewayBench> make_bench(std::string_view adapter) {
  for (const BenchRow& row : kBenches) {
    if (row.adapter == adapter) return row.make();
  }
  return nullptr;
}

}  // namespace kassa::payments
