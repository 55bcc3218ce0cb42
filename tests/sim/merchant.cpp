#include "tests/sim/merchant.hpp"

#include <limits>

#include "services/catalog/load.hpp"
#include "services/ports/code_hash.hpp"

namespace kassa::sim {
namespace {

constexpr const char* kRules = R"([
  {"id":"ten","class":"order","trigger":{"codes":["TEN"]},"value":{"type":"percent","bps":1000}},
  {"id":"five","class":"order","trigger":{"codes":["FIVE"]},"value":{"type":"percent","bps":1000},
   "limits":{"global":5}},
  {"id":"once","class":"order","trigger":{"codes":["ONCE"]},"value":{"type":"percent","bps":500},
   "limits":{"per_customer":1}},
  {"id":"twice","class":"order","trigger":{"codes":["TWICE"]},"value":{"type":"percent","bps":500},
   "limits":{"per_customer":2}},
  {"id":"welcome","class":"order","trigger":{"codes":["WELCOME"]},"value":{"type":"percent","bps":2000},
   "when":{"attr":"customer.orders_count","op":"eq","value":0}},
  {"id":"money","class":"order","trigger":{"codes":["MONEY"]},"value":{"type":"percent","bps":2000},
   "limits":{"budget":{"EUR":1500}}},
  {"id":"present","class":"product","trigger":{"codes":["PRESENT"]},"limits":{"per_customer":2},
   "value":{"type":"gift","sku":"rare","if_out_of_stock":"warn"}},
  {"id":"friends","class":"order","trigger":{"pool":true},"value":{"type":"percent","bps":1000}},
  {"id":"by_card","class":"payment","trigger":{"codes":["CARD"]},"value":{"type":"percent","bps":1000},
   "when":{"attr":"payment.method","op":"eq","value":"card"}},
  {"id":"by_bank","class":"payment","trigger":{"codes":["BANK"]},"value":{"type":"percent","bps":2000},
   "when":{"attr":"payment.method","op":"eq","value":"bank_transfer"}},
  {"id":"gift","class":"order","trigger":{"codes":["GIFT"]},"value":{"type":"percent","bps":10000}}])";

constexpr const char* kZones = R"({"zones":[{"id":"de","countries":["DE"],"rates":[
  {"id":"std","title":"Standard","by":"flat","amounts":{"EUR":490}}]}]})";

ports::VariantView counted(ports::VariantView variant) {
  variant.tracked = true;
  return variant;
}

/// A customer has at most three of these.
ports::VariantView few() {
  auto variant = checkout::variant("few", 900);
  ports::VariantSpecials specials;
  specials.terms.customer_limit = 3;
  variant.specials = std::make_shared<const ports::VariantSpecials>(std::move(specials));
  return variant;
}

payments::GatewayConfig gateway() {
  payments::GatewayConfig out;
  out.id = GatewayId{"gw"};
  out.adapter = "sandbox";
  out.handler_id = "card";
  out.published = {{"available_instruments", boost::json::array{boost::json::object{{"type", "card"}}}}};
  out.settings = {{"tokens", {{"tok_500", "error_500_after_charge"}, {"tok_strange", "strange_status"}}}};
  out.credentials = "sandbox";
  return out;
}

struct StockRow {
  const char* variant;
  const char* location;
  std::int64_t on_hand;
};
constexpr StockRow kStock[] = {{"mug", "here", 100}, {"rare", "here", 6}, {"rare", "there", 4}};

struct DiscountRow {
  const char* id;
  std::optional<std::int64_t> max_uses;
};
constexpr DiscountRow kDiscounts[] = {{"ten", {}},     {"five", 5},     {"once", {}},   {"twice", {}},
                                      {"by_card", {}}, {"by_bank", {}}, {"gift", {}},   {"welcome", {}},
                                      {"money", {}},   {"present", {}}, {"friends", {}}};
/// Of the pool of "friends".
constexpr const char* kPool[] = {"FRIEND1", "FRIEND2", "FRIEND3", "FRIEND4"};

}  // namespace

