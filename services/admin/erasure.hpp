#pragma once
// Erasing a person: the key under which everything personal is sealed is destroyed; orders and ledger keep
// what identifies nobody. Two databases take part, so it is done in three steps, each of which may be
// repeated: the intent (with its audit row), the keys, the tidying up (with its own). The e-mail index goes
// last: until then the same request finds the person again and finishes what a crash left behind.

#include <functional>

#include "services/admin/audit.hpp"
#include "services/ports/person_keys.hpp"

namespace kassa::admin {

class Erasure {
 public:
  /// Told of a person before the key goes: whatever this process still holds opened must not be given out any more.
  using Forget = std::function<void(const StoreId&, const PersonId&)>;

  Erasure(ports::Store& store, ports::PersonKeys& keys, const Clock& clock, Forget forget)
      : store_(store), keys_(keys), clock_(clock), forget_(std::move(forget)) {}

  /// kNotFound: no such person. Erasing somebody again changes nothing.
  asio::awaitable<Result<void>> erase(Actor actor, StoreId store, PersonId person);

  /// Everybody with this blind index of an e-mail address: a guest is somebody new with every checkout. May
  /// be nobody.
  asio::awaitable<Result<std::vector<PersonId>>> erase_by_email(Actor actor, StoreId store, Bytes email_hash);

 private:
  struct Found {
    std::vector<PersonId> persons;
    std::vector<PersonId> fresh;  ///< Of these, whose erasure has not begun.
  };
  static Found read_rows(const std::vector<ports::Row>& rows);
  asio::awaitable<Result<void>> destroy_key(StoreId store, PersonId person);
  asio::awaitable<Result<void>> erase_all(Actor actor, StoreId store, Found found);

  ports::Store& store_;
  ports::PersonKeys& keys_;
  const Clock& clock_;
  Forget forget_;
};

}  // namespace kassa::admin
