// Sales and captures as balanced entries, with numbers by hand.

#include "services/checkout/completion.hpp"
#include "tests/unit/checkout/shop.hpp"

namespace kassa::checkout {
namespace {

std::string text_of(const std::vector<LedgerLine>& lines) {
  std::string out;
  for (const LedgerLine& line : lines)
    out += (out.empty() ? "" : ", ") + line.account + " " + std::to_string(line.amount);
  return out;
}

struct LedgerCase {
  const char* name;
  bool included;
  const char* rules;
  std::int64_t price;
  const char* entry;
};

TEST(Ledger, ASaleDebitsWhatIsOwedAndCreditsWhatItIsFor) {
  constexpr const char* kTen =
      R"([{"id":"ten","class":"order","trigger":"automatic","value":{"type":"percent","bps":1000}}])";
  constexpr const char* kAll =
      R"([{"id":"all","class":"order","trigger":"automatic","value":{"type":"percent","bps":10000}}])";
  const LedgerCase cases[] = {
      {"tax on top", false, "[]", 1000, "receivable 1680, shipping -490, tax_payable:DE -190, revenue -1000"},
      {"a discount is an account of its own", false, kTen, 1000,
       "receivable 1561, discounts 100, shipping -490, tax_payable:DE -171, revenue -1000"},
      {"contained tax comes out of revenue", true, "[]", 1190,
       "receivable 1680, shipping -490, tax_payable:DE -190, revenue -1000"},
      {"contained tax and a discount", true, kTen, 1190,
       "receivable 1561, discounts 119, shipping -490, tax_payable:DE -171, revenue -1019"},
      {"goods for nothing still ship", false, kAll, 1000,
       "receivable 490, discounts 1000, shipping -490, revenue -1000"},
  };
  for (const LedgerCase& row : cases) {
    Shop shop;
    shop.variants = {variant("mug", row.price)};
    shop.rules = row.rules;
    shop.prices_include_tax = row.included;
    shop.taxes = {tax("DE", 1900)};
    shop.zones = R"({"zones":[{"id":"de","countries":["DE"],"rates":[
      {"id":"std","title":"S","by":"flat","amounts":{"EUR":490}}]}]})";
    Session session = session_of({line("a", "mug", 1)});
    deliver(session, address("DE"), "std");
    EXPECT_EQ(text_of(sale_entry(price_now(session, shop))), row.entry) << row.name;
  }
}

TEST(Ledger, NothingSoldIsNoEntry) { EXPECT_TRUE(sale_entry(price_now(session_of({}), Shop{})).empty()); }

TEST(Ledger, ACaptureMovesTheDebtToTheGateway) {
  EXPECT_EQ(text_of(capture_entry(GatewayId{"gw"}, 1500)), "gateway_clearing:gw 1500, receivable -1500");
}

}  // namespace
}  // namespace kassa::checkout
