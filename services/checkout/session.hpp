#pragma once
// A checkout session: what the shopper chose, never what it costs. Immutable once put into the cache; a change makes a
// new value with a higher version. Free-form members that Kassa only stores and echoes are kept as serialised JSON
// text.

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "services/base/attribute.hpp"
#include "services/base/clock.hpp"
#include "services/base/id.hpp"
#include "services/base/money.hpp"
#include "services/checkout/message.hpp"
#include "services/checkout/shared_list.hpp"
#include "services/ports/session_cache.hpp"
#include "services/ports/shopper_directory.hpp"

namespace kassa::checkout {

enum class State : unsigned char { kOpen, kCompleting, kNeedsBuyer, kCompleted, kCanceled };
[[nodiscard]] std::string_view to_text(State state) noexcept;
[[nodiscard]] State state_from(std::string_view text);

/// A cart is a session that nobody pays: without status and payment. Checkouts are made of it.
enum class Kind : unsigned char { kCheckout, kCart };

/// What the buyer wants done with a line: {"engraving", "For Ada"}. Personal.
struct LineProperty {
  std::string name;
  std::string value;
  friend bool operator==(const LineProperty&, const LineProperty&) = default;
};

struct Line {
  LineId id;
  std::string item;  ///< As asked for; resolves to a variant through the catalogue.
  std::int64_t quantity{1};
  LineId parent;
  SharedList<LineProperty> properties{};  ///< In the order given; most lines have none.
};

/// What the buyer says besides. Personal.
struct OrderDetail {
  std::string note;
  std::string gift_message;
  std::string purchase_order;
  bool age_confirmed{false};
  friend bool operator==(const OrderDetail&, const OrderDetail&) = default;
};

/// Member names follow UCP's postal address; all optional, all personal data.
struct Address {
  std::string first_name, last_name, phone;
  std::string street, extended, locality, region, postal_code, country;
  friend bool operator==(const Address&, const Address&) = default;
};

struct Destination {
  std::string id;
  Address address;
};

struct GroupChoice {
  std::string id;
  std::string option;  ///< Empty: not chosen.
};

struct Delivery {
  std::string id;
  std::string type{"shipping"};
  bool all_lines{true};  ///< No line ids given: every line that needs shipping.
  std::vector<LineId> lines;
  SharedList<Destination> destinations;
  std::string selected;  ///< Destination id, empty: none.
  std::vector<GroupChoice> groups;
};

struct Buyer {
  std::string first_name, last_name, email, phone;
  std::string consent;  ///< JSON object text, empty: none given.
  [[nodiscard]] bool empty() const noexcept {
    return first_name.empty() && last_name.empty() && email.empty() && phone.empty() && consent.empty();
  }
};

struct Context {
  std::string country, region, postal_code, language, currency, intent;
  std::vector<std::string> eligibility;
};

/// A payment instrument without its credential.
struct Instrument {
  std::string id, handler_id, type;
  bool selected{false};
  std::string display;  ///< JSON object text, may be empty.
  std::string billing;  ///< JSON object text, may be empty.
};

/// The hash of the quote in the last answer given to a caller: what completing means to that caller.
struct Accepted {
  std::string caller;
  std::string quote_hash;
};

/// How often the buyer of an e-mail had ordered, and in which segments the merchant has them, when somebody last
/// looked; see known_orders.hpp.
struct KnownOrders {
  std::string email;                                   ///< As the buyer wrote it.
  std::int64_t count{};                                ///< < 0: nobody has counted.
  std::optional<std::vector<std::string>> segments{};  ///< nullopt: nobody has looked.
  ports::TaxExemption tax_exemption{};                 ///< Looked up with the segments.
  friend bool operator==(const KnownOrders&, const KnownOrders&) = default;
};

/// The Store has refused this customer more of a variant than its customer_limit leaves.
struct LimitedItem {
  std::string variant;
  std::int64_t bought{};  ///< By other orders, when it was refused.
  friend bool operator==(const LimitedItem&, const LimitedItem&) = default;
};

/// A code that may be of a discount rule's pool, as the Store knew it when it was typed; see drawn_codes.hpp.
struct DrawnCode {
  std::string code;  ///< Folded, as codes are compared.
  std::string rule;  ///< Whose pool it is of; empty: of none.
  bool used{false};
  friend bool operator==(const DrawnCode&, const DrawnCode&) = default;
};

struct DrawnCodes {
  Instant at;
  std::vector<DrawnCode> codes;
};

/// A key is good for so long: its answer is kept, and after that the key is new again.
inline constexpr std::chrono::hours kAnswerKeyLife{24};

/// An answer to a create or update with an idempotency key, replayed byte for byte.
struct StoredAnswer {
  std::string scope_and_key;  ///< SHA-256 hex of both.
  std::string fingerprint;
  int status{};
  std::shared_ptr<const std::string> body;
  Instant at;
  mutable std::atomic<bool> journaled{false};  ///< In the Store already; the one member that changes after publication.
};

/// The agent platform that made this session, when one did.
struct Platform {
  std::string profile_url, webhook_url, version;
  std::string capabilities;  ///< Negotiated, comma separated: what an order event to it may carry.
};

struct Quote;
using QuotePtr = std::shared_ptr<const Quote>;

/// What was computed for one version of an open session: its quote, and the last answer made from that. Dropped when
/// the session rests, because it can be computed again; safe from any thread.
class RenderCache {
 public:
  RenderCache() = default;
  explicit RenderCache(QuotePtr quote) : quote_(std::move(quote)) {}

