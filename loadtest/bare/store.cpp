// bare_store: the store's yardstick. Takes the database that a benchmark run left behind and writes the rows
// of its purchases again, into an empty database with the same tables, in groups of the measured size, each
// made durable by one commit. What that costs is what any store on SQLite must pay; what Kassa pays on top is
// its own.

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <stdexcept>

#include "loadtest/bare/program.hpp"
#include "loadtest/bare/purchases.hpp"

namespace kassa::load {
namespace {

// As many purchases are under way at once as in the measured run.
constexpr std::size_t kInFlight = 64;
constexpr int kCheckpointFrames = 1'000;

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

/// Transactions one after the other, `size` of them in each commit on average.
class Groups {
 public:
  Groups(sqlite3* db, double size)
      : begin_(prepare(db, "BEGIN IMMEDIATE")),
        open_(prepare(db, "SAVEPOINT member")),
        close_(prepare(db, "RELEASE member")),
        commit_(prepare(db, "COMMIT")),
        size_(size) {}

  template <class Work>
  void add(const Work& work) {
    if (in_group_ == 0) step(begin_);
    step(open_);
    work();
    step(close_);
    ++in_group_;
    ++transactions_;
    // Groups are whole; their mean is as measured because the fraction is carried on.
    if (static_cast<double>(transactions_) >= static_cast<double>(commits_ + 1) * size_) commit();
  }

  void commit() {
    if (in_group_ == 0) return;
    step(commit_);
    in_group_ = 0;
    ++commits_;
  }

  [[nodiscard]] std::size_t commits() const noexcept { return commits_; }

 private:
  Statement begin_;
  Statement open_;
  Statement close_;
  Statement commit_;
  double size_;
  std::size_t in_group_{};
  std::size_t transactions_{};
  std::size_t commits_{};
};

void replay(Purchases& purchases, Groups& groups) {
  for (std::size_t first = 0; first < purchases.count(); first += kInFlight) {
    const std::size_t end = std::min(first + kInFlight, purchases.count());
    // The journal writes all that changed as one transaction; the steps of a purchase are one each.
    groups.add([&] {
      for (std::size_t i = first; i < end; ++i) purchases.write(Stage::kJournal, i);
    });
    for (const Stage stage : {Stage::kReserve, Stage::kOutcome}) {
      for (std::size_t i = first; i < end; ++i) groups.add([&] { purchases.write(stage, i); });
    }
  }
  groups.commit();
}

void run(int argc, char** argv) {
  if (argc != 5) throw std::runtime_error("usage: bare_store FROM.db NEW.db PURCHASES TRANSACTIONS_IN_A_GROUP");
  Purchases purchases(argv[1], std::stoul(argv[3]));
  if (std::filesystem::exists(argv[2])) throw std::runtime_error(std::string(argv[2]) + " is there already");
  const Database to = open_database(argv[2], SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  execute(to.get(),
          "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-8192;"
          "PRAGMA wal_autocheckpoint=" +
              std::to_string(kCheckpointFrames));
  purchases.prepare_target(to.get());
  execute(to.get(), "PRAGMA wal_checkpoint(TRUNCATE)");
  Groups groups(to.get(), std::max(1.0, std::stod(argv[4])));
  const double cpu = cpu_seconds();
  const auto begun = std::chrono::steady_clock::now();
  replay(purchases, groups);
  const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  const auto count = static_cast<double>(purchases.count());
  std::printf(
      "{\"purchases\":%zu,\"commits\":%zu,\"bytes_per_purchase\":%.0f,\"cpu_us_per_purchase\":%.1f,"
      "\"us_per_purchase\":%.1f}\n",
      purchases.count(), groups.commits(), static_cast<double>(purchases.bytes()) / count,
      (cpu_seconds() - cpu) * 1e6 / count, took * 1e6 / count);
}

}  // namespace
}  // namespace kassa::load

int main(int argc, char** argv) { return kassa::load::main_of("bare_store", kassa::load::run, argc, argv); }
