#pragma once
// Every admin write leaves an audit row in its own transaction. Whoever writes for a merchant does so through
// an AuditedStore, which any use case takes for a Store: so none can forget. Used from any thread; one
// AuditedStore per action.

#include <boost/asio/awaitable.hpp>

#include "services/admin/audit_chain.hpp"
#include "services/admin/page.hpp"
#include "services/base/json.hpp"
#include "services/ports/store.hpp"

namespace kassa::admin {

namespace asio = boost::asio;

/// Who asks.
struct Actor {
  std::string name;     ///< "key:<key id>"
  std::string address;  ///< Of the connection.
  std::string request_id;
};

struct AuditEntry {
  Actor actor;
  std::string action;
  std::string subject;
  json::object detail;

  AuditEntry(Actor actor_, std::string action_, std::string subject_, json::object detail_ = {})
      : actor(std::move(actor_)),
        action(std::move(action_)),
        subject(std::move(subject_)),
        detail(std::move(detail_)) {}
};

class AuditedStore final : public ports::Store {
 public:
  AuditedStore(ports::Store& store, const Clock& clock, AuditEntry entry)
      : store_(store), clock_(clock), entry_(std::move(entry)) {}

  /// The transaction and its audit row, or neither. Its own refusals are handed on; when somebody else took
  /// the next place in the chain it is tried again, and is kOverloaded after many tries.
  asio::awaitable<Result<ports::Committed>> commit(ports::Transaction transaction) override;
  asio::awaitable<Result<std::vector<ports::Row>>> query(ports::Step step) override;

 private:
  ports::Store& store_;
  const Clock& clock_;
  AuditEntry entry_;
};

class AuditLog {
 public:
  explicit AuditLog(ports::Store& store) : store_(store) {}

  /// Newest first; page.after: a seq.
  asio::awaitable<Result<Page<AuditRow>>> list(StoreId store, PageRequest page);

  /// Walks the whole chain of a store.
  asio::awaitable<Result<ChainReport>> verify(StoreId store);

 private:
  ports::Store& store_;
};

}  // namespace kassa::admin
