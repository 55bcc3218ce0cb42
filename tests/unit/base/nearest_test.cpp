#include <gtest/gtest.h>

#include <array>
#include <string>

#include "services/base/nearest.hpp"

namespace kassa {
namespace {

TEST(NearestName, takes_the_fewest_changes) {
  static constexpr std::array<std::string_view, 4> kNames{"port", "ports", "thread", "threads"};
  const struct {
    const char* name;
    std::string written;
    std::size_t changes_max;
    std::string_view nearest;
  } kCases[] = {
      {"the name itself", "ports", 2, "ports"},
      {"a character changed", "thraad", 2, "thread"},
      {"a character left out", "treads", 2, "threads"},
      {"a character too many", "poort", 2, "port"},
      {"two characters swapped are two changes", "thraed", 2, "thread"},
      {"one change too many", "thraed", 1, ""},
      {"of two equally near the first", "threadz", 2, "thread"},
      {"nothing written", "", 3, ""},
      {"like none of them", "certificate", 3, ""},
      {"64 bytes are looked at", "port" + std::string(60, 's'), 64, "ports"},
      {"65 bytes are not", "port" + std::string(61, 's'), 64, ""},
  };
  for (const auto& row : kCases) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(nearest_name(row.written, kNames, row.changes_max), row.nearest);
  }
  EXPECT_EQ(nearest_name("port", {}, 3), "");
}

}  // namespace
}  // namespace kassa
