#pragma once
// A priced cart without its buyer, on which a merchant tries out other discount rules: goods, prices and the facts that
// rules ask for. Nothing that a shopper wrote is in it: names of goods, places, codes, delivery and payment are in it
// only as the merchant or a standard spells them. Pure, any thread.

#include <optional>
#include <string>
#include <vector>

#include "services/checkout/quote.hpp"
#include "services/checkout/session.hpp"
#include "services/checkout/snapshot.hpp"
#include "services/ports/secret_box.hpp"

namespace kassa::checkout {

struct RecordedLine {
  std::string variant;
  std::int64_t quantity{};
  std::int64_t unit_price{};
  friend bool operator==(const RecordedLine&, const RecordedLine&) = default;
};

struct RecordedShipping {
  std::string option;
  std::int64_t amount{};
  friend bool operator==(const RecordedShipping&, const RecordedShipping&) = default;
};

struct RecordedCart {
  std::string id;  ///< Of the recording.
  Instant at;      ///< When it was priced, to the minute.
  bool ordered{false};
  Currency currency;
  std::vector<RecordedLine> lines;
  std::string country;
  std::string region;
  std::vector<std::string> codes;  ///< Of rules, as the rules spell them.
  std::vector<std::string> pools;  ///< Rules of whose pools there was a code.
  std::vector<RecordedShipping> shipping;
  std::string payment_method;
  bool known_buyer{false};  ///< There was an e-mail.
  bool tax_exempt{false};
  std::optional<std::int64_t> orders_count;          ///< The lower end of orders_bucket(); empty: nobody asked.
  std::optional<std::vector<std::string>> segments;  ///< The same.
  friend bool operator==(const RecordedCart&, const RecordedCart&) = default;
};

/// The lower end of the bucket: 0, 1, 2, 3, 5, 10, 20, 50, 100.
[[nodiscard]] std::int64_t orders_bucket(std::int64_t count) noexcept;

/// Whether a checkout is in the sample: always the same for the same id.
[[nodiscard]] bool is_recorded(const CheckoutId& id, int percent);

/// Follows from the person's key: the same for as long as the person has one, and nobody's afterwards.
[[nodiscard]] std::string recording_id(const Session& session, const ports::DataKey& key);

/// Empty when there is nothing in it that is sold. `quote` was priced, not read back.
[[nodiscard]] std::optional<RecordedCart> recorded_cart(const Session& session, const Quote& quote,
                                                        const Snapshot& snapshot);

/// Everything but id, time and outcome, as the Store keeps it.
[[nodiscard]] std::string encode_recorded(const RecordedCart& cart);
/// What encode_recorded() wrote; anything else throws InvariantBroken.
[[nodiscard]] RecordedCart decode_recorded(std::string_view body);

}  // namespace kassa::checkout
