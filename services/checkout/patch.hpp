#pragma once
// A change to a session, as every protocol's codec produces it: an absent member stays, a cleared one is emptied, a set
// one replaces. Inside deliveries, entries match by id (or as the only one) and their absent members stay too.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "services/checkout/session.hpp"

namespace kassa::checkout {

/// Absent, cleared (JSON null) or set.
template <class T>
class Field {
 public:
  [[nodiscard]] bool present() const noexcept { return present_; }
  /// The new value; nullptr when the member is cleared. Only when present().
  [[nodiscard]] const T* value() const noexcept { return value_ ? &*value_ : nullptr; }
  /// Of a list: its entries, none when it is cleared.
  [[nodiscard]] auto items() const noexcept {
    using Items = std::span<const typename T::value_type>;
    return value_ ? Items(*value_) : Items();
  }
  void set(T value) {
    present_ = true;
    value_ = std::move(value);
  }
  void clear() {
    present_ = true;
    value_.reset();
  }

 private:
  bool present_{false};
  std::optional<T> value_;
};

struct LinePatch {
  std::string id;    ///< Empty: match by item in order, else new.
  std::string item;  ///< Empty: keep the matched line's.
  std::optional<std::int64_t> quantity;
  Field<std::string> parent;
  Field<std::vector<LineProperty>> properties{};
};

struct DestinationPatch {
  std::string id;  ///< Empty: a saved address with the same content, else a new id.
  Address address;
};

struct DeliveryPatch {
  std::string id;    ///< Empty: the only existing delivery, else new.
  std::string type;  ///< Empty: keep, else "shipping".
  Field<std::vector<std::string>> lines;
  Field<std::vector<DestinationPatch>> destinations;
  Field<std::string> selected;
  struct Group {
    std::string id;
    Field<std::string> option;
  };
  Field<std::vector<Group>> groups;
};

struct Patch {
  Field<std::vector<LinePatch>> lines;
  Field<Buyer> buyer;
  Field<Context> context;
  Field<std::vector<std::string>> codes;
  Field<std::vector<DeliveryPatch>> deliveries;
  Field<std::vector<Instrument>> instruments;
  Field<std::string> attribution;
  Field<std::string> note{};
  Field<std::string> gift_message{};
  Field<std::string> purchase_order{};
  Field<bool> age_confirmed{};
  Field<std::vector<Fact>> facts{};  ///< For discounts; of the store's backend alone.
};

/// Applies `patch` to `session`. Notices (pruned references) replace those of the last change. Fresh ids are derived
/// from the session, so the result is deterministic. `saved` are addresses that the caller may be shown.
/// kInvalidRequest with a path when the result would break a limit or a uniqueness rule.
[[nodiscard]] Result<void> apply(const Patch& patch, const std::vector<Destination>& saved, Session& session);

}  // namespace kassa::checkout
