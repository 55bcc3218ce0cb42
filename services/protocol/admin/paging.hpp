#pragma once
// Query parameters of lists: limit, cursor, and filters that are words. A cursor is opaque to callers; it
// names its list, so that one list's cursor is no key of another. Pure.

#include <initializer_list>
#include <string_view>

#include "services/admin/page.hpp"
#include "services/base/json.hpp"
#include "services/http/message.hpp"

namespace kassa::protocol {

inline constexpr std::int64_t kPageMax = 100;

/// `filters`: names of other parameters that the list knows; an unknown one is a fault, because it would
/// silently not filter.
[[nodiscard]] Result<admin::PageRequest> read_page(const http::Request& request, std::string_view list,
                                                   std::initializer_list<std::string_view> filters = {});

/// For exports, which take the parameters of their list and have their own size.
[[nodiscard]] Result<void> refuse_limit(const http::Request& request);

/// The query of what is no list: these parameters, or none.
[[nodiscard]] Result<void> check_query(const http::Request& request, std::initializer_list<std::string_view> names);

/// The value of a filter, empty when absent. kInvalidRequest: none of `words`.
[[nodiscard]] Result<std::string> read_filter(const http::Request& request, std::string_view name,
                                              std::initializer_list<std::string_view> words);

/// Opens in read_page() of the same list.
[[nodiscard]] std::string cursor_of(std::string_view list, std::string_view last);

/// {"items":[...],"next_cursor"?}; `last`: the key of the last item, used when there is more.
[[nodiscard]] http::Response page_answer(json::array items, bool more, std::string_view list, std::string_view last);

}  // namespace kassa::protocol
