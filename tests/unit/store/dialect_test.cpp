#include "services/platform/store/sqlite_dialect.hpp"

#include <gtest/gtest.h>

namespace kassa::platform {
namespace {

struct DialectCase {
  const char* name;
  const char* shared;
  const char* sqlite;
};

TEST(SqliteDialect, TranslatesWhatDiffersAndNothingElse) {
  const DialectCase cases[] = {
      {"types, in any case", "CREATE TABLE t (a BIGINT, b bytea, c TEXT);",
       "CREATE TABLE t (a INT, b BLOB, c TEXT) STRICT;"},
      {"if not exists", "create table if not exists t (a bigint)", "create table if not exists t (a INT) STRICT"},
      {"brackets inside the table", "CREATE TABLE t (a TEXT CHECK (a IN ('x', 'y')), PRIMARY KEY (a));",
       "CREATE TABLE t (a TEXT CHECK (a IN ('x', 'y')), PRIMARY KEY (a)) STRICT;"},
      {"brackets inside text", "CREATE TABLE t (a TEXT DEFAULT ')', b TEXT DEFAULT 'it''s (');",
       "CREATE TABLE t (a TEXT DEFAULT ')', b TEXT DEFAULT 'it''s (') STRICT;"},
      {"a semicolon inside text", "INSERT INTO t VALUES (';'); CREATE TABLE u (a TEXT)",
       "INSERT INTO t VALUES (';'); CREATE TABLE u (a TEXT) STRICT"},
      {"comments stay as they are", "-- CREATE TABLE x (a BIGINT);\nCREATE TABLE t (a BIGINT /* BIGINT ) */);",
       "-- CREATE TABLE x (a BIGINT);\nCREATE TABLE t (a INT /* BIGINT ) */) STRICT;"},
      {"quoted names stay as they are", "CREATE TABLE \"bigint\" (a BIGINT)", "CREATE TABLE \"bigint\" (a INT) STRICT"},
      {"text stays as it is", "INSERT INTO t VALUES ('BIGINT')", "INSERT INTO t VALUES ('BIGINT')"},
      {"longer words stay as they are", "CREATE TABLE t (bigint_count BIGINT)",
       "CREATE TABLE t (bigint_count INT) STRICT"},
      {"indexes are not tables", "CREATE INDEX i ON t (a); CREATE UNIQUE INDEX j ON t (b);",
       "CREATE INDEX i ON t (a); CREATE UNIQUE INDEX j ON t (b);"},
      {"a cast", "SELECT CAST(a AS BIGINT)", "SELECT CAST(a AS INT)"},
      {"nothing", "", ""},
      {"a quote that never ends", "SELECT 'x", "SELECT 'x"},
      {"a comment that never ends", "/* x", "/* x"},
  };
  for (const DialectCase& row : cases) EXPECT_EQ(to_sqlite_schema(row.shared), row.sqlite) << row.name;
}

}  // namespace
}  // namespace kassa::platform
