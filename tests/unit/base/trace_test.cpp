#include "services/base/trace.hpp"

#include <gtest/gtest.h>

namespace kassa {
namespace {

const std::string kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string kSpan = "00f067aa0ba902b7";

TEST(Traceparent, what_is_well_formed_is_read) {
  const struct {
    std::string header;
    bool sampled;
  } cases[] = {
      {"00-" + kTrace + "-" + kSpan + "-01", true},
      {"00-" + kTrace + "-" + kSpan + "-00", false},
      {"00-" + kTrace + "-" + kSpan + "-fe", false},
      {"00-" + kTrace + "-" + kSpan + "-ff", true},
      // Versions to come: what we know of them, and perhaps more behind a dash.
      {"01-" + kTrace + "-" + kSpan + "-01", true},
      {"fe-" + kTrace + "-" + kSpan + "-0b-what-the-future-brings", true},
      {"cc-" + kTrace + "-" + kSpan + "-00-", false},
  };
  for (const auto& row : cases) {
    const auto read = read_traceparent(row.header);
    ASSERT_TRUE(read) << row.header;
    EXPECT_EQ(read->id, kTrace) << row.header;
    EXPECT_EQ(read->sampled, row.sampled) << row.header;
  }
}

TEST(Traceparent, what_is_malformed_is_as_good_as_nothing) {
  for (const std::string& header : {
           std::string(),
           "00-" + kTrace + "-" + kSpan,
           "00-" + kTrace + "-" + kSpan + "-0",
           "ff-" + kTrace + "-" + kSpan + "-01",
           "0-" + kTrace + "-" + kSpan + "-011",
           "0x-" + kTrace + "-" + kSpan + "-01",
           "0A-" + kTrace + "-" + kSpan + "-01",
           "00-" + kTrace + "-" + kSpan + "-01-more",  // Version 00 ends here.
           "00-" + kTrace + "-" + kSpan + "-01 ",
           "01-" + kTrace + "-" + kSpan + "-01more",
           "00-" + std::string(32, '0') + "-" + kSpan + "-01",
           "00-" + kTrace + "-" + std::string(16, '0') + "-01",
           "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + kSpan + "-01",
           "00-" + kTrace + "-00F067AA0BA902B7-01",
           "00-" + kTrace + "-" + kSpan + "-0A",
           "00-" + kTrace + "-" + kSpan + "-0g",
           "00_" + kTrace + "-" + kSpan + "-01",
           "00-" + kTrace + "_" + kSpan + "-01",
           "00-" + kTrace + "-" + kSpan + "_01",
           " 00-" + kTrace + "-" + kSpan + "-01",
       }) {
    EXPECT_FALSE(read_traceparent(header)) << header;
  }
}

TEST(Traceparent, what_is_written_is_read_again) {
  for (const bool sampled : {true, false}) {
    const std::string header = write_traceparent(Trace{kTrace, sampled}, kSpan);
    EXPECT_EQ(header, "00-" + kTrace + "-" + kSpan + (sampled ? "-01" : "-00"));
    EXPECT_EQ(read_traceparent(header)->sampled, sampled);
  }
}

}  // namespace
}  // namespace kassa
