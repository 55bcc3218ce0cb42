#include "services/protocol/ucp/catalog_answers.hpp"

#include <algorithm>
#include <map>

#include "services/checkout/price_for.hpp"

namespace kassa::protocol {
namespace {

using boost::asio::awaitable;
using Product = ports::ProductShelf::Product;

constexpr std::string_view kFilterIgnored =
    "The store does not sell in the currency of the price filter; the filter was ignored.";

/// The price that a checkout of somebody unknown takes for one piece.
catalog::PriceOf price_teller(Currency currency, Instant now) {
  return [currency, now](const ports::VariantView& variant) -> std::optional<ports::PriceView> {
    checkout::PriceQuestion question;
    question.currency = currency;
    question.now = now;
    const auto found = checkout::price_for(variant, question);
    if (!found) return std::nullopt;
    return ports::PriceView{currency, found->amount, found->compare_at};
  };
}

void note_ignored_filter(const CatalogAsk& ask, CatalogFrame& frame) {
  if (ask.market.asked_for_another) frame.notes.push_back({"price_filter_ignored", std::string(kFilterIgnored)});
}

awaitable<Result<std::vector<ShownProduct>>> show_all(const CatalogServices& services,
                                                      const checkout::Snapshot& snapshot,
                                                      const std::vector<catalog::OfferedProduct>& offered) {
  std::vector<std::string> ids;
  ids.reserve(offered.size());
  for (const auto& product : offered) ids.push_back(product.product->id.value);
  StoreId store = snapshot.store;
  KASSA_CO_TRY(const auto texts,
               co_await catalog::load_product_texts(services.store, std::move(store), std::move(ids)));
  const StockNow stock{services.stock, snapshot.store, services.ucp.clock.now()};
  std::vector<ShownProduct> shown;
  shown.reserve(offered.size());
  for (const auto& product : offered) {
    const auto text = texts.find(product.product->id.value);
    shown.push_back(show_product(product, text == texts.end() ? nullptr : &text->second, stock));
  }
  co_return std::move(shown);
}

/// What an id names: a variant, or a product as a whole.
struct Meaning {
  std::size_t place{};  ///< On the shelf.
  const ports::VariantView* variant{};
};

std::optional<Meaning> meaning_of(const ports::ProductShelf& shelf, std::string_view id) {
  const ports::VariantView* const variant = shelf.catalog().find(id);
  const std::size_t place =
      variant != nullptr && variant->product ? shelf.place_of(variant->product->id.value) : shelf.place_of(id);
  if (place == shelf.size()) return std::nullopt;
  // The id of a product with one variant finds that variant, but names the product.
  const bool of_product = variant == nullptr || (variant->id.value != id && variant->product->id.value == id);
  return Meaning{place, of_product ? nullptr : variant};
}

using Inputs = std::vector<std::pair<std::string, Meaning>>;

/// Only variants that an id meant are shown, each with its ids.
void keep_meant(ShownProduct& shown, std::size_t place, const Inputs& inputs) {
  for (const auto& [id, meaning] : inputs) {
    if (meaning.place != place) continue;
    const auto meant = meaning.variant == nullptr
                           ? shown.variants.begin()
                           : std::ranges::find(shown.variants, meaning.variant, &ShownVariant::variant);
    if (meant != shown.variants.end()) meant->inputs.push_back({id, meaning.variant != nullptr});
  }
  std::erase_if(shown.variants, [](const ShownVariant& variant) { return variant.inputs.empty(); });
}

Inputs read_inputs(const ports::ProductShelf& shelf, std::vector<std::string> ids, CatalogFrame& frame) {
  Inputs inputs;
  for (std::string& id : ids) {
    if (std::ranges::find(inputs, id, &std::pair<std::string, Meaning>::first) != inputs.end()) continue;
    if (const auto meaning = meaning_of(shelf, id)) {
      inputs.emplace_back(std::move(id), *meaning);
    } else {
      frame.notes.push_back({"not_found", std::move(id)});
    }
  }
  return inputs;
}

/// Ids whose goods are not for sale in this currency, or did not pass the filters.
void note_left_out(const Inputs& inputs, const std::vector<ShownProduct>& shown, CatalogFrame& frame) {
  for (const auto& input : inputs) {
    const bool told = std::ranges::any_of(shown, [&input](const ShownProduct& product) {
      return std::ranges::any_of(product.variants, [&input](const ShownVariant& variant) {
        return std::ranges::find(variant.inputs, input.first, &LookupInput::id) != variant.inputs.end();
      });
    });
    if (!told) frame.notes.push_back({"not_found", input.first});
  }
}

}  // namespace

awaitable<Result<std::string>> answer_search(const CatalogServices& services, const checkout::Snapshot& snapshot,
                                             CatalogAsk ask, CatalogFrame frame) {
  note_ignored_filter(ask, frame);
  catalog::CatalogQuery query;
  query.text = std::move(ask.text);
  query.filters = std::move(ask.filters);
  query.currency = ask.market.currency;
  query.cursor = std::move(ask.cursor);
  query.limit = ask.limit;
  query.sort = ask.sort;
  const catalog::PriceOf price = price_teller(query.currency, services.ucp.clock.now());
  StoreId store = snapshot.store;
  KASSA_CO_TRY(const auto page, co_await catalog::search_catalog(services.search, *snapshot.shelf, services.ucp.box,
                                                                 std::move(store), std::move(query), price));
  KASSA_CO_TRY(const auto shown, co_await show_all(services, snapshot, page.products));
  co_return render_search(frame, shown, page);
}

awaitable<Result<std::string>> answer_lookup(const CatalogServices& services, const checkout::Snapshot& snapshot,
                                             CatalogAsk ask, CatalogFrame frame) {
  note_ignored_filter(ask, frame);
  const ports::ProductShelf& shelf = *snapshot.shelf;
  const Inputs inputs = read_inputs(shelf, std::move(ask.ids), frame);
  const catalog::PriceOf price = price_teller(ask.market.currency, services.ucp.clock.now());
  std::vector<std::size_t> places;
  std::vector<catalog::OfferedProduct> offered;
  for (const auto& input : inputs) {
    const std::size_t place = input.second.place;
    if (std::ranges::find(places, place) != places.end()) continue;
    const Product product = shelf.at(place);
    auto variants = catalog::offered_variants(product, ask.filters, price);
    if (variants.empty()) continue;
    places.push_back(place);
    offered.push_back({product.view, std::move(variants)});
  }
  KASSA_CO_TRY(auto shown, co_await show_all(services, snapshot, offered));
  for (std::size_t i = 0; i < shown.size(); ++i) keep_meant(shown[i], places[i], inputs);
  std::erase_if(shown, [](const ShownProduct& product) { return product.variants.empty(); });
  note_left_out(inputs, shown, frame);
  co_return render_lookup(frame, shown);
}

awaitable<Result<std::string>> answer_product(const CatalogServices& services, const checkout::Snapshot& snapshot,
                                              CatalogAsk ask, CatalogFrame frame) {
  note_ignored_filter(ask, frame);
  const auto meaning = meaning_of(*snapshot.shelf, ask.id);
  const catalog::PriceOf price = price_teller(ask.market.currency, services.ucp.clock.now());
  std::vector<catalog::OfferedProduct> offered;
  if (meaning) {
    const Product product = snapshot.shelf->at(meaning->place);
    offered.push_back({product.view, catalog::offered_variants(product, ask.filters, price)});
  }
  if (!meaning || offered.front().variants.empty()) co_return Error{Errc::kNotFound, "Product not found"};
  KASSA_CO_TRY(auto shown, co_await show_all(services, snapshot, offered));
  ShownProduct& product = shown.front();
  // A variant's id is a whole selection, unless the request says more.
  const auto named = std::ranges::find(product.variants, meaning->variant, &ShownVariant::variant);
  if (ask.selection.selected.empty() && named != product.variants.end()) {
    ask.selection.named = named->variant;
    for (std::size_t i = 0; i < std::min(named->options.size(), product.option_names.size()); ++i) {
      ask.selection.selected.push_back({product.option_names[i], named->options[i]});
    }
  }
  const auto selected = settle_selection(product, ask.selection);
  co_return render_product(frame, product, selected);
}

}  // namespace kassa::protocol
