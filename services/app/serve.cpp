#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <cstdio>
#include <thread>

#include "services/app/commands.hpp"
#include "services/app/duties.hpp"
#include "services/app/routes.hpp"
#include "services/app/run_to_end.hpp"
#include "services/catalog/search_index.hpp"
#include "services/platform/postgres/postgres_listener.hpp"
#include "services/protocol/admin/answers.hpp"
#include "services/protocol/ucp/errors.hpp"
#include "services/protocol/v1/errors.hpp"
#include "services/protocol/v1/renderer.hpp"

namespace kassa::app {
namespace {

/// A delivery or a resumed completion that takes longer is cut off, and continued by the next process.
constexpr std::chrono::seconds kFinishTime{10};

int refuse_serve(const std::string& why) {
  std::fprintf(stderr, "kassad serve: %s\n", why.c_str());
  return kFailed;
}

std::string shop_wording(std::string_view path, std::string_view code, std::string_view content) {
  if (path.starts_with(protocol::kV1Prefix)) return protocol::v1_error(code, content, {});
  return protocol::transport_error(code, content, {});
}

std::string admin_wording(std::string_view, std::string_view code, std::string_view content) {
  return protocol::admin_failure(0, code, content).body;
}

/// I/O contexts, each with one thread, and the worker's.
class Threads {
 public:
  explicit Threads(unsigned io_threads) {
    for (unsigned i = 0; i <= io_threads; ++i) contexts_.push_back(std::make_unique<asio::io_context>(1));
    for (auto& context : contexts_) guards_.emplace_back(context->get_executor());
  }
  [[nodiscard]] asio::io_context& worker() { return *contexts_.back(); }
  [[nodiscard]] std::vector<asio::io_context*> all() const {
    std::vector<asio::io_context*> out;
    out.reserve(contexts_.size());
    for (const auto& context : contexts_) out.push_back(context.get());
    return out;
  }
  [[nodiscard]] std::vector<asio::io_context*> io() const {
    auto out = all();
    out.pop_back();
    return out;
  }
  void start() {
    for (auto& context : contexts_) running_.emplace_back([&context] { context->run(); });
  }
  /// No more work will come: each thread ends when its context is empty.
  void finish() {
    guards_.clear();
    for (auto& thread : running_) thread.join();
  }

