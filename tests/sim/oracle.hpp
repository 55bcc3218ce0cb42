#pragma once
// The invariants I1-I13 as questions to the main database and to the gateway's own book; tests/chaos/oracle.py asks the
// same of a running system. Reads only, blocking.

#include <string>
#include <vector>

#include "services/platform/store/sqlite_store.hpp"
#include "services/ports/secret_box.hpp"

namespace kassa::sim {

/// An order that a client was told of.
struct Acknowledged {
  std::string order;
  std::int64_t total{};
};

struct Question {
  const char* meaning;
  std::string_view sql;  ///< Each row is a violation; its first column names it.
};

class Oracle {
 public:
  Oracle(platform::SqliteStore& main, platform::SqliteStore& keys, platform::SqliteStore& book,
         const ports::SecretBox& box)
      : main_(main), keys_(keys), book_(book), box_(box) {}

  /// Violations, one sentence each. `quiet`: nothing is in flight any more (charges held for review aside).
  [[nodiscard]] std::vector<std::string> check(bool quiet, const std::vector<Acknowledged>& acknowledged = {}) const;

 private:
  void ask(const Question& question, std::vector<std::string>& found) const;
  void fold_again(std::vector<std::string>& found) const;
  void compare_with_book(bool quiet, std::vector<std::string>& found) const;
  void look_for(const std::vector<Acknowledged>& acknowledged, std::vector<std::string>& found) const;

  platform::SqliteStore& main_;
  platform::SqliteStore& keys_;
  platform::SqliteStore& book_;
  const ports::SecretBox& box_;
};

}  // namespace kassa::sim
