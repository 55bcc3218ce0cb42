// Line items of a change: which old line an entry is about, what stays, which ids are given.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "services/base/limits.hpp"
#include "tests/unit/checkout/shop.hpp"

namespace kassa::checkout {
namespace {

LinePatch wanted(std::string id, std::string item, std::optional<std::int64_t> quantity = std::nullopt) {
  LinePatch out;
  out.id = std::move(id);
  out.item = std::move(item);
  out.quantity = quantity;
  return out;
}

Patch lines_patch(std::vector<LinePatch> lines) {
  Patch patch;
  patch.lines.set(std::move(lines));
  return patch;
}

/// "li_1:mug*2 li_2:tea*1", or the path of the refusal.
std::string outcome_of(const Patch& patch, Session& session) {
  const auto applied = apply(patch, {}, session);
  if (!applied) return "refused " + applied.error().path;
  std::string out;
  for (const Line& line : session.lines) {
    out += (out.empty() ? "" : " ") + line.id.value + ":" + line.item + "*" + std::to_string(line.quantity);
  }
  return out;
}

struct LineCase {
  const char* name;
  std::vector<Line> old;
  std::vector<LinePatch> wanted;
  std::string expected;
};

TEST(ApplyLines, MatchesByIdElseByItemAndGivesIds) {
  const Line mug = line("li_1", "mug", 2);
  const Line tea = line("li_2", "tea", 1);
  const LineCase cases[] = {
      {"new lines count up from li_1", {}, {wanted("", "mug", 2), wanted("", "tea")}, "li_1:mug*2 li_2:tea*1"},
      {"a caller's own id is kept", {}, {wanted("x", "mug", 2)}, "x:mug*2"},
      {"given ids are not given twice", {}, {wanted("", "tea"), wanted("li_1", "mug")}, "li_2:tea*1 li_1:mug*1"},
      {"by id, the quantity stays when absent", {mug, tea}, {wanted("li_1", "mug")}, "li_1:mug*2"},
      {"by id, the item may change", {mug}, {wanted("li_1", "tea", 5)}, "li_1:tea*5"},
      {"by id, the item stays when absent", {mug}, {wanted("li_1", "", 7)}, "li_1:mug*7"},
      {"by item when no id is given",
       {mug, tea},
       {wanted("", "tea", 4), wanted("", "mug", 3)},
       "li_2:tea*4 li_1:mug*3"},
      {"two of one item are matched in order",
       {mug, line("li_2", "mug", 9)},
       {wanted("", "mug"), wanted("", "mug")},
       "li_1:mug*2 li_2:mug*9"},
      {"an unknown id falls back to the item's line", {mug}, {wanted("mine", "mug", 3)}, "li_1:mug*3"},
      {"an id counts before an item, wherever it stands",
       {mug},
       {wanted("", "mug", 1), wanted("li_1", "mug", 2)},
       "li_2:mug*1 li_1:mug*2"},
      {"an old line is used once", {mug}, {wanted("", "mug"), wanted("", "mug", 5)}, "li_1:mug*2 li_2:mug*5"},
      {"a removed line's id is not given again",
       {mug, tea},
       {wanted("", "cup"), wanted("", "tea")},
       "li_3:cup*1 li_2:tea*1"},
      {"an empty list removes all", {mug}, {}, ""},
      {"an id twice is refused", {mug}, {wanted("a", "mug"), wanted("a", "tea")}, "refused $.line_items[0].id"},
      {"no item is refused", {}, {wanted("", "", 1)}, "refused $.line_items[0].item.id"},
      {"an unknown id without item is refused", {mug}, {wanted("zzz", "", 1)}, "refused $.line_items[0].item.id"},
      {"quantity 0 is refused", {}, {wanted("", "mug"), wanted("", "tea", 0)}, "refused $.line_items[1].quantity"},
      {"quantity -1 is refused", {mug}, {wanted("li_1", "mug", -1)}, "refused $.line_items[0].quantity"},
      {"the largest quantity is fine", {}, {wanted("", "mug", limits::kQuantityMax)}, "li_1:mug*100000"},
      {"one more is refused", {}, {wanted("", "mug", limits::kQuantityMax + 1)}, "refused $.line_items[0].quantity"},
      {"201 lines are refused", {}, std::vector<LinePatch>(201, wanted("", "mug")), "refused $.line_items"},
  };
  for (const LineCase& row : cases) {
    Session session = session_of(row.old);
    EXPECT_EQ(outcome_of(lines_patch(row.wanted), session), row.expected) << row.name;
  }
}

TEST(ApplyLines, AbsentStaysAndClearedEmpties) {
  Session session = session_of({line("li_1", "mug", 2)});
  EXPECT_EQ(outcome_of(Patch{}, session), "li_1:mug*2");
  Patch cleared;
  cleared.lines.clear();
  EXPECT_EQ(outcome_of(cleared, session), "");
}

TEST(ApplyLines, AParentThatIsGoneIsForgotten) {
  Session session = session_of({line("li_1", "mug", 1), line("li_2", "gift", 1)});
  session.lines[1].parent = LineId{"li_1"};
  ASSERT_TRUE(apply(lines_patch({wanted("li_1", "mug"), wanted("li_2", "gift")}), {}, session));
  EXPECT_EQ(session.lines[1].parent.value, "li_1");
  ASSERT_TRUE(apply(lines_patch({wanted("li_2", "gift")}), {}, session));
  EXPECT_EQ(session.lines[0].parent.value, "");
}

std::vector<LinePatch> any_patches() {
  std::vector<LinePatch> patches;
  const int count = *rc::gen::inRange(0, 7);
  for (int i = 0; i < count; ++i) {
    LinePatch patch;
    const int id = *rc::gen::inRange(0, 6);
    if (id > 1) patch.id = "li_" + std::to_string(id - 1);
    patch.item = std::string(1, static_cast<char>('a' + *rc::gen::inRange(0, 3)));
    if (*rc::gen::inRange(0, 2) == 1) patch.quantity = *rc::gen::inRange(1, 9);
    patches.push_back(std::move(patch));
  }
  return patches;
}

RC_GTEST_PROP(ApplyLines, IdsAreUniqueAndAnEchoChangesNothing, ()) {
  Session session = session_of({line("li_1", "a", 1), line("li_2", "b", 2), line("mine", "a", 3)});
  const auto patches = any_patches();
  const auto applied = apply(lines_patch(patches), {}, session);
  if (!applied) return;
  RC_ASSERT(session.lines.size() == patches.size());
  std::vector<LinePatch> echo;
  for (const Line& line : session.lines) {
    RC_ASSERT(std::ranges::count(session.lines, line.id, &Line::id) == 1);
    echo.push_back(wanted(line.id.value, line.item, line.quantity));
  }
  Session again = session;
  RC_ASSERT(static_cast<bool>(apply(lines_patch(echo), {}, again)));
  for (std::size_t i = 0; i < session.lines.size(); ++i) {
    RC_ASSERT(again.lines[i].id == session.lines[i].id);
    RC_ASSERT(again.lines[i].item == session.lines[i].item);
    RC_ASSERT(again.lines[i].quantity == session.lines[i].quantity);
  }
}

RC_GTEST_PROP(ApplyLines, OnlyIdsGivenTwiceAreRefused, ()) {
  Session session = session_of({line("li_1", "a", 1), line("li_2", "b", 2), line("mine", "a", 3)});
  const auto patches = any_patches();
  std::map<std::string, int> given;
  for (const LinePatch& patch : patches) given[patch.id] += patch.id.empty() ? 0 : 1;
  const bool twice = std::ranges::any_of(given, [](const auto& entry) { return entry.second > 1; });
  RC_ASSERT(static_cast<bool>(apply(lines_patch(patches), {}, session)) == !twice);
}

}  // namespace
}  // namespace kassa::checkout