 private:
  std::vector<std::unique_ptr<asio::io_context>> contexts_;
  std::vector<asio::executor_work_guard<asio::io_context::executor_type>> guards_;
  std::vector<std::thread> running_;
};

struct Listening {
  std::vector<std::unique_ptr<platform::Server>> servers;
  json::object ready;
};

platform::ListenerOptions listener(std::string_view name, const platform::Endpoint& endpoint,
                                   const platform::Config& config) {
  platform::ListenerOptions options;
  options.address = endpoint.address;
  options.port = endpoint.port;
  options.tls = endpoint.tls;
  const bool own = !config.tls_certificate.empty();
  options.certificate_file = own ? config.tls_certificate : config.data + "/dev-certificate.pem";
  options.key_file = own ? config.tls_key : config.data + "/dev-key.pem";
  // Probes and scrapers come to the admin listener by themselves, perhaps from where the proxies are.
  if (name == "admin" && config.proxy_header == platform::ProxyHeader::kProxyV2) return options;
  options.proxies = config.trusted_proxies;
  options.proxy_header = config.proxy_header;
  return options;
}

platform::ServerLimits limits_of(const platform::Config& config) {
  platform::ServerLimits limits;
  limits.header_time = config.header_time;
  limits.body_time = config.body_time;
  limits.idle_time = config.idle_time;
  limits.drain_time = config.drain_time;
  limits.connections_max = config.connections_max;
  limits.connections_per_address_max = config.connections_per_address_max;
  return limits;
}

std::string host_text(const std::string& address) {
  return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

std::string url_of(const platform::Endpoint& endpoint, std::uint16_t port) {
  return std::string(endpoint.tls ? "https://" : "http://") + host_text(endpoint.address) + ":" + std::to_string(port);
}

Result<void> listen(std::string_view name, const platform::Endpoint& endpoint, const platform::Config& config,
                    std::vector<asio::io_context*> contexts, RouteDispatcher& dispatcher, Base& base, Listening& out) {
  const platform::ListenerOptions options = listener(name, endpoint, config);
  if (options.tls && config.tls_certificate.empty()) {
    KASSA_TRY(platform::ensure_development_certificate(options.certificate_file, options.key_file));
  }
  auto server = std::make_unique<platform::Server>(std::move(contexts), options, dispatcher, base.log, base.metrics,
                                                   limits_of(config));
  KASSA_TRY(auto port, server->start());
  out.servers.push_back(std::move(server));
  out.ready[name] = url_of(endpoint, port);
  return ok();
}

/// All listeners are bound before anything is built that needs to know their addresses; nobody is answered before the
/// threads start.
Result<void> listen_all(const platform::Config& config, Threads& threads, RouteDispatcher& shop, RouteDispatcher& admin,
                        Base& base, Listening& out) {
  out.ready["event"] = "ready";
  if (config.https) {
    KASSA_TRY(listen("https", *config.https, config, threads.io(), shop, base, out));
  }
  if (config.http) {
    KASSA_TRY(listen("http", *config.http, config, threads.io(), shop, base, out));
  }
  return listen("admin", config.admin, config, {&threads.worker()}, admin, base, out);
}

/// The address that shoppers and platforms use. Without a setting it is the first listener's, so that a trial just
/// works.
std::string public_url_of(const platform::Config& config, const json::object& ready) {
  if (!config.public_url.empty()) return config.public_url;
  for (const char* name : {"https", "http", "admin"}) {
    if (const json::value* url = ready.if_contains(name)) return std::string(url->as_string());
  }
  return {};
}

std::string why_no_place(const platform::Config& config, const Error& error) {
  if (error.code != Errc::kGuardFailed) return error.detail;
  return config.sessions.empty()
             ? "another process serves this database, and sessions = \"memory\" is for one alone: set sessions "
               "(KASSA_SESSIONS) to a Redis, the same for all"
             : "another process serves this database with sessions = \"memory\": set sessions (KASSA_SESSIONS) to a "
               "Redis there, the same for all";
}

/// Changes that other processes made are seen at once; the duty finds them anyway, a little later. Whose open checkouts
/// are in its memory must be alone.
Result<std::unique_ptr<platform::PostgresListener>> join_others(const platform::Config& config, Worker& worker,
                                                                Runtime& runtime, std::function<void()> leave) {
  if (config.database.empty()) return nullptr;
  platform::PostgresListener::Options options;
  options.conninfo = config.database;
  options.schema = kMainSchema;
  options.beside =
      config.sessions.empty() ? platform::PostgresPlace::kNobody : platform::PostgresPlace::kOthersWhoShare;
  options.on_change = [&worker, &runtime](const std::string& message) {
    const bool of_stock = runtime.stock_news.hear(message);
    if (of_stock) worker.wake("stock");
    if (!of_stock || message.empty()) worker.wake("snapshots");
  };
  options.on_displaced = std::move(leave);
  auto listener = std::make_unique<platform::PostgresListener>(std::move(options), runtime.base.log);
  const auto place = listener->wait_for_place();
  if (!place) return Error{place.error().code, why_no_place(config, place.error())};
  return listener;
}

/// Stores are known, and a lone store is loaded, before anybody is told that we listen.
asio::awaitable<Result<void>> warm_up(Runtime& runtime, bool alone) {
  KASSA_CO_TRY(co_await runtime.clock_check.look());
  // The database is locked by this process: whoever held a lease is gone, and its work can go on at once.
  if (alone) {
    KASSA_CO_TRY(co_await runtime.completer.lapse_all());
  }
  KASSA_CO_TRY(co_await runtime.directory.refresh());
  // After an upgrade: products that the search does not know yet.
  KASSA_CO_TRY(const auto indexed, co_await catalog::refresh_search_index(runtime.data.main()));
  if (indexed > 0) runtime.base.log.info("search.indexed", {{"products", indexed}});
  if (const auto store = runtime.directory.by_host("")) {
    KASSA_CO_TRY(co_await runtime.snapshots.load(*store));
  }
  co_return ok();
}

/// The load balancer turns away first, then nobody is answered any more, then nothing runs any more, then the last
/// edits are written.
asio::awaitable<void> shut_down(Runtime& runtime, Worker& worker, Listening& listening, std::chrono::seconds probe) {
  runtime.base.log.info("kassad.draining");
  runtime.draining = true;
  asio::steady_timer turned_away(co_await asio::this_coro::executor, 2 * probe);
  co_await turned_away.async_wait(asio::as_tuple(asio::use_awaitable));
  for (const auto& server : listening.servers) co_await server->drain();
  runtime.delivery.stop();
  co_await worker.finish(kFinishTime);
  co_await flush_journal(runtime);
  co_await tell_stock_news(runtime);
}

/// Begins the end, once: on a signal, or when others have taken this process's place at the database.
class Ending {
 public:
  Ending(Threads& threads, std::function<asio::awaitable<void>()> shut_down)
      : threads_(threads), shut_down_(std::move(shut_down)), signals_(threads.worker(), SIGTERM, SIGINT) {
    signals_.async_wait([this](const boost::system::error_code& failed, int) {
      if (!failed) begin();
    });
  }
  void displaced(ports::Log& log, const std::string& why) {
    log.error("store.displaced", {{"why", why}});
    code_ = kFailed;
    asio::post(threads_.worker(), [this] { begin(); });
  }
  [[nodiscard]] int code() const noexcept { return code_; }

 private:
  void begin() {
    if (std::exchange(begun_, true)) return;
    asio::co_spawn(threads_.worker(), shut_down_(), [this](const std::exception_ptr&) {
      for (asio::io_context* context : threads_.all()) context->stop();
    });
  }

  Threads& threads_;
  const std::function<asio::awaitable<void>()> shut_down_;
  asio::signal_set signals_;
  bool begun_{};  // Of the worker's thread only.
  std::atomic<int> code_{0};
};

}  // namespace

int run_serve(const platform::Config& config) {
  Base base(config);
  auto failpoints = platform::make_failpoints(config.crash_at);
  if (!failpoints) return refuse_serve(failpoints.error().detail);
  // Before the stores, so that they end first: a commit is answered into a context that still exists.
  Threads threads(config.threads == 0 ? std::max(1U, std::thread::hardware_concurrency()) : config.threads);
  DataDirectoryOptions options;
  options.folder = config.data;
  options.database = config.database;
  options.keys_database = config.keys_database;
  options.group_max = config.group_commit_max;
  options.serves = true;
  // A commit whose result is unknown: no further answer may leave this process.
  auto data =
      DataDirectory::open(options, *failpoints.value(), base.log, base.metrics, [] { std::_Exit(kCommitUnknown); });
  if (!data) return refuse_serve(data.error().detail);
  RouteDispatcher shop(shop_wording);
  RouteDispatcher admin(admin_wording);
  Listening listening;
  const auto bound = listen_all(config, threads, shop, admin, base, listening);
  if (!bound) return refuse_serve(bound.error().detail);
  Runtime runtime(base, config, public_url_of(config, listening.ready), *data.value(), *failpoints.value(),
                  threads.all());
  add_shop_routes(shop.router(), runtime, config);
  add_admin_routes(admin.router(), runtime);
  RateGate gate(config, runtime.directory, runtime.snapshots, base.metrics);
  shop.guard(gate);
  admin.guard(gate);
  asio::io_context warming(1);
  const auto warm = run_to_end(warming, warm_up(runtime, config.database.empty()));
  if (!warm) return refuse_serve(warm.error().detail);
  Worker worker(threads.worker(), base.log);
  add_duties(worker, runtime, config);
  Ending ending(threads, [&] { return shut_down(runtime, worker, listening, config.probe_time); });
  const auto others = join_others(config, worker, runtime, [&] {
    const Error taken{Errc::kGuardFailed, ""};
    const std::string why = why_no_place(config, taken);
    // The checkouts in our memory are open elsewhere: any further answer could show totals that nobody is charged.
    if (config.sessions.empty()) std::_Exit(refuse_serve(why));
    ending.displaced(base.log, why);
  });
  if (!others) return refuse_serve(others.error().detail);
  if (others.value()) runtime.tell_others = [&](std::string news) { others.value()->tell(std::move(news)); };
  threads.start();
  std::printf("%s\n", json::serialize(listening.ready).c_str());
  std::fflush(stdout);
  threads.finish();
  base.log.info("kassad.stopped");
  return ending.code();
}

}  // namespace kassa::app
