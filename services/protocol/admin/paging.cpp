#include "services/protocol/admin/paging.hpp"

#include <algorithm>
#include <charconv>

#include "services/base/limits.hpp"
#include "services/base/text.hpp"
#include "services/protocol/admin/answers.hpp"

namespace kassa::protocol {
namespace {

Error bad(std::string_view parameter, std::string why) {
  return Error{Errc::kInvalidRequest, std::move(why), "?" + std::string(parameter)};
}

/// What is unknown, repeated, empty or not to be decoded would silently not filter.
Result<void> check_parameters(std::string_view query, std::initializer_list<std::string_view> filters, bool list) {
  std::vector<std::string_view> seen;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    const std::string_view name = pair.substr(0, pair.find('='));
    if (pair.empty()) continue;
    const bool pages = list && (name == "limit" || name == "cursor");
    const bool known = pages || std::ranges::find(filters, name) != filters.end();
    if (!known) return bad(name, list ? "this list has no such parameter" : "there is no such parameter here");
    if (std::ranges::find(seen, name) != seen.end()) return bad(name, "this parameter is given twice");
    seen.push_back(name);
    const auto equals = std::min(pair.find('='), pair.size());
    bool valid = true;
    const std::string value = http::percent_decode(pair.substr(std::min(equals + 1, pair.size())), true, valid);
    if (!valid || value.empty()) return bad(name, "this parameter has no value");
  }
  return ok();
}

Result<std::int64_t> read_limit(std::string_view text, std::int64_t by_default) {
  if (text.empty()) return by_default;
  std::int64_t limit = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (failed != std::errc{} || end != text.data() + text.size() || limit < 1 || limit > kPageMax) {
    return bad("limit", "use a whole number from 1 to " + std::to_string(kPageMax));
  }
  return limit;
}

Result<std::string> read_cursor(std::string_view text, std::string_view list) {
  if (text.empty()) return std::string{};
  const Error refused = bad("cursor", "this is no cursor of this list");
  if (text.size() > 2 * limits::kIdBytesMax) return refused;
  const auto bytes = from_base64url(text);
  if (!bytes) return refused;
  const std::string_view opened = as_text(*bytes);
  const std::size_t head = list.size() + 1;
  if (opened.size() <= head || !opened.starts_with(list) || opened[head - 1] != ':') return refused;
  if (!is_utf8(opened) || opened.find('\0') != std::string_view::npos) return refused;
  return std::string(opened.substr(head));
}

}  // namespace

Result<admin::PageRequest> read_page(const http::Request& request, std::string_view list,
                                     std::initializer_list<std::string_view> filters) {
  KASSA_TRY(check_parameters(request.query, filters, true));
  admin::PageRequest page;
  KASSA_TRY(page.most, read_limit(request.query_value("limit"), page.most));
  KASSA_TRY(page.after, read_cursor(request.query_value("cursor"), list));
  return page;
}

Result<void> refuse_limit(const http::Request& request) {
  if (request.query_value("limit").empty()) return ok();
  return bad("limit", "there is no such parameter here");
}

Result<void> check_query(const http::Request& request, std::initializer_list<std::string_view> names) {
  return check_parameters(request.query, names, false);
}

std::string cursor_of(std::string_view list, std::string_view last) {
  return to_base64url(as_bytes(std::string(list).append(":").append(last)));
}

Result<std::string> read_filter(const http::Request& request, std::string_view name,
                                std::initializer_list<std::string_view> words) {
  std::string value = request.query_value(name);
  if (value.empty() || std::ranges::find(words, value) != words.end()) return value;
  std::string known;
  for (const std::string_view word : words) known += (known.empty() ? "" : ", ") + std::string(word);
  return bad(name, "use one of: " + known);
}

http::Response page_answer(json::array items, bool more, std::string_view list, std::string_view last) {
  json::object body;
  body["items"] = std::move(items);
  if (more) body["next_cursor"] = cursor_of(list, last);
  return admin_answer(200, body);
}

}  // namespace kassa::protocol
