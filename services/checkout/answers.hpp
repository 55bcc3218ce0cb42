#pragma once
// Answers as bytes. The checkout decides, a protocol's renderer writes; the completer must be able to write the answer
// of a request whose connection is long gone, so a renderer is found by name and needs nothing but its `rendering`
// text.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "services/base/error.hpp"
#include "services/checkout/quote.hpp"
#include "services/checkout/session.hpp"
#include "services/checkout/snapshot.hpp"
#include "services/ports/order_record.hpp"

namespace kassa::checkout {

enum class Operation : unsigned char { kCreate, kGet, kUpdate, kComplete, kCancel };

struct Answer {
  int status{200};
  std::shared_ptr<const std::string> body;
  bool replayed{false};
};

/// Names a session's state as somebody is shown it: a change of the session, of its price or of the store's data gives
/// another one.
[[nodiscard]] std::string state_tag(const Session& session, const Quote& quote);

/// How completing ended for the caller.
enum class Verdict : unsigned char {
  kNone,  ///< Not a completion.
  kCompleted,
  kDeclined,      ///< Payable again; `reason` is the gateway's word.
  kUnknown,       ///< Still being found out: complete_in_progress.
  kNeedsBuyer,    ///< The buyer must act at session.action_url.
  kNotReady,      ///< Something is missing; the quote's messages say what.
  kPriceChanged,  ///< The shopper accepted another quote; this one is new.
  kOutOfStock,    ///< Lost the race for stock.
  kLimitReached,  ///< Lost the race for a discount's last use.
  kUnreachable,   ///< The payment never got out; payable again.
};

struct View {
  const Session& session;
  const Quote& quote;
  const Snapshot& snapshot;
  Verdict verdict{Verdict::kNone};
  std::string_view reason{};
};

class Renderer {
 public:
  virtual ~Renderer() = default;
  /// "ucp"; a rendering text starts with it and a slash.
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  /// The dialect of webhooks that its order events are written in.
  [[nodiscard]] virtual std::string_view event_dialect() const noexcept { return name(); }
  /// `rendering`: what the request's codec wrote down of protocol version, capabilities and postures.
  [[nodiscard]] virtual Answer render(std::string_view rendering, Operation operation, const View& view) const = 0;
  /// The body of an order event for the platform that made the order.
  [[nodiscard]] virtual std::string order_event(const ports::OrderRecord& order, const Snapshot& snapshot) const = 0;
};

class Renderers {
 public:
  void add(const Renderer& renderer) { renderers_.push_back(&renderer); }
  /// By the first part of a rendering text; throws InvariantBroken for an unknown one.
  [[nodiscard]] const Renderer& find(std::string_view rendering) const;

 private:
  std::vector<const Renderer*> renderers_;
};

}  // namespace kassa::checkout
