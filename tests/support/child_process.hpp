#pragma once
// A program started by a test, with its standard output on a pipe. Started with posix_spawn, so that a test
// with threads may do it. Killed and waited for when the object goes.

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include "services/base/ensure.hpp"

namespace kassa {

class ChildProcess {
 public:
  /// `environment`: "NAME=value" entries added to (and winning over) the environment of the test.
  explicit ChildProcess(std::vector<std::string> arguments, std::vector<std::string> environment = {}) {
    int ends[2];
    ensure(::pipe2(ends, O_CLOEXEC) == 0, "pipe");
    for (char** entry = environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    const int failed = ::posix_spawn(&pid_, arguments.front().c_str(), &actions, nullptr, pointers(arguments).data(),
                                     pointers(environment).data());
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    output_ = ends[0];
    ensure(failed == 0, "the child program could not be started");
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess() {
    if (pid_ > 0) {
      kill_now();
      static_cast<void>(wait());
    }
    ::close(output_);
  }

  /// The next piece of output; empty at its end.
  std::string read_some() const {
    char buffer[4096];
    const ssize_t size = ::read(output_, buffer, sizeof buffer);
    return {buffer, size > 0 ? static_cast<std::size_t>(size) : 0};
  }
  std::string read_all() const {
    std::string all;
    for (std::string piece = read_some(); !piece.empty(); piece = read_some()) all += piece;
    return all;
  }
  void kill_now() const { ::kill(pid_, SIGKILL); }

  /// The exit code, or minus the signal that ended it.
  int wait() {
    int status = 0;
    ensure(::waitpid(std::exchange(pid_, -1), &status, 0) > 0, "waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  static std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (std::string& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
  }

  pid_t pid_{-1};
  int output_{-1};
};

}  // namespace kassa
