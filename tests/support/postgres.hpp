#pragma once
// The PostgreSQL server that tests/support/postgres_server.py started for this test program, and a schema of its own
// for each test.

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "services/platform/postgres/postgres_store.hpp"

namespace kassa {

inline std::string test_environment(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr) {
    throw std::runtime_error(std::string(name) +
                             " is not set: run this through python3 tests/support/postgres_server.py run --");
  }
  return value;
}

/// A conninfo.
inline std::string test_postgres() { return test_environment("KASSA_TEST_POSTGRES"); }

/// A name that no other test of this server has.
inline std::string fresh_schema() {
  static std::atomic<int> number{0};
  return "suite_" + std::to_string(::getpid()) + "_" + std::to_string(++number);
}

inline void drop_schema(platform::PostgresStore& store, const std::string& schema) {
  const std::string sql = "DROP SCHEMA " + schema + " CASCADE";
  ports::Transaction transaction("drop", StoreId{});
  transaction.add(ports::Step(sql));
  const auto dropped = store.commit_blocking(std::move(transaction));
  EXPECT_TRUE(dropped) << dropped.error().detail;
}

}  // namespace kassa
