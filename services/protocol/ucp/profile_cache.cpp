#include "services/protocol/ucp/profile_cache.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>

#include "services/protocol/ucp/profile_shelf.hpp"

namespace kassa::protocol {
namespace {

namespace asio = boost::asio;

constexpr Millis kLifeMin{60'000};
constexpr Millis kLifeMax{3'600'000};
constexpr std::chrono::milliseconds kFetchTime{2'000};
constexpr std::size_t kProfileBytesMax = 64 * 1024;
constexpr std::size_t kFetchesMax = 64;  // Strangers choose the addresses: bound what they can start.

bool is_date(std::string_view text) noexcept {
  if (text.size() != 10) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 4 || i == 7;
    if (dash ? text[i] != '-' : (text[i] < '0' || text[i] > '9')) return false;
  }
  return true;
}

/// nullptr: not a profile.
std::shared_ptr<ports::PlatformProfile> read_profile(std::string_view body) {
  auto document = parse_json(body);
  if (!document || !document.value().is_object()) return nullptr;
  json::object& object = document.value().get_object();
  const json::value* const ucp = object.if_contains("ucp");
  if (ucp == nullptr || !ucp->is_object()) return nullptr;
  const json::value* const version = ucp->get_object().if_contains("version");
  const json::string* const text = version == nullptr ? nullptr : version->if_string();
  if (text == nullptr || !is_date({text->data(), text->size()})) return nullptr;
  auto profile = std::make_shared<ports::PlatformProfile>();
  profile->readable = true;
  profile->version.assign(text->data(), text->size());
  profile->document = std::move(object);
  return profile;
}

ProfilePtr unreadable(std::string url) {
  auto profile = std::make_shared<ports::PlatformProfile>();
  profile->url = std::move(url);
  return profile;
}

/// Ends a fetch whatever becomes of its coroutine, so that nobody waits for ever.
class Landing {
 public:
  Landing(std::shared_ptr<ProfileShelf> shelf, std::string key) : shelf_(std::move(shelf)), key_(std::move(key)) {
    ++shelf_->fetches;
  }
  Landing(const Landing&) = delete;
  Landing& operator=(const Landing&) = delete;
  ~Landing() {
    --shelf_->fetches;
    shelf_->put(key_, std::move(result));
  }

  FetchedProfile result;

 private:
  std::shared_ptr<ProfileShelf> shelf_;
  std::string key_;
};

/// A timer must not outlive the thread that it belongs to: whoever stops waiting leaves.
class Seat {
 public:
  Seat(ProfileFlight& flight, ProfileFlight::Timer timer) : flight_(flight), timer_(std::move(timer)) {
    waiting_ = flight_.board(timer_);
  }
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;
  ~Seat() { flight_.leave(timer_); }
  [[nodiscard]] bool waiting() const noexcept { return waiting_; }

 private:
  ProfileFlight& flight_;
  ProfileFlight::Timer timer_;
  bool waiting_;
};

asio::awaitable<void> wait_for(std::shared_ptr<ProfileFlight> flight) {
  const auto executor = co_await asio::this_coro::executor;
  auto timer = std::make_shared<asio::steady_timer>(executor, asio::steady_timer::time_point::max());
  const Seat seat(*flight, timer);
  boost::system::error_code woken;
  if (seat.waiting()) co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, woken));
}

asio::awaitable<FetchedProfile> get(ports::HttpClient& client, std::string url, bool permissive) {
  ports::HttpRequest request("GET", url);
  request.headers.emplace_back("Accept", "application/json");
  request.total_time = kFetchTime;
  request.reply_bytes_max = kProfileBytesMax;
  request.allow_loopback = permissive;
  request.strange = true;
  const ports::HttpReply reply = co_await client.send(std::move(request));
  FetchedProfile fetched;
  if (reply.outcome != ports::CallOutcome::kSucceeded) co_return fetched;
  auto profile = read_profile(reply.body);
  if (!profile) {
    fetched.failure = Errc::kProfileMalformed;
    co_return fetched;
  }
  profile->url = std::move(url);
  fetched.profile = std::move(profile);
  fetched.failure = Errc::kOk;
  fetched.life = profile_life(reply.header("cache-control"));
  fetched.bytes = reply.body.size();
  co_return fetched;
}

}  // namespace

Millis profile_life(std::string_view cache_control) noexcept {
  const auto at = cache_control.find("max-age=");
  if (at == std::string_view::npos) return kLifeMin;
  const std::string_view digits = cache_control.substr(at + 8, 9);
  std::int64_t seconds = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  return std::clamp(Millis{seconds * 1000}, kLifeMin, kLifeMax);
}

ProfileCache::ProfileCache(ports::HttpClient& client, const Clock& clock)
    : client_(client), shelf_(std::make_shared<ProfileShelf>(clock)) {}
ProfileCache::~ProfileCache() = default;

std::size_t ProfileCache::size() const { return shelf_->size(); }

asio::awaitable<Result<ProfilePtr>> ProfileCache::fetch(std::string url, bool permissive) {
  // What a permissive store may fetch (plain http, loopback) must not become readable for a strict one.
  const std::string key = (permissive ? "p " : "s ") + url;
  ProfileShelf::Look found = shelf_->look(key, false);
  if (!found.fresh) {
    if (found.lead) {
      co_await load(key, url, permissive);
    } else {
      co_await wait_for(std::move(found.flight));
    }
    found = shelf_->look(key, true);
  }
  if (found.profile) co_return found.profile;
  if (permissive) co_return unreadable(std::move(url));
  co_return Error{found.failure == Errc::kOk ? Errc::kProfileUnreachable : found.failure};
}

asio::awaitable<void> ProfileCache::load(std::string key, std::string url, bool permissive) {
  Landing landing(shelf_, std::move(key));
  if (shelf_->fetches > kFetchesMax) {
    landing.result.failure = Errc::kOverloaded;
    co_return;
  }
  landing.result = co_await get(client_, std::move(url), permissive);
}

}  // namespace kassa::protocol
