#pragma once
// What imports of lines have in common: flags in the query, and faults that are told with their line. Pure.

#include "services/admin/discount_import.hpp"
#include "services/http/message.hpp"

namespace kassa::protocol {

/// ?name=true; false when absent. kInvalidRequest for any other word or parameter.
[[nodiscard]] Result<bool> read_flag(const http::Request& request, std::string_view name);

/// As admin_failure, with a line in each problem; the first 200 of them.
[[nodiscard]] http::Response line_failure(const Error& error, const std::vector<admin::LineFault>& faults);

}  // namespace kassa::protocol
