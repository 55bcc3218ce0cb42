#pragma once
// One edit of a session, from what the cache holds to what the caller is told: apply, clamp, price, accept, render.
// Pure apart from the inputs it is given; the service around it loads and saves.

#include "services/checkout/answers.hpp"
#include "services/checkout/patch.hpp"
#include "services/checkout/service.hpp"
#include "services/ports/stock_view.hpp"

namespace kassa::checkout {

struct EditInputs {
  const Snapshot& snapshot;
  const ports::StockView& stock;
  const Renderer& renderer;
  std::vector<Destination> saved;  ///< What this caller may be shown of a known shopper.
  Instant now;
  std::optional<KnownOrders> orders{};        ///< When they were just counted.
  std::shared_ptr<const DrawnCodes> drawn{};  ///< When codes were just looked up.
};

struct Edited {
  std::shared_ptr<Session> session;  ///< Nobody else's yet.
  Quote quote;                       ///< What was told; the session does not keep it.
  Answer answer;
};

/// `current` with its old version; the edited session is a copy. A key's answer is kept in it.
[[nodiscard]] Result<Edited> edit(const Session& current, const Caller& caller, const KeyUse& key, const Patch& patch,
                                  Operation operation, const EditInputs& inputs);

/// What a session costs now.
struct Current {
  QuotePtr quote;
  bool moved{false};  ///< It was known before, and had to be priced again.
};

/// The known quote, unless the snapshot is newer or time has moved on; else a new one.
[[nodiscard]] Result<Current> reprice(const Session& session, const Snapshot& snapshot, const ports::StockView& stock,
                                      Instant now);

/// Whether it is in one of these states now; see state_tag().
[[nodiscard]] Result<bool> is_in_one_of(std::span<const std::string> tags, const Session& session,
                                        const Snapshot& snapshot, const ports::StockView& stock, Instant now);

/// SHA-256 hex of scope and key: how a session names a stored answer.
[[nodiscard]] std::string answer_key(const KeyUse& key);

/// Adds the answer to what the session remembers, under the request's key; nothing without a key.
void keep_answer(const KeyUse& key, const Answer& answer, Instant now, Session& session);

/// The key is not among the answers that the session holds, but the Store may have an older one.
[[nodiscard]] bool may_have_forgotten(const Session& session, const KeyUse& key) noexcept;

/// Kept answers that the Store does not have yet.
[[nodiscard]] std::size_t unwritten_answers(const Session& session) noexcept;

/// A stored answer to this key: the answer, kIdempotencyConflict, or nullopt. One older than kAnswerKeyLife is none.
[[nodiscard]] Result<std::optional<Answer>> stored_answer(const Session& session, const KeyUse& key, Instant now);

}  // namespace kassa::checkout