  [[nodiscard]] QuotePtr quote() const {
    const std::scoped_lock lock(mutex_);
    return quote_;
  }
  void keep_quote(QuotePtr quote) {
    const std::scoped_lock lock(mutex_);
    quote_ = std::move(quote);
    bytes_ = nullptr;
  }
  [[nodiscard]] std::shared_ptr<const std::string> find(std::string_view rendering) const {
    const std::scoped_lock lock(mutex_);
    return rendering_ == rendering ? bytes_ : nullptr;
  }
  /// Keeps an answer made from `quote`, unless that was replaced meanwhile.
  void keep(std::string rendering, const QuotePtr& quote, std::shared_ptr<const std::string> bytes) {
    const std::scoped_lock lock(mutex_);
    if (quote_ != quote) return;
    rendering_ = std::move(rendering);
    bytes_ = std::move(bytes);
  }
  void forget() {
    const std::scoped_lock lock(mutex_);
    quote_ = nullptr;
    rendering_ = std::string{};
    bytes_ = nullptr;
  }

 private:
  mutable std::mutex mutex_;
  QuotePtr quote_;
  std::string rendering_;
  std::shared_ptr<const std::string> bytes_;
};

struct Session final : ports::SessionValue {
  StoreId store;
  CheckoutId id;
  PersonId person;
  std::string owner;  ///< Principal that created it: "ucp:<profile>", "key:<key id>".
  ports::SessionVersion version;
  State state{State::kOpen};
  Currency currency;
  Instant created_at;
  Instant updated_at;
  Instant expires_at;
  std::vector<Line> lines;
  Buyer buyer;
  Context context;
  std::vector<std::string> codes;
  bool has_codes{false};  ///< The caller used the discount extension at all.
  std::vector<Delivery> deliveries;
  std::vector<Instrument> instruments;
  std::string attribution;  ///< JSON object text.
  Platform platform;
  std::vector<Message> notices;  ///< Of the last change (clamped quantity, pruned reference); shown until the next one.
  std::vector<std::string> used_up;         ///< Rules refused to this customer at completion; until the e-mail changes.
  std::optional<KnownOrders> known_orders;  ///< Counts only for the e-mail that it names.
  std::shared_ptr<const DrawnCodes> drawn;  ///< Null: nothing was looked up.
  std::vector<Accepted> accepted;
  std::vector<std::shared_ptr<const StoredAnswer>> answers;  ///< At most kStoredAnswersPerSessionMax, oldest first.
  std::int64_t kept_bytes{};  ///< Of all answers that were kept under keys, in the Store or not any more.
  OrderId order;              ///< Given at the first completion; kept across declined attempts.
  std::int64_t attempts{};    ///< Payment attempts so far.
  std::string action_url;     ///< Where the buyer must go, in kNeedsBuyer.
  /// Until then a completion that has begun holds it: nobody else changes it before step D1 is done or refused.
  std::optional<Instant> held_until;
  /// Who holds it, if that is a request of this process: as long as that lives, no clock ends it. Never written.
  std::weak_ptr<const void> holder{};
  [[nodiscard]] bool is_held(Instant now) const noexcept {
    return held_until && (now < *held_until || !holder.expired());
  }
  std::shared_ptr<const OrderDetail> detail{};  ///< Null: nothing of it was said.
  /// Who gave the buyer's e-mail is the store's backend or a platform whose signature was verified: prices of groups
  /// and tax exemptions count.
  bool vouched{false};
  std::shared_ptr<const std::vector<Fact>> facts{};  ///< What the store's backend says for its discounts; or null.
  std::vector<LimitedItem> limited_items{};          ///< Until the e-mail changes.
  Kind kind{Kind::kCheckout};
  /// Of a cart: how many checkouts made of it are over. The id of the next one follows from that.
  std::int64_t conversions{};
  bool expired{false};  ///< Somebody was told that its time is over, so it is, whatever a clock says now.
  [[nodiscard]] bool is_over(Instant now) const noexcept { return expired || expires_at <= now; }

  [[nodiscard]] std::size_t bytes() const noexcept override;

  QuotePtr quote;  ///< What somebody accepted and is paying for; null while the session is open.
  std::shared_ptr<RenderCache> rendered{std::make_shared<RenderCache>()};
};

[[nodiscard]] bool is_terminal(State state) noexcept;

/// Never null; the empty one when nothing was said.
[[nodiscard]] const OrderDetail& detail_of(const Session& session) noexcept;
/// Of the buyer, where they count: somebody has vouched for the e-mail that they were looked up for.
[[nodiscard]] const std::vector<std::string>& groups_of(const Session& session) noexcept;
[[nodiscard]] const ports::TaxExemption& exemption_of(const Session& session) noexcept;

/// The hash that `caller` last saw, nullptr when it saw none since the session was opened.
[[nodiscard]] const std::string* accepted_by(const Session& session, std::string_view caller) noexcept;
void accept(Session& session, std::string_view caller, std::string quote_hash);

}  // namespace kassa::checkout