Merchant::Merchant() {
  auto card = checkout::variant("card", 1000);
  card.requires_shipping = false;
  shop_.variants = {counted(checkout::variant("mug", 1250)), counted(checkout::variant("rare", 5000)), card, few()};
  shop_.rules = kRules;
  shop_.zones = kZones;
  shop_.taxes = {checkout::tax("DE", 1900, "", "", true)};
  shop_.places = {checkout::location("here", "DE", 1), checkout::location("there", "DE", 2)};
  publish();
}

void Merchant::set_price(const std::string& variant, std::int64_t amount) {
  for (ports::VariantView& view : shop_.variants) {
    if (view.id.value == variant) view.prices.front().amount = amount;
  }
  shop_.revision += 1;
  publish();
}

void Merchant::publish() {
  auto made = checkout::snapshot_of(shop_);
  made->gateways = {gateway()};
  made->all_gateways = made->gateways;
  snapshot_ = std::move(made);
}

ports::Transaction Merchant::rows() const {
  ports::Transaction out("seed", kShop);
  out.add(
      ports::Step("INSERT INTO store (store_id, mode, settings, revision, created_at) VALUES ($1, 'test', '{}', 1, 0)",
                  {kShop.value}));
  for (const std::string place : {"here", "there"}) {
    out.add(
        ports::Step("INSERT INTO location (store_id, location_id, name, country, region, priority, body) "
                    "VALUES ($1, $2, $2, 'DE', '', 1, '{}')",
                    {kShop.value, place}));
  }
  for (const ports::VariantView& view : shop_.variants) {
    out.add(
        ports::Step("INSERT INTO product (store_id, product_id, handle, title, body, published, revision) "
                    "VALUES ($1, $2, $2, $2, '{}', 1, 1)",
                    {kShop.value, view.product->id.value}));
    out.add(
        ports::Step("INSERT INTO variant (store_id, variant_id, product_id, position, title, sku, body, grams, flags, "
                    "revision) VALUES ($1, $2, $3, 1, '', '', '{}', 0, 0, 1)",
                    {kShop.value, view.id.value, view.product->id.value}));
  }
  for (const StockRow& row : kStock) {
    out.add(ports::Step("INSERT INTO stock (store_id, variant_id, location_id, on_hand) VALUES ($1, $2, $3, $4)",
                        {kShop.value, std::string(row.variant), std::string(row.location), row.on_hand}));
  }
  for (const DiscountRow& row : kDiscounts) {
    const ports::SqlValue most = row.max_uses ? ports::SqlValue(*row.max_uses) : ports::SqlValue();
    out.add(ports::Step(
        "INSERT INTO discount (store_id, discount_id, body, max_uses, revision) VALUES ($1, $2, '{}', $3, 1)",
        {kShop.value, std::string(row.id), most}));
  }
  for (const char* const code : kPool) {
    out.add(
        ports::Step("INSERT INTO discount_code (store_id, code_hash, discount_id, created_at) VALUES ($1, $2, $3, 0)",
                    {kShop.value, ports::code_hash(code), std::string("friends")}));
  }
  return out;
}

asio::awaitable<Result<std::shared_ptr<const checkout::Snapshot>>> SimSnapshots::get(const StoreId& store) {
  if (!loaded_) {
    KASSA_CO_TRY(co_await refresh_levels(store));
  }
  co_return peek(store);
}

void SimSnapshots::note_used_up(const StoreId&, const std::string& rule) {
  usage_.push_back({rule, std::numeric_limits<std::int64_t>::max()});
}

asio::awaitable<Result<void>> SimSnapshots::refresh_levels(const StoreId& store) {
  if (!reads_) co_return ok();
  KASSA_CO_TRY(co_await catalog::load_stock(store_, store, stock_));
  KASSA_CO_TRY(auto usage, co_await catalog::load_discount_usage(store_, store));
  usage_ = std::move(usage);
  loaded_ = true;
  co_return ok();
}

std::shared_ptr<const checkout::Snapshot> SimSnapshots::peek(const StoreId&) const {
  auto out = std::make_shared<checkout::Snapshot>(*merchant_.snapshot());
  out->usage = usage_;
  out->code_pools = true;
  return out;
}

}  // namespace kassa::sim
