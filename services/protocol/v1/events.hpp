#pragma once
// Server-sent events about one cart or checkout: whoever holds it open is told that something has changed, and reads it
// again. A stream looks at the session from time to time, which costs a look into the session cache and sees what other
// nodes do; it keeps the version that it told last and nothing else, so a slow reader misses versions, never the last.
// A stream belongs to its connection and runs on that thread; the slots are shared by all.

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "services/base/result.hpp"
#include "services/http/body_source.hpp"

namespace kassa::protocol {

/// What a watched session is like now.
struct Watched {
  std::string version;  ///< Another one after every change of the session and of its price.
  std::string etag;     ///< As the answer to a GET would have it now, quotes included.
  std::string status;   ///< Empty: a cart, which has none.
  bool final{false};    ///< It does not change any more.
};

/// How many streams there may be: of the process and of one session.
class EventSlots {
 public:
  explicit EventSlots(std::size_t streams_max = 1'000, std::size_t per_session_max = 8)
      : shared_(std::make_shared<Shared>()), streams_max_(streams_max), per_session_max_(per_session_max) {}

  /// Held as long as the stream lives. kOverloaded: too many in this process; kRateLimited: of this session.
  [[nodiscard]] Result<std::shared_ptr<const void>> take(std::string session);

 private:
  struct Shared {
    std::mutex mutex;
    std::size_t streams{};
    std::unordered_map<std::string, std::size_t> by_session;
  };
  std::shared_ptr<Shared> shared_;
  std::size_t streams_max_;
  std::size_t per_session_max_;
};

struct EventTimes {
  std::chrono::milliseconds look{500};  ///< Between two looks.
  std::chrono::milliseconds heartbeat{15'000};
  std::chrono::milliseconds life{600'000};  ///< Then the client comes again, and its key is looked at again.
};

class SessionEvents final : public http::BodySource {
 public:
  /// kNotFound and kCheckoutExpired end the stream; other failures are waited out.
  using Look = std::function<boost::asio::awaitable<Result<Watched>>()>;

  /// `seen`: the version that the client knows, or empty.
  SessionEvents(Look look, std::string seen, std::shared_ptr<const void> slot, EventTimes times = {})
      : look_(std::move(look)), seen_(std::move(seen)), slot_(std::move(slot)), times_(times) {}

  boost::asio::awaitable<std::string> next() override;
  void stop() override;

 private:
  using SteadyClock = std::chrono::steady_clock;

  boost::asio::awaitable<void> begin();
  [[nodiscard]] std::string news_of(const Result<Watched>& looked);

  Look look_;
  std::string seen_;
  std::string status_seen_;
  std::shared_ptr<const void> slot_;
  EventTimes times_;
  std::optional<boost::asio::steady_timer> timer_;  ///< From the first piece on.
  SteadyClock::time_point ends_at_;
  SteadyClock::time_point told_at_;
  bool over_{false};
};

}  // namespace kassa::protocol
