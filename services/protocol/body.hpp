#pragma once
// The body of a request, read once: strict JSON within limits, no card data, and the fingerprint that tells
// two requests with one idempotency key apart. Pure.

#include <string>

#include "services/base/json.hpp"
#include "services/http/message.hpp"

namespace kassa::protocol {

struct Body {
  json::object document;    ///< Empty for an empty body.
  std::string fingerprint;  ///< SHA-256 hex of the canonical JSON of the whole body; of nothing, for an empty one.
                            ///< Empty without an idempotency key: nothing is compared then.

  Body(json::object document_, std::string fingerprint_)
      : document(std::move(document_)), fingerprint(std::move(fingerprint_)) {}
};

/// A body of another media type than application/json is for somebody else; an empty one has no type.
[[nodiscard]] bool is_json_or_empty(const http::Request& request) noexcept;

/// kMalformedJson, kInvalidRequest when it is no object, kCardDataRefused. `memory`: where the document lives; a
/// handler that only reads it gives one that is dropped as a whole.
[[nodiscard]] Result<Body> read_body(const http::Request& request, json::storage_ptr memory = {});

/// The Idempotency-Key header, empty when absent. kIdempotencyKeyInvalid: not 1 to 255 visible ASCII
/// characters.
[[nodiscard]] Result<std::string> idempotency_key(const http::Request& request);

}  // namespace kassa::protocol
