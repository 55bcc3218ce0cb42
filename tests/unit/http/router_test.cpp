// The route table and the request's own accessors.

#include <gtest/gtest.h>

#include "services/http/router.hpp"

namespace kassa::http {
namespace {

Router table() {
  Router router;
  router.add({Method::kGet, "/sessions/{id}", Role::kPublic, 0, {}});
  router.add({Method::kPut, "/sessions/{id}", Role::kPlatform, 10, {}});
  router.add({Method::kPost, "/sessions/{id}/complete", Role::kPlatform, 20, {}});
  router.add({Method::kGet, "/", Role::kPublic, 30, {}});
  return router;
}

struct Case {
  Method method;
  const char* path;
  const char* route;  ///< Null: none.
  const char* allow;
  std::vector<std::string_view> params;
};

TEST(Router, finds_rows_by_method_and_path) {
  const Case cases[] = {
      {Method::kGet, "/sessions/a", "/sessions/{id}", "", {"a"}},
      {Method::kHead, "/sessions/a", "/sessions/{id}", "", {"a"}},
      {Method::kPut, "/sessions/a", "/sessions/{id}", "GET", {"a"}},
      {Method::kPost, "/sessions/a%2Fb/complete", "/sessions/{id}/complete", "", {"a%2Fb"}},
      {Method::kGet, "/", "/", "", {}},
      {Method::kDelete, "/sessions/a", nullptr, "GET, PUT", {}},
      {Method::kGet, "/sessions/", nullptr, "", {}},
      {Method::kGet, "/sessions/a/", nullptr, "", {}},
      {Method::kGet, "/sessions", nullptr, "", {}},
      {Method::kGet, "//sessions/a", nullptr, "", {}},
      {Method::kGet, "", nullptr, "", {}},
      {Method::kGet, "sessions/a", nullptr, "", {}},
  };
  const Router router = table();
  for (const Case& row : cases) {
    Request request;
    request.method = row.method;
    request.path = row.path;
    const Router::Match match = router.find(request);
    const std::string found = match.route != nullptr ? match.route->path : std::string{};
    EXPECT_EQ(found, row.route != nullptr ? row.route : "") << row.path;
    EXPECT_EQ(match.allow, row.allow) << row.path;
    EXPECT_EQ(request.params, row.params) << row.path;
  }
}

TEST(Request, query_values_are_decoded) {
  Request request;
  request.query = "a=1&b=x+y%21&empty=&flag&bad=%zz&nul=%00&cut=%4";
  EXPECT_EQ(request.query_value("a"), "1");
  EXPECT_EQ(request.query_value("b"), "x y!");
  for (const char* name : {"empty", "flag", "bad", "nul", "cut", "absent"}) EXPECT_EQ(request.query_value(name), "");
}

TEST(Request, header_names_do_not_know_case) {
  Request request;
  request.headers = {{"X-One", "1"}, {"x-one", "2"}};
  EXPECT_EQ(request.header("x-one"), "1");
  EXPECT_TRUE(request.has_header("x-one"));
  EXPECT_FALSE(request.has_header("x-on"));
}

TEST(PercentDecode, tells_broken_escapes) {
  bool valid = true;
  EXPECT_EQ(percent_decode("a%41%7e+", false, valid), "aA~+");
  EXPECT_TRUE(valid);
  for (const char* text : {"%", "%4", "%4g", "%00", "a%"}) {
    valid = true;
    EXPECT_EQ(percent_decode(text, false, valid), "");
    EXPECT_FALSE(valid) << text;
  }
}

}  // namespace
}  // namespace kassa::http
