#pragma once
// A session as sealed bytes, for a cache that other nodes read, too: everything the journal keeps, and the kept
// answers, under the person's key. Only the person's id stands outside the seal, because it names the key. Owned by the
// app, shared by all threads.

#include "services/checkout/session.hpp"
#include "services/ports/person_keys.hpp"
#include "services/ports/session_codec.hpp"

namespace kassa::checkout {

class SealedSessionCodec final : public ports::SessionCodec {
 public:
  SealedSessionCodec(ports::PersonKeys& persons, const ports::SecretBox& box) : persons_(persons), box_(box) {}

  /// Makes a new person's key durable first: another node must be able to read what it is given.
  ports::asio::awaitable<Result<Bytes>> encode(std::shared_ptr<const ports::SessionValue> value) override;
  ports::asio::awaitable<Result<std::shared_ptr<const ports::SessionValue>>> decode(StoreId store, CheckoutId id,
                                                                                    Bytes bytes) override;

 private:
  ports::PersonKeys& persons_;
  const ports::SecretBox& box_;
};

}  // namespace kassa::checkout
