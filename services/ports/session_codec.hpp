#pragma once
// Turns a session into bytes for a cache outside this process, and back. The bytes are sealed: whoever reads the
// cache's memory learns nothing about a person. Awaitable, because the person's key may have to be read or made
// durable first. Owned by the app, shared by all threads.

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "services/base/id.hpp"
#include "services/base/result.hpp"
#include "services/base/text.hpp"
#include "services/ports/session_cache.hpp"

namespace kassa::ports {

class SessionCodec {
 public:
  virtual ~SessionCodec() = default;

  virtual asio::awaitable<Result<Bytes>> encode(std::shared_ptr<const SessionValue> value) = 0;

  /// `store` and `id` must be those of the value that was encoded: bytes of one session are refused for another.
  virtual asio::awaitable<Result<std::shared_ptr<const SessionValue>>> decode(StoreId store, CheckoutId id,
                                                                              Bytes bytes) = 0;
};

}  // namespace kassa::ports
