#include "loadtest/generator/runner.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace kassa::load {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr std::chrono::seconds kGrace{5};
constexpr std::size_t kEventsMax = 256;
constexpr std::size_t kWaitingMax = 1'000'000;

timespec to_timespec(nanoseconds time) {
  const std::int64_t count = std::max<std::int64_t>(time.count(), 0);
  return {count / 1'000'000'000, count % 1'000'000'000};
}

}  // namespace

Runner::Runner(std::uint16_t port, std::vector<std::unique_ptr<Flow>> flows) : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  for (auto& flow : flows) {
    Lane lane;
    lane.flow = std::move(flow);
    lane.connection = std::make_unique<Connection>(epoll_, port, lanes_.size());
    lanes_.push_back(std::move(lane));
  }
}

Runner::~Runner() {
  lanes_.clear();
  ::close(epoll_);
}

RunResult Runner::run(const RunOptions& options) {
  options_ = options;
  result_ = RunResult{};
  idle_.clear();
  waiting_.clear();
  for (std::size_t lane = lanes_.size(); lane > 0; --lane) idle_.push_back(lane - 1);
  const Time start = steady_clock::now();
  end_ = start + options.time;
  next_arrival_ = start;
  while (true) {
    const Time now = steady_clock::now();
    arrive(now);
    start_idle();
    if (idle_.size() == lanes_.size() && waiting_.empty() && !may_begin(now)) break;
    if (now > end_ + kGrace) break;
    const Time alarm = now < end_ ? end_ : end_ + kGrace;
    poll(options_.units_per_second > 0 && may_begin(now) ? std::min(next_arrival_, alarm) : alarm);
  }
  result_.elapsed = steady_clock::now() - start;
  give_up();
  return std::move(result_);
}

bool Runner::may_begin(Time now) const {
  const std::uint64_t begun = result_.begun + waiting_.size();
  return now < end_ && (options_.units_max == 0 || begun < options_.units_max);
}

void Runner::arrive(Time now) {
  if (options_.units_per_second == 0) return;
  const nanoseconds interval{1'000'000'000 / options_.units_per_second};
  while (next_arrival_ <= now && next_arrival_ < end_ && may_begin(next_arrival_) && waiting_.size() < kWaitingMax) {
    waiting_.push_back(next_arrival_);
    next_arrival_ += interval;
  }
}

void Runner::start_idle() {
  if (options_.units_per_second == 0) {
    while (!idle_.empty() && may_begin(steady_clock::now())) {
      const std::size_t lane = idle_.back();
      idle_.pop_back();
      begin(lane, steady_clock::now());
    }
    return;
  }
  while (!idle_.empty() && !waiting_.empty()) {
    const std::size_t lane = idle_.back();
    idle_.pop_back();
    const Time intended = waiting_.front();
    waiting_.pop_front();
    begin(lane, intended);
  }
}

void Runner::begin(std::size_t index, Time intended) {
  Lane& lane = lanes_[index];
  ++result_.begun;
  lane.busy = true;
  lane.begun = intended;
  lane.step = lane.flow->begin(lane.connection->request());
  send(index);
}

void Runner::send(std::size_t index) {
  Lane& lane = lanes_[index];
  ++result_.requests;
  lane.sent = steady_clock::now();
  if (lane.connection->send() == Connection::Progress::kLost) lost(index);
}

int Runner::wait(std::span<epoll_event> events, Time until) {
  const Time began = steady_clock::now();
  Time looked = began;
  while (true) {
    const timespec longest = to_timespec(options_.awake ? nanoseconds{0} : until - looked);
    const int count = ::epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &longest, nullptr);
    if (count < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "epoll_pwait2");
    if (count == 0 && options_.awake) looked = steady_clock::now();
    if (count == 0 && options_.awake && looked < until) continue;
    if (options_.awake) result_.idle += looked - began;
    return count;
  }
}

void Runner::poll(Time until) {
  std::array<epoll_event, kEventsMax> events;  // NOLINT: filled by the kernel.
  const int count = wait(events, until);
  for (int i = 0; i < count; ++i) {
    const std::size_t index = events[static_cast<std::size_t>(i)].data.u64;
    switch (lanes_[index].connection->receive()) {
      case Connection::Progress::kWaiting: break;
      case Connection::Progress::kAnswered: answered(index); break;
      case Connection::Progress::kLost: lost(index); break;
    }
  }
}

void Runner::answered(std::size_t index) {
  Lane& lane = lanes_[index];
  const Time now = steady_clock::now();
  result_.steps[static_cast<std::size_t>(lane.step)].add(now - lane.sent);
  const Verdict verdict = lane.flow->judge(lane.connection->reply(), lane.connection->request(), lane.step);
  if (!verdict.error.empty()) {
    ++result_.errors;
    ++result_.reasons[std::string(verdict.error) + " (status " + std::to_string(lane.connection->reply().status) + ")"];
  }
  verdict.ended ? finish(index, now) : send(index);
}

void Runner::finish(std::size_t index, Time now) {
  Lane& lane = lanes_[index];
  ++result_.ended;
  result_.units.add(now - lane.begun);
  lane.busy = false;
  if (options_.units_per_second == 0 && may_begin(now)) {
    begin(index, now);
  } else {
    idle_.push_back(index);
  }
}

void Runner::lost(std::size_t index) {
  Lane& lane = lanes_[index];
  lane.connection->reconnect();
  if (!lane.busy) return;
  ++result_.errors;
  ++result_.reasons["the connection was lost"];
  lane.busy = false;
  idle_.push_back(index);
}

void Runner::give_up() {
  const Time now = steady_clock::now();
  for (Lane& lane : lanes_) {
    if (!lane.busy) continue;
    ++result_.unfinished;
    result_.units.add(now - lane.begun);
    lane.busy = false;
    lane.connection->reconnect();
  }
  for (const Time intended : waiting_) result_.units.add(now - intended);
  result_.unfinished += waiting_.size();
  result_.errors += result_.unfinished;
  if (result_.unfinished > 0) result_.reasons["no answer in time"] = result_.unfinished;
}

}  // namespace kassa::load
