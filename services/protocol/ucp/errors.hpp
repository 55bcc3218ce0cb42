#pragma once
// Failures as UCP answers them. What the protocol calls business outcomes is a 200 with an error_response in
// one posture and a plain 4xx in the other; faults of the request itself are 4xx in both. Pure.

#include "services/base/error.hpp"
#include "services/http/message.hpp"
#include "services/ports/store_settings.hpp"

namespace kassa::protocol {

struct Posture {
  ports::BusinessErrors business_errors{ports::BusinessErrors::kInBand};
  int version_error_status{422};
};

[[nodiscard]] Posture posture_of(const ports::StoreSettings& settings) noexcept;

/// In band: {"ucp":{...,"status":"error"},"messages":[...]}, nothing else. Otherwise
/// {"code","content","detail","path"?}.
[[nodiscard]] http::Response render_error(const Error& error, const Posture& posture);

/// Retry-After and WWW-Authenticate, where they belong to the failure.
void add_failure_headers(const Error& error, http::Response& answer);

/// The body of a 4xx.
[[nodiscard]] std::string transport_error(std::string_view code, std::string_view content, std::string_view path);

}  // namespace kassa::protocol
