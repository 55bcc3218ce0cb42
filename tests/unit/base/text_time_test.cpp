#include <gtest/gtest.h>

#include "services/base/ensure.hpp"
#include "services/base/text.hpp"

namespace kassa {
namespace {

TEST(Rfc3339, reads_times) {
  const struct {
    const char* name;
    const char* text;
    std::int64_t ms;
  } kCases[] = {
      {"the epoch", "1970-01-01T00:00:00Z", 0},
      {"milliseconds", "2026-04-08T12:00:00.123Z", 1775649600123},
      {"RFC 3339 5.8, a fraction", "1985-04-12T23:20:50.52Z", 482196050520},
      {"RFC 3339 5.8, an offset", "1996-12-19T16:39:57-08:00", 851042397000},
      {"RFC 3339 5.8, a leap second", "1990-12-31T23:59:60Z", 662688000000},
      {"RFC 3339 5.8, the same elsewhere", "1990-12-31T15:59:60-08:00", 662688000000},
      {"RFC 3339 5.8, an odd offset", "1937-01-01T12:00:27.87+00:20", -1041337172130},
      {"unknown local offset", "1970-01-01T00:00:01-00:00", 1000},
      {"lower case", "1970-01-01t00:00:00z", 0},
      {"finer than milliseconds is cut", "1970-01-01T00:00:00.999999999Z", 999},
      {"before the epoch", "1969-12-31T23:59:59.001Z", -999},
      {"leap day", "2024-02-29T00:00:00Z", 1709164800000},
      {"leap day of a century", "2000-02-29T00:00:00Z", 951782400000},
      {"largest offset", "1970-01-01T23:59:00+23:59", 0},
      {"first year", "0000-01-01T00:00:00Z", -62167219200000},
      {"last moment", "9999-12-31T23:59:59.999Z", 253402300799999},
  };
  for (const auto& row : kCases) {
    SCOPED_TRACE(row.name);
    const auto time = from_rfc3339(row.text);
    ASSERT_TRUE(time.has_value());
    EXPECT_EQ(to_millis(*time), row.ms);
  }
}

TEST(Rfc3339, refuses_what_is_not_a_time) {
  const struct {
    const char* name;
    std::string text;
  } kRefused[] = {
      {"nothing", ""},
      {"a date", "2026-04-08"},
      {"no offset", "2026-04-08T12:00:00"},
      {"a space for T", "2026-04-08 12:00:00Z"},
      {"no seconds", "2026-04-08T12:00Z"},
      {"thirteenth month", "2026-13-01T00:00:00Z"},
      {"month zero", "2026-00-01T00:00:00Z"},
      {"day zero", "2026-04-00T00:00:00Z"},
      {"April 31", "2026-04-31T00:00:00Z"},
      {"February 29 in a common year", "2026-02-29T00:00:00Z"},
      {"February 29 of a common century", "1900-02-29T00:00:00Z"},
      {"hour 24", "2026-04-08T24:00:00Z"},
      {"minute 60", "2026-04-08T12:60:00Z"},
      {"second 61", "2026-04-08T12:00:61Z"},
      {"leap second at noon", "2026-04-08T12:00:60Z"},
      {"leap second at local midnight only", "2026-04-08T23:59:60+01:00"},
      {"offset hour 24", "2026-04-08T12:00:00+24:00"},
      {"offset minute 60", "2026-04-08T12:00:00+01:60"},
      {"offset without colon", "2026-04-08T12:00:00+0100"},
      {"point without digits", "2026-04-08T12:00:00.Z"},
      {"comma for the point", "2026-04-08T12:00:00,5Z"},
      {"five-digit year", "12026-04-08T12:00:00Z"},
      {"negative year", "-026-04-08T12:00:00Z"},
      {"a letter for a digit", "2026-04-0xT12:00:00Z"},
      {"trailing text", "2026-04-08T12:00:00Zx"},
      {"leading space", " 2026-04-08T12:00:00Z"},
      {"endless fraction", "2026-04-08T12:00:00." + std::string(100, '1') + "Z"},
      {"NUL", std::string{"2026-04-08T12:00:00Z\0", 21}},
  };
  for (const auto& row : kRefused) EXPECT_FALSE(from_rfc3339(row.text)) << row.name;
}

TEST(Rfc3339, writes_utc_with_milliseconds) {
  EXPECT_EQ(to_rfc3339(from_millis(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(from_millis(-1)), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(to_rfc3339(from_millis(1775649600007)), "2026-04-08T12:00:00.007Z");
  EXPECT_EQ(to_rfc3339(from_millis(253402300799999)), "9999-12-31T23:59:59.999Z");
  EXPECT_THROW((void)to_rfc3339(from_millis(253402300800000)), InvariantBroken);
  EXPECT_THROW((void)to_rfc3339(from_millis(-62167219200001)), InvariantBroken);
}

}  // namespace
}  // namespace kassa
