#pragma once
// The sandbox gateway's book of charges and refunds in a Store of its own: the truth about money in tests and
// chaos runs. Every change is durable before its coroutine returns. Rows: infra/migrations/sandbox. Stateless
// besides the store, so any number of coroutines may use it at once; the book, not the caller, decides which
// of two equal keys was first.

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "services/base/clock.hpp"
#include "services/ports/store.hpp"

namespace kassa::payments::sandbox {

namespace asio = boost::asio;

struct BookedCharge {
  std::string gateway_key;
  std::string charge_id;
  std::string reference;
  std::int64_t amount{};
  std::string currency;
  std::string state;
  std::string script;
  std::string decline_code;
  std::string fingerprint;
  std::int64_t answer_status{};
  std::string answer;
  std::int64_t refunded{};
  Instant created_at;
};

struct BookedRefund {
  std::string refund_key;
  std::string refund_id;
  std::string charge_id;
  std::string reference;
  std::string kind;  ///< "refund" or "void".
  std::int64_t amount{};
  std::string currency;
  std::int64_t total{};
  Instant created_at;
};

class Book {
 public:
  explicit Book(ports::Store& store) : store_(store) {}

  /// The row under this key after the call, and whether this call made it.
  struct Added {
    BookedCharge charge;
    bool fresh{};
  };
  asio::awaitable<Result<Added>> add(BookedCharge charge);

  /// Ends "requires_action" or "processing"; any other state stays. nullopt: no such charge.
  asio::awaitable<Result<std::optional<BookedCharge>>> decide(std::string charge_id, std::string state,
                                                              std::string decline_code);

  /// Books a refund of captured money, or a void of a whole charge not captured yet, if the charge allows it.
  /// `kind` and `total` are the book's to decide. refund: the row under this key; charge: the row after the
  /// call, if any.
  struct GivenBack {
    std::optional<BookedRefund> refund;
    std::optional<BookedCharge> charge;
  };
  asio::awaitable<Result<GivenBack>> give_back(BookedRefund refund);

  asio::awaitable<Result<std::vector<BookedCharge>>> by_reference(std::string reference);
  asio::awaitable<Result<std::vector<BookedCharge>>> all();  ///< Oldest first.

 private:
  ports::Store& store_;
};

}  // namespace kassa::payments::sandbox
