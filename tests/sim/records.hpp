#pragma once
// The sealed order records, opened and added up (I8, I9). Reads the main database and the keys; blocking.

#include <string>
#include <vector>

#include "services/platform/store/sqlite_store.hpp"
#include "services/ports/secret_box.hpp"

namespace kassa::sim {

void check_records(platform::SqliteStore& main, platform::SqliteStore& keys, const ports::SecretBox& box,
                   std::vector<std::string>& found);

}  // namespace kassa::sim
