#pragma once
// What a process does without being asked: each duty is one loop of the worker's thread. What concerns this process's
// own memory every process does; what concerns the database only those with the role.

#include "services/app/runtime.hpp"
#include "services/app/worker.hpp"

namespace kassa::app {

/// Before any thread runs. Everything outlives the worker.
void add_duties(Worker& worker, Runtime& runtime, const platform::Config& config);

/// Writes what the sessions have noted; the last thing before the end, too.
asio::awaitable<void> flush_journal(Runtime& runtime);

/// Tells other processes what was sold or stocked here; before the end, too.
asio::awaitable<void> tell_stock_news(Runtime& runtime);

}  // namespace kassa::app
