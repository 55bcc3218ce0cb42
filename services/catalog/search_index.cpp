#include "services/catalog/search_index.hpp"

#include <map>
#include <set>
#include <utility>

#include "services/base/fold.hpp"
#include "services/catalog/body_json.hpp"
#include "services/catalog/plain_text.hpp"
#include "services/ports/catalog_search.hpp"

namespace kassa::catalog {
namespace {

using ports::as_int;
using ports::as_string;

/// A refresh that read an older product than another program has indexed since changes nothing.
constexpr std::string_view kPutSearch =
    "INSERT INTO product_search (store_id, product_id, doc, revision, folding, title, tags, words) VALUES ($1, $2, "
    "(SELECT COALESCE(MAX(doc), 0) + 1 FROM product_search), $3, $4, $5, $6, $7) ON CONFLICT (store_id, product_id) DO "
    "UPDATE SET revision = excluded.revision, folding = excluded.folding, title = excluded.title, tags = "
    "excluded.tags, "
    "words = excluded.words WHERE product_search.revision <= excluded.revision";
constexpr std::string_view kDropSearch = "DELETE FROM product_search WHERE store_id = $1 AND product_id = $2";
constexpr std::string_view kNoteSearchChange =
    "INSERT INTO search_change (store_id, n) VALUES ($1, 1) ON CONFLICT (store_id) DO UPDATE SET n = search_change.n + "
    "1";
constexpr std::string_view kSelectSearchStores = "SELECT store_id FROM store ORDER BY store_id";
constexpr std::string_view kSelectUnindexed =
    "SELECT p.product_id, p.title, p.vendor, p.category, p.tags, p.body, p.revision FROM product p LEFT JOIN "
    "product_search s ON s.store_id = p.store_id AND s.product_id = p.product_id WHERE p.store_id = $1 AND "
    "p.product_id "
    "> $2 AND p.published = 1 AND (s.product_id IS NULL OR s.revision <> p.revision OR s.folding <> $3) ORDER BY "
    "p.product_id LIMIT $4";
constexpr std::string_view kSelectVariantWords =
    "SELECT product_id, title, sku, body FROM variant WHERE store_id = $1 AND product_id >= $2 AND product_id <= $3";

constexpr std::int64_t kProductsPerChunk = 1'000;
/// Of one field: a novel as a description is searched by its beginning.
constexpr std::size_t kWordsPerFieldMax = 1'000;

/// The different words of some fields, each once, in the spelling of the index.
class FieldWords {
 public:
  explicit FieldWords(const StoreId& store) : store_(store) {}
  void add(std::string_view text) {
    for (std::string& word : folded_words(text)) {
      if (words_.size() < kWordsPerFieldMax) words_.insert(std::move(word));
    }
  }
  [[nodiscard]] std::string text() const {
    const std::string mark = ports::index_word(store_, {});
    std::string out;
    for (const std::string& word : words_) out.append(out.empty() ? "" : " ").append(mark).append(word);
    return out;
  }

 private:
  const StoreId& store_;
  std::set<std::string> words_;
};

struct Chunk {
  std::vector<ports::Row> products;
  std::vector<ports::Row> variants;
};

asio::awaitable<Result<Chunk>> read_chunk(ports::Store& store, StoreId id, std::string after) {
  Chunk chunk;
  ports::Step products(kSelectUnindexed, {id.value, std::move(after), kFoldingRules, kProductsPerChunk});
  KASSA_CO_TRY(chunk.products, co_await store.query(std::move(products)));
  if (chunk.products.empty()) co_return std::move(chunk);
  ports::Step variants(kSelectVariantWords, {id.value, chunk.products.front()[0], chunk.products.back()[0]});
  KASSA_CO_TRY(chunk.variants, co_await store.query(std::move(variants)));
  co_return std::move(chunk);
}

ports::Transaction transaction_of(const StoreId& id, const Chunk& chunk) {
  std::map<std::string, std::string> variants;
  for (const ports::Row& row : chunk.variants) {
    std::string& words = variants[as_string(row[0])];
    words.append(as_string(row[1])).append(" ").append(as_string(row[2])).append(" ");
    words.append(text_in(body_in(as_string(row[3])), "barcode")).append(" ");
  }
  ports::Transaction transaction("search_index", id);
  SearchIndexSteps steps(id, transaction.steps);
  for (const ports::Row& row : chunk.products) {
    const std::string description = text_in(body_in(as_string(row[5])), "description");
    SearchableProduct product;
    product.id = as_string(row[0]);
    product.title = as_string(row[1]);
    product.vendor = as_string(row[2]);
    product.category = as_string(row[3]);
    product.tags = as_string(row[4]);
    product.description = description;
    product.variants = variants[as_string(row[0])];
    product.revision = as_int(row[6]);
    steps.put(product);
  }
  steps.finish();
  return transaction;
}

asio::awaitable<Result<std::int64_t>> refresh_store(ports::Store& store, StoreId id) {
  std::int64_t written = 0;
  std::string after;
  while (true) {
    KASSA_CO_TRY(auto chunk, co_await read_chunk(store, id, after));
    if (chunk.products.empty()) co_return written;
    after = as_string(chunk.products.back()[0]);
    ports::Transaction transaction = transaction_of(id, chunk);
    KASSA_CO_TRY(co_await store.commit(std::move(transaction)));
    written += static_cast<std::int64_t>(chunk.products.size());
  }
}

}  // namespace

void SearchIndexSteps::put(const SearchableProduct& product) {
  if (!product.published) return remove(product.id);
  FieldWords title(store_);
  title.add(product.title);
  FieldWords tags(store_);
  for (const std::string_view text :
       {product.tags, product.category, product.vendor, std::string_view(product.variants), product.id}) {
    tags.add(text);
  }
  FieldWords words(store_);
  words.add(plain_text(product.description));
  std::string rest = words.text();
  if (!product.category.empty()) {
    rest.append(rest.empty() ? "" : " ").append(ports::index_category(store_, product.category));
  }
  changed_ = true;
  steps_.emplace_back(
      kPutSearch, std::vector<ports::SqlValue>{store_.value, std::string(product.id), product.revision, kFoldingRules,
                                               title.text(), tags.text(), std::move(rest)});
}

void SearchIndexSteps::remove(std::string_view product_id) {
  changed_ = true;
  steps_.emplace_back(kDropSearch, std::vector<ports::SqlValue>{store_.value, std::string(product_id)});
}

void SearchIndexSteps::finish() {
  if (changed_) steps_.emplace_back(kNoteSearchChange, std::vector<ports::SqlValue>{store_.value});
  changed_ = false;
}

asio::awaitable<Result<std::int64_t>> refresh_search_index(ports::Store& store) {
  ports::Step read(kSelectSearchStores);
  KASSA_CO_TRY(const auto stores, co_await store.query(std::move(read)));
  std::int64_t written = 0;
  for (const ports::Row& row : stores) {
    StoreId id{as_string(row[0])};
    KASSA_CO_TRY(const auto of_store, co_await refresh_store(store, std::move(id)));
    written += of_store;
  }
  co_return written;
}

}  // namespace kassa::catalog
