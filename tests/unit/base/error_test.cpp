#include "services/base/error.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

namespace kassa {
namespace {

TEST(ErrorTable, gives_each_code_a_distinct_snake_case_slug) {
  std::set<std::string_view> slugs;
  for (const auto& row : kErrors) {
    EXPECT_TRUE(slugs.insert(row.slug).second) << row.slug;
    EXPECT_TRUE(std::ranges::all_of(row.slug, [](char c) { return c == '_' || (c >= 'a' && c <= 'z'); })) << row.slug;
    EXPECT_EQ(row.meaning.back(), '.') << row.slug;
    EXPECT_EQ(&describe(row.code), &row);
  }
}

TEST(ErrorTable, answers_with_the_statuses_that_callers_rely_on) {
  const struct {
    Errc code;
    const char* slug;
    int status;
    bool retryable;
  } kCases[] = {
      {Errc::kOk, "ok", 200, false},
      {Errc::kMalformedJson, "malformed_json", 400, false},
      {Errc::kCardDataRefused, "card_data_refused", 400, false},
      {Errc::kBodyTooLarge, "body_too_large", 413, false},
      {Errc::kIdempotencyConflict, "idempotency_conflict", 409, false},
      {Errc::kIdempotencyInFlight, "idempotency_in_flight", 409, true},
      {Errc::kUnauthorized, "unauthorized", 401, false},
      {Errc::kForbidden, "forbidden", 403, false},
      {Errc::kNotFound, "not_found", 404, false},
      {Errc::kRateLimited, "rate_limited", 429, true},
      {Errc::kPaymentDeclined, "payment_declined", 402, false},
      {Errc::kPaymentOutcomeUnknown, "payment_outcome_unknown", 202, true},
      {Errc::kInvalidProfileUrl, "invalid_profile_url", 400, false},
      {Errc::kProfileUnreachable, "profile_unreachable", 424, true},
      {Errc::kProfileMalformed, "profile_malformed", 422, false},
      {Errc::kProfileNotTrusted, "profile_not_trusted", 403, false},
      {Errc::kVersionUnsupported, "version_unsupported", 422, false},
      {Errc::kCapabilitiesIncompatible, "capabilities_incompatible", 200, false},
      {Errc::kOverloaded, "overloaded", 503, true},
      {Errc::kInternal, "internal", 500, false},
  };
  for (const auto& row : kCases) {
    EXPECT_EQ(describe(row.code).slug, row.slug);
    EXPECT_EQ(describe(row.code).http_status, row.status) << row.slug;
    EXPECT_EQ(describe(row.code).retryable, row.retryable) << row.slug;
  }
}

TEST(ErrorTable, describes_a_code_out_of_range_as_internal) {
  EXPECT_EQ(describe(Errc::kCount).code, Errc::kInternal);
  EXPECT_EQ(describe(static_cast<Errc>(255)).code, Errc::kInternal);
}

std::string error_page() {
  std::ostringstream page;
  page << "# Errors\n\n"
          "Generated from services/base/error.cpp by `KASSA_WRITE_DOCS=1 build/dev/bin/unit_base "
          "--gtest_filter='ErrorTable.*'`, run at the root of the repository.\n\n"
          "| Code | HTTP | Try again unchanged | Meaning |\n| --- | --- | --- | --- |\n";
  for (const auto& row : kErrors) {
    if (row.code == Errc::kOk) continue;
    page << "| `" << row.slug << "` | " << row.http_status << " | " << (row.retryable ? "yes" : "no") << " | "
         << row.meaning << " |\n";
  }
  return page.str();
}

TEST(ErrorTable, agrees_with_docs_errors_md) {
  const char* const path = "docs/errors.md";
  if (std::getenv("KASSA_WRITE_DOCS") != nullptr) std::ofstream{path} << error_page();
  std::ifstream file{path};
  ASSERT_TRUE(file) << "run from the root of the repository";
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), error_page());
}

}  // namespace
}  // namespace kassa
