// A program with a store, to be killed and to have its disk broken. What it prints on standard output is what
// it was promised.
//
//   store_writer crowd <file> <first id>   16 writers for ever; each acknowledged id as eight bytes
//
//   store_writer line <file>               25 commits of 200 kB in a row; acknowledged ids as eight bytes
//
//   store_writer migrate <file>            opens and closes
//
//   store_writer observe <file>            commits until one fails, then says what happened and what works
//
//   store_writer fill <folder>             the same on a small disk of its own (needs root), then frees space

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

#include "services/platform/store/sqlite_store.hpp"
#include "tests/support/store_doubles.hpp"
#include "tests/support/store_writer.hpp"

namespace kassa {
namespace {

namespace asio = boost::asio;

struct NoFailpoints final : ports::Failpoints {
  void hit(std::string_view) noexcept override {}
  void hit(std::string_view, std::string_view) noexcept override {}
};

struct Subject {
  NoFailpoints failpoints;
  SummingMetrics metrics;
  EventLog log;
  std::atomic<int> fatal{0};
  bool exit_when_fatal{true};
  std::unique_ptr<platform::SqliteStore> store;

  /// False when the store refused to open.
  bool open(const std::filesystem::path& file) {
    platform::SqliteOptions options;
    options.file = file;
    store = std::make_unique<platform::SqliteStore>(options, failpoints, log, metrics, [this] {
      ++fatal;
      if (exit_when_fatal) ::_exit(store_writer::kFatal);
    });
    const auto opened = store->open(store_writer::kMigrations);
    if (!opened) std::cerr << opened.error().detail << "\n";
    return opened.has_value();
  }
};

ports::Transaction row(std::int64_t id, std::size_t body_bytes) {
  ports::Transaction result("row", StoreId{"store_a"});
  result.add(ports::Step{"INSERT INTO row (id, body) VALUES ($1, $2)", {id, Bytes(body_bytes, std::byte{0x41})}});
  return result;
}

void acknowledge(std::int64_t id) {
  if (::write(STDOUT_FILENO, &id, sizeof id) != sizeof id) ::_exit(1);
}

std::string_view word(const Result<ports::Committed>& answer) {
  return answer ? (answer.value().applied ? "applied" : "refused") : describe(answer.error().code).slug;
}

asio::awaitable<void> write_for_ever(ports::Store& store, std::int64_t& next) {
  for (;;) {
    const std::int64_t id = next++;
    auto work = row(id, 100);
    auto answer = co_await store.commit(std::move(work));
    if (!answer || !answer.value().applied) ::_exit(1);
    acknowledge(id);
  }
}

int crowd(const std::filesystem::path& file, std::int64_t next) {
  Subject subject;
  if (!subject.open(file)) return store_writer::kCannotOpen;
  asio::io_context io;
  for (int i = 0; i < 16; ++i) asio::co_spawn(io, write_for_ever(*subject.store, next), asio::detached);
  io.run();
  return store_writer::kDone;
}

int line(const std::filesystem::path& file) {
  Subject subject;
  if (!subject.open(file)) return store_writer::kCannotOpen;
  for (std::int64_t id = 0; id < 25; ++id) {
    const auto answer = subject.store->commit_blocking(row(id, 200'000));
    if (answer && answer.value().applied) acknowledge(id);
  }
  return store_writer::kDone;
}

int migrate(const std::filesystem::path& file) {
  Subject subject;
  return subject.open(file) ? store_writer::kDone : store_writer::kCannotOpen;
}

/// The word of the first commit that was not applied; its row has the number that `id` is left at.
std::string_view commit_until_failure(Subject& subject, std::int64_t& id) {
  for (; id < 200; ++id) {
    const auto answer = subject.store->commit_blocking(row(id, 20'000));
    if (word(answer) != "applied") return word(answer);
  }
  return "never";
}

void tell_what_works(Subject& subject, std::int64_t id) {
  const auto next = subject.store->commit_blocking(row(id, 10));
  const auto read = subject.store->query_blocking(ports::Step{"SELECT count(*) FROM row"});
  std::cout << " fatal " << subject.fatal << " next " << word(next) << " read "
            << (read ? "works" : describe(read.error().code).slug);
}

int observe(const std::filesystem::path& file) {
  Subject subject;
  subject.exit_when_fatal = false;
  if (!subject.open(file)) return store_writer::kCannotOpen;
  std::int64_t id = 0;
  std::cout << commit_until_failure(subject, id);
  tell_what_works(subject, 100'000);
  std::cout << " failed_id " << id << "\n";
  return store_writer::kDone;
}

int fill(const std::filesystem::path& folder) {
  // A mount namespace of its own: nobody else sees this disk, and it goes when the process goes.
  if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=2m") != 0) {
    return store_writer::kCannotMount;
  }
  std::ofstream(folder / "ballast") << std::string(800'000, 'b');
  Subject subject;
  if (!subject.open(folder / "store.db")) return store_writer::kCannotOpen;
  std::int64_t id = 0;
  std::cout << commit_until_failure(subject, id);
  const auto full = subject.store->commit_blocking(row(100'000, 100'000));
  std::cout << " large " << word(full);
  std::filesystem::remove(folder / "ballast");
  tell_what_works(subject, 200'000);
  const auto rows = subject.store->query_blocking(ports::Step{"SELECT count(*) FROM row"});
  std::cout << " kept " << (rows && ports::as_int(rows.value()[0][0]) == id + 1 ? "all" : "not all") << "\n";
  return store_writer::kDone;
}

int run(int count, char** values) {
  if (count < 3) return 2;
  const std::string_view mode = values[1];
  const std::filesystem::path path = values[2];
  if (mode == "crowd" && count == 4) return crowd(path, std::stoll(values[3]));
  if (mode == "line") return line(path);
  if (mode == "migrate") return migrate(path);
  if (mode == "observe") return observe(path);
  if (mode == "fill") return fill(path);
  return 2;
}

}  // namespace
}  // namespace kassa

int main(int count, char** values) { return kassa::run(count, values); }
