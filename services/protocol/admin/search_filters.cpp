#include "services/protocol/admin/search_filters.hpp"

#include <charconv>

#include "services/base/country.hpp"
#include "services/base/email.hpp"
#include "services/base/limits.hpp"
#include "services/base/phone.hpp"
#include "services/ports/email_index.hpp"
#include "services/ports/phone_index.hpp"
#include "services/protocol/admin/paging.hpp"

namespace kassa::protocol {
namespace {

Error misread(std::string_view parameter, std::string why) {
  return Error{Errc::kInvalidRequest, std::move(why), "?" + std::string(parameter)};
}

/// A whole number from `least` on; `by_default` when absent.
Result<std::int64_t> read_whole(const http::Request& request, std::string_view name, std::int64_t least,
                                std::int64_t by_default) {
  const std::string text = request.query_value(name);
  if (text.empty()) return by_default;
  std::int64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size() || value < least) {
    return misread(name, "use a whole number from " + std::to_string(least));
  }
  return value;
}

Result<std::optional<Instant>> read_time(const http::Request& request, std::string_view name) {
  const std::string text = request.query_value(name);
  if (text.empty()) return std::optional<Instant>{};
  const auto time = from_rfc3339(text);
  if (!time) return misread(name, "use a time as in 2026-04-08T12:00:00Z");
  return time;
}

Result<Bytes> read_email(const AdminServices& services, const StoreId& store, const http::Request& request) {
  const std::string text = request.query_value("email");
  if (text.empty()) return Bytes{};
  if (!is_email(trim(text))) return misread("email", "this is no e-mail address");
  return ports::email_hash(services.box, store, text);
}

Result<Bytes> read_phone(const AdminServices& services, const StoreId& store, const http::Request& request) {
  std::string text = request.query_value("phone");
  const std::string country = request.query_value("phone_country");
  if (!country.empty() && !is_country(country)) return misread("phone_country", "use a code of ISO 3166-1");
  if (text.empty() && !country.empty()) return misread("phone_country", "there is no phone");
  if (text.empty()) return Bytes{};
  // A plus sign that was not escaped.
  if (text.front() == ' ') text.front() = '+';
  const std::string normal = normal_phone(text, country);
  if (normal.empty()) return misread("phone", "this is no telephone number");
  return ports::phone_hash(services.box, store, normal);
}

Result<void> read_words(const http::Request& request, admin::OrderFilter& filter) {
  KASSA_TRY(filter.order_state,
            read_filter(request, "order_state", {"confirmed", "held", "cancelled", "closed", admin::kWithdrawn}));
  KASSA_TRY(filter.payment_state, read_filter(request, "payment_state",
                                              {"none_due", "pending", "authorized", "partially_paid", "paid",
                                               "partially_refunded", "refunded", "disputed"}));
  KASSA_TRY(filter.fulfil_state,
            read_filter(request, "fulfilment_state", {"none", "partial", "fulfilled", "returned"}));
  filter.currency = request.query_value("currency");
  if (!filter.currency.empty() && !Currency::from_code(filter.currency)) {
    return misread("currency", "use a code of ISO 4217");
  }
  return ok();
}

Result<void> read_amounts(const http::Request& request, admin::OrderFilter& filter) {
  KASSA_TRY(filter.amount_min, read_whole(request, "amount_min", 0, filter.amount_min));
  KASSA_TRY(filter.amount_max, read_whole(request, "amount_max", 0, filter.amount_max));
  const bool given = !request.query_value("amount_min").empty() || !request.query_value("amount_max").empty();
  if (given && filter.currency.empty()) return misread("currency", "amounts are of a currency");
  if (filter.amount_min > filter.amount_max) return misread("amount_min", "this is more than amount_max");
  KASSA_TRY(filter.number, read_whole(request, "number", 1, 0));
  return ok();
}

Result<void> read_times(const http::Request& request, Instant now, admin::OrderFilter& filter) {
  KASSA_TRY(const auto from, read_time(request, "placed_from"));
  KASSA_TRY(const auto until, read_time(request, "placed_until"));
  if (from) filter.placed_from = to_millis(*from);
  if (until) filter.placed_until = to_millis(*until);
  if (filter.placed_from > filter.placed_until) return misread("placed_from", "this is later than placed_until");
  KASSA_TRY(filter.changed_since, read_time(request, "updated_since"));
  filter.changed_until = now - admin::kChangeSettles;
  if (filter.order_state == admin::kWithdrawn && !filter.changed_since) {
    return misread("order_state", "withdrawn orders are told with updated_since alone");
  }
  return ok();
}

}  // namespace

Result<OrderSearch> read_order_search(const AdminServices& services, const AdminCaller& caller,
                                      const http::Request& request) {
  OrderSearch search;
  search.list = request.query_value("updated_since").empty() ? "orders" : "changed-orders";
  KASSA_TRY(search.page,
            read_page(request, search.list,
                      {"order_state", "payment_state", "fulfilment_state", "currency", "amount_min", "amount_max",
                       "number", "placed_from", "placed_until", "updated_since", "email", "phone", "phone_country"}));
  search.filter.live = caller.live;
  KASSA_TRY(read_words(request, search.filter));
  KASSA_TRY(read_amounts(request, search.filter));
  KASSA_TRY(read_times(request, services.clock.now(), search.filter));
  KASSA_TRY(search.filter.email_hash, read_email(services, caller.store, request));
  KASSA_TRY(search.filter.phone_hash, read_phone(services, caller.store, request));
  return search;
}

Result<CustomerSearch> read_customer_search(const AdminServices& services, const AdminCaller& caller,
                                            const http::Request& request) {
  CustomerSearch search;
  KASSA_TRY(search.page, read_page(request, kCustomerCursors, {"email", "phone", "phone_country", "person_id"}));
  search.filter.live = caller.live;
  KASSA_TRY(search.filter.email_hash, read_email(services, caller.store, request));
  KASSA_TRY(search.filter.phone_hash, read_phone(services, caller.store, request));
  search.filter.person = PersonId{request.query_value("person_id")};
  const std::string& person = search.filter.person.value;
  if (person.size() > limits::kIdBytesMax || (!person.empty() && !is_visible_ascii(person))) {
    return misread("person_id", "this is no id");
  }
  const int given = (search.filter.email_hash.empty() ? 0 : 1) + (search.filter.phone_hash.empty() ? 0 : 1);
  if (given == 2) return misread("phone", "look for one of email, phone and person_id");
  if (given == 1 && !person.empty()) return misread("person_id", "look for one of email, phone and person_id");
  return search;
}

json::array names_in(std::string_view query) {
  json::array names;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    if (!pair.empty()) names.emplace_back(pair.substr(0, pair.find('=')));
  }
  return names;
}

}  // namespace kassa::protocol
