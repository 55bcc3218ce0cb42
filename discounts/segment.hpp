#pragma once
// Compiled rules, packed: 32 bytes a rule beside what rules share (conditions, values, terms, windows) and their names.
// Private to discounts/; immutable once built, so any number of threads may read it.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "discounts/calendar.hpp"
#include "discounts/conditions.hpp"
#include "discounts/index.hpp"
#include "discounts/model.hpp"
#include "discounts/pack.hpp"

namespace kassa::discounts {

/// Goods of a set, packed.
struct SetPart {
  Conditions::Ref where{};
  std::int64_t quantity{};
  friend bool operator==(const SetPart&, const SetPart&) = default;
};

/// What few rules have: limits, groups and tags, sets, recurring windows.
struct Terms {
  std::optional<std::int64_t> global;
  std::optional<std::int64_t> per_customer;
  std::optional<std::int64_t> per_order;
  AmountMap budget;
  std::uint32_t calendar{};  ///< Place in calendars, from 1; 0: none.
  bool exclusive{false};
  Policy policy{Policy::kBestDeal};
  SetKind set{SetKind::kNone};
  Pick pick{Pick::kCheapest};
  std::uint32_t group{};  ///< 0: none.
  std::vector<std::uint32_t> tags;
  std::vector<std::uint32_t> with;
  std::vector<std::uint32_t> without;
  std::vector<SetPart> parts;

  [[nodiscard]] bool counted() const noexcept { return global || per_customer || !budget.empty(); }
  /// Says something about which rules it meets, class masks aside.
  [[nodiscard]] bool picky() const noexcept { return group != 0 || !tags.empty() || !with.empty() || !without.empty(); }
  friend bool operator==(const Terms&, const Terms&) = default;
};

struct Window {
  Instant starts{Instant::min()};
  Instant ends{Instant::max()};
  friend bool operator==(const Window&, const Window&) = default;
};

/// One rule. Places in the arrays of its segment; 0 is what most rules have.
struct Row {
  Conditions::Ref when{};
  std::uint32_t target{};  ///< A condition; or, with kOneValue, the value that `target_attribute` must equal.
  std::uint32_t value{};
  std::uint32_t terms{};
  std::uint32_t window{};
  std::uint32_t text{};
  std::int32_t priority{};
  Class discount_class{};
  ClassMask combines{};
  std::uint8_t flags{};
  Attribute target_attribute{};

  static constexpr std::uint8_t kEach = 1;  ///< Method.
  static constexpr std::uint8_t kOneValue = 2;
  static constexpr std::uint8_t kCoded = 4;

  [[nodiscard]] bool is(std::uint8_t flag) const noexcept { return (flags & flag) != 0; }
  [[nodiscard]] bool coded() const noexcept { return is(kCoded); }
  [[nodiscard]] Method method() const noexcept { return is(kEach) ? Method::kEach : Method::kAcross; }
  [[nodiscard]] bool stacks() const noexcept { return (combines & bit_of(Class::kProduct)) != 0; }
};
static_assert(sizeof(Row) == 32);

class Segment {
 public:
  Pack<Row> rows;  ///< By priority, then id.
  ValueTable values;
  Conditions conditions;
  std::vector<Value> effects;
  std::vector<Terms> terms;
  Pack<Window> windows;
  std::vector<Calendar> calendars;
  RuleIndex index;                       ///< Of the automatic rules.
  Pack<std::uint64_t> stamps;            ///< By row, of what was compiled from texts; else empty.
  std::shared_ptr<const void> keeper{};  ///< Of what the arrays borrow; null when they own what they hold.
  bool reads_shipping{false};            ///< Some condition asks for the shipping method.
  bool counts_orders{false};             ///< Some condition asks how often the customer has ordered.
  bool asks_segments{false};             ///< Or in which segments the customer is.

  [[nodiscard]] std::string_view id_of(const Row& row) const noexcept;
  [[nodiscard]] std::string_view title_of(const Row& row) const noexcept;
  [[nodiscard]] const Terms& terms_of(const Row& row) const noexcept { return terms[row.terms]; }
  [[nodiscard]] const Value& value_of(const Row& row) const noexcept { return effects[row.value]; }
  [[nodiscard]] const Window& window_of(const Row& row) const noexcept { return windows[row.window]; }
  [[nodiscard]] std::uint32_t number_of(const Row& row) const noexcept {
    return static_cast<std::uint32_t>(&row - rows.data());
  }

  [[nodiscard]] const Row* find(std::string_view id) const noexcept;

  /// As its rule spells it.
  struct Code {
    const Row* row{};
    std::string_view spelling;
  };
  /// In any spelling, already without spaces at its ends.
  [[nodiscard]] std::optional<Code> find_code(std::string_view code) const noexcept;
  [[nodiscard]] std::size_t bytes() const noexcept;

 private:
  friend class SegmentBuilder;
  friend class ImageParts;
  struct CodeSlot {
    std::uint32_t tag{};
    std::uint32_t row{};   ///< From 1; 0: free.
    std::uint32_t text{};  ///< Of the spelling: one byte of length, then the text.
  };
  [[nodiscard]] std::string_view short_text(std::uint32_t at) const noexcept;

  Pack<char> texts_;         ///< Names and spellings.
  Pack<std::uint32_t> ids_;  ///< Rows from 1, by hash of their id; open addressing.
  Pack<std::uint8_t> tags_;  ///< Beside them: eight more bits of the hash.
  Pack<CodeSlot> codes_;     ///< By hash of the folded code; open addressing.
};

/// Packs rules one by one. `base`: the segment whose values the new one goes on from, or null.
class SegmentBuilder {
 public:
  explicit SegmentBuilder(const Segment* base);
  ~SegmentBuilder();
  SegmentBuilder(const SegmentBuilder&) = delete;
  SegmentBuilder& operator=(const SegmentBuilder&) = delete;

  void reserve(std::size_t rules);
  void add(const Rule& rule);
  /// The place of a rule that has this id, or this folded code, among those added; for faults.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view id) const;
  [[nodiscard]] std::optional<std::size_t> find_code(std::string_view folded) const;
  [[nodiscard]] std::shared_ptr<const Segment> finish(const RuleSetup& setup);

 private:
  struct Interning;

  std::uint32_t terms_of(const Rule& rule);
  std::uint32_t calendar_of(const Schedule& schedule);
  std::uint32_t put_text(std::string_view text);
  std::uint32_t put_names(const Rule& rule);
  void put_target(const Rule& rule, Row& row);
  void put_codes(const Rule& rule, std::uint32_t row);
  void sort_rows();

  std::shared_ptr<Segment> out_;
  const Segment* base_;
  std::unique_ptr<Interning> interning_;
  std::size_t codes_used_{};
};

}  // namespace kassa::discounts
