#pragma once
// The statements of an import, one constant each. Parameters: $1 is the store; the row's columns follow in
// the order of the matching SELECT; a revision comes last.

#include <string_view>

namespace kassa::catalog::sql {

inline constexpr std::string_view kSelectStore = "SELECT revision, settings, mode FROM store WHERE store_id = $1";
inline constexpr std::string_view kInsertStore =
    "INSERT INTO store (store_id, settings, revision, mode, created_at) VALUES ($1, $2, $3, $4, $5) ON "
    "CONFLICT (store_id) DO NOTHING";
inline constexpr std::string_view kUpdateStore =
    "UPDATE store SET settings = $2, revision = $3 WHERE store_id = $1 AND revision = $4";

inline constexpr std::string_view kSelectProducts =
    "SELECT product_id, handle, title, vendor, category, tags, image_url, body, published, revision FROM "
    "product WHERE store_id = $1 ORDER BY product_id";
inline constexpr std::string_view kPutProduct =
    "INSERT INTO product (store_id, product_id, handle, title, vendor, category, tags, image_url, body, "
    "published, revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (store_id, "
    "product_id) DO UPDATE SET handle = excluded.handle, title = excluded.title, vendor = "
    "excluded.vendor, category = excluded.category, tags = excluded.tags, image_url = excluded.image_url, "
    "body = excluded.body, published = excluded.published, revision = excluded.revision";
inline constexpr std::string_view kUnpublishProduct =
    "UPDATE product SET published = 0, revision = $3 WHERE store_id = $1 AND product_id = $2";

inline constexpr std::string_view kSelectVariants =
    "SELECT variant_id, product_id, position, title, sku, image_url, tax_class, body, grams, flags, terms FROM "
    "variant WHERE store_id = $1 ORDER BY variant_id";
inline constexpr std::string_view kPutVariant =
    "INSERT INTO variant (store_id, variant_id, product_id, position, title, sku, image_url, tax_class, "
    "body, grams, flags, terms, revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT "
    "(store_id, variant_id) DO UPDATE SET product_id = excluded.product_id, position = excluded.position, "
    "title = excluded.title, sku = excluded.sku, image_url = excluded.image_url, tax_class = "
    "excluded.tax_class, body = excluded.body, grams = excluded.grams, flags = excluded.flags, terms = "
    "excluded.terms, revision = excluded.revision";
inline constexpr std::string_view kSetVariantFlags =
    "UPDATE variant SET flags = $3, revision = $4 WHERE store_id = $1 AND variant_id = $2";

inline constexpr std::string_view kSelectPrices =
    "SELECT variant_id, currency, amount, compare_at FROM price WHERE store_id = $1 ORDER BY variant_id, "
    "currency";
inline constexpr std::string_view kPutPrice =
    "INSERT INTO price (store_id, variant_id, currency, amount, compare_at) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (store_id, variant_id, currency) DO UPDATE SET amount = excluded.amount, compare_at = "
    "excluded.compare_at";
inline constexpr std::string_view kDropPrice =
    "DELETE FROM price WHERE store_id = $1 AND variant_id = $2 AND currency = $3";

inline constexpr std::string_view kSelectListPrices =
    "SELECT variant_id, currency, list_id, shopper_group, min_quantity, valid_from, valid_until, amount, compare_at "
    "FROM list_price WHERE store_id = $1 ORDER BY variant_id, currency, list_id, shopper_group, min_quantity, "
    "valid_from, valid_until";
inline constexpr std::string_view kPutListPrice =
    "INSERT INTO list_price (store_id, variant_id, currency, list_id, shopper_group, min_quantity, valid_from, "
    "valid_until, amount, compare_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (store_id, "
    "variant_id, currency, list_id, shopper_group, min_quantity, valid_from, valid_until) DO UPDATE SET amount = "
    "excluded.amount, compare_at = excluded.compare_at";
inline constexpr std::string_view kDropListPrice =
    "DELETE FROM list_price WHERE store_id = $1 AND variant_id = $2 AND currency = $3 AND list_id = $4 AND "
    "shopper_group = $5 AND min_quantity = $6 AND valid_from = $7 AND valid_until = $8";

inline constexpr std::string_view kSelectLocations =
    "SELECT location_id, name, country, region, priority, closed FROM location WHERE store_id = $1 ORDER "
    "BY location_id";
inline constexpr std::string_view kPutLocation =
    "INSERT INTO location (store_id, location_id, name, country, region, priority, closed, body) VALUES "
    "($1, $2, $3, $4, $5, $6, $7, '') ON CONFLICT (store_id, location_id) DO UPDATE SET name = "
    "excluded.name, country = excluded.country, region = excluded.region, priority = excluded.priority, "
    "closed = excluded.closed";
inline constexpr std::string_view kCloseLocation =
    "UPDATE location SET closed = 1 WHERE store_id = $1 AND location_id = $2";

inline constexpr std::string_view kSelectStock =
    "SELECT variant_id, location_id, on_hand, allowance, reserved FROM stock WHERE store_id = $1 ORDER BY "
    "variant_id, location_id";
// Refuses (no row changes) where more is reserved than there would be.
inline constexpr std::string_view kPutStock =
    "INSERT INTO stock (store_id, variant_id, location_id, on_hand, allowance) VALUES ($1, $2, $3, $4, "
    "$5) ON CONFLICT (store_id, variant_id, location_id) DO UPDATE SET on_hand = excluded.on_hand, "
    "allowance = excluded.allowance, version = stock.version + 1 WHERE stock.reserved = 0 OR stock.reserved <= "
    "excluded.on_hand + "
    "excluded.allowance";

inline constexpr std::string_view kSelectDiscounts =
    "SELECT discount_id, body, max_uses, retired, used FROM discount WHERE store_id = $1 ORDER BY "
    "discount_id";
// Refuses where more uses are counted than would be allowed.
inline constexpr std::string_view kPutDiscount =
    "INSERT INTO discount (store_id, discount_id, body, max_uses, retired, revision) VALUES ($1, $2, $3, "
    "$4, $5, $6) ON CONFLICT (store_id, discount_id) DO UPDATE SET body = excluded.body, max_uses = "
    "excluded.max_uses, retired = excluded.retired, revision = excluded.revision WHERE excluded.max_uses "
    "IS NULL OR discount.used <= excluded.max_uses";
inline constexpr std::string_view kKeepDiscount =
    "INSERT INTO discount_version (store_id, discount_id, revision, body, retired, replaced_at, replaced_by) "
    "SELECT store_id, discount_id, revision, body, retired, $3, $4 FROM discount WHERE store_id = $1 AND "
    "discount_id = $2 ON CONFLICT (store_id, discount_id, revision) DO NOTHING";
inline constexpr std::string_view kRetireDiscount =
    "UPDATE discount SET retired = 1, revision = $3 WHERE store_id = $1 AND discount_id = $2";

// $2: hashes of codes, one after the other; $3: how many.
inline constexpr std::string_view kSelectPoolCodes =
    "WITH RECURSIVE part(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM part WHERE n + 1 < $3) SELECT code_hash FROM "
    "discount_code WHERE store_id = $1 AND code_hash IN (SELECT substr($2, n * 22 + 1, 22) FROM part)";

inline constexpr std::string_view kSelectTables = "SELECT kind, body FROM rate_table WHERE store_id = $1 ORDER BY kind";
inline constexpr std::string_view kPutTable =
    "INSERT INTO rate_table (store_id, kind, body, revision) VALUES ($1, $2, $3, $4) ON CONFLICT "
    "(store_id, kind) DO UPDATE SET body = excluded.body, revision = excluded.revision";

inline constexpr std::string_view kSelectGateways =
    "SELECT gateway_id, adapter, body, sealed_credentials, retired FROM gateway WHERE store_id = $1 ORDER "
    "BY gateway_id";
inline constexpr std::string_view kPutGateway =
    "INSERT INTO gateway (store_id, gateway_id, adapter, body, sealed_credentials, retired, revision) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (store_id, gateway_id) DO UPDATE SET adapter = "
    "excluded.adapter, body = excluded.body, sealed_credentials = excluded.sealed_credentials, retired = "
    "excluded.retired, revision = excluded.revision";
inline constexpr std::string_view kRetireGateway =
    "UPDATE gateway SET retired = 1, revision = $3 WHERE store_id = $1 AND gateway_id = $2";

}  // namespace kassa::catalog::sql
