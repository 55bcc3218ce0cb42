#include "services/protocol/v1/events.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "services/base/json_writer.hpp"

namespace kassa::protocol {
namespace {

namespace asio = boost::asio;

// Also says to whoever waits for the first bytes that the stream is open.
constexpr std::string_view kGreeting = "retry: 2000\n\n";
constexpr std::string_view kHeartbeat = ": nothing new\n\n";

std::string event_text(const Watched& watched) {
  JsonWriter data;
  data.begin_object();
  data.member("version", watched.version);
  data.member("etag", watched.etag);
  data.optional_member("status", watched.status);
  data.end_object();
  return std::string("id: ").append(watched.version).append("\nevent: changed\ndata: ").append(data.text()) + "\n\n";
}

}  // namespace

Result<std::shared_ptr<const void>> EventSlots::take(std::string session) {
  const std::lock_guard lock(shared_->mutex);
  if (shared_->streams >= streams_max_) return Error{Errc::kOverloaded, "too many event streams are open"};
  std::size_t& of_session = shared_->by_session[session];
  if (of_session >= per_session_max_) return Error{Errc::kRateLimited, "too many event streams of this one are open"};
  ++of_session;
  ++shared_->streams;
  const auto give_back = [shared = shared_, session = std::move(session)](const void*) {
    const std::lock_guard held(shared->mutex);
    --shared->streams;
    const auto row = shared->by_session.find(session);
    if (--row->second == 0) shared->by_session.erase(row);
  };
  return std::shared_ptr<const void>(shared_.get(), give_back);
}

asio::awaitable<void> SessionEvents::begin() {
  timer_.emplace(co_await asio::this_coro::executor);
  told_at_ = SteadyClock::now();
  ends_at_ = told_at_ + times_.life;
}

std::string SessionEvents::news_of(const Result<Watched>& looked) {
  if (!looked) {
    over_ = over_ || looked.error().code == Errc::kNotFound || looked.error().code == Errc::kCheckoutExpired;
    return {};
  }
  const Watched& watched = looked.value();
  const bool other_status = !status_seen_.empty() && status_seen_ != watched.status;
  const bool news = watched.version != seen_ || other_status;
  over_ = over_ || watched.final;
  seen_ = watched.version;
  status_seen_ = watched.status;
  return news ? event_text(watched) : std::string{};
}

asio::awaitable<std::string> SessionEvents::next() {
  std::string piece;
  if (!timer_) {
    co_await begin();
    const auto looked = co_await look_();
    piece = std::string(kGreeting) + news_of(looked);
    co_return piece;
  }
  while (!over_ && SteadyClock::now() < ends_at_) {
    timer_->expires_after(times_.look);
    co_await timer_->async_wait(asio::as_tuple(asio::use_awaitable));
    if (over_) break;
    const auto looked = co_await look_();
    piece = news_of(looked);
    if (piece.empty() && !over_ && SteadyClock::now() - told_at_ >= times_.heartbeat) piece = kHeartbeat;
    if (piece.empty()) continue;
    told_at_ = SteadyClock::now();
    co_return piece;
  }
  co_return piece;
}

void SessionEvents::stop() {
  over_ = true;
  if (timer_) timer_->cancel();
}

}  // namespace kassa::protocol
