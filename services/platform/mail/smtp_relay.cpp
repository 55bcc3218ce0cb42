#include "services/platform/mail/smtp_relay.hpp"

#include <curl/curl.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "services/base/ensure.hpp"

namespace kassa::platform {
namespace {

using Steady = std::chrono::steady_clock;

constexpr long kRefusedFrom = 550;  // Mailbox, policy, content: the same letter will be refused again.
constexpr long kRefusedTo = 559;

struct Reading {
  std::string_view rest;
};

std::size_t read_mail(char* out, std::size_t size, std::size_t count, void* from) {
  auto& reading = *static_cast<Reading*>(from);
  const std::size_t bytes = std::min(size * count, reading.rest.size());
  std::memcpy(out, reading.rest.data(), bytes);
  reading.rest.remove_prefix(bytes);
  return bytes;
}

/// Asked about once a second: a process that ends waits for no relay.
int ends(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

std::size_t drop_answer(char*, std::size_t size, std::size_t count, void*) { return size * count; }

CURLcode trust_more(CURL*, void* context, void* file) {
  const auto* path = static_cast<const std::string*>(file);
  const int loaded = SSL_CTX_load_verify_locations(static_cast<SSL_CTX*>(context), path->c_str(), nullptr);
  return loaded == 1 ? CURLE_OK : CURLE_SSL_CACERT_BADFILE;
}

struct FreeList {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
struct FreeHandle {
  void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};

Result<bool> outcome_of(CURL* handle, CURLcode done) {
  if (done == CURLE_OK) return true;
  long code = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &code);
  // What the server says besides may name somebody.
  std::string why = code >= 400 ? "smtp " + std::to_string(code) : std::string(curl_easy_strerror(done));
  const bool refused = done != CURLE_LOGIN_DENIED && code >= kRefusedFrom && code <= kRefusedTo;
  return Error{refused ? Errc::kInvalidRequest : Errc::kUpstreamUnknown, std::move(why)};
}

}  // namespace

bool is_local_relay(std::string_view url) noexcept {
  url.remove_prefix(std::min(url.find("://") + 3, url.size()));
  for (const std::string_view host : {"127.0.0.1", "localhost", "[::1]"}) {
    if (url == host || (url.starts_with(host) && url[host.size()] == ':')) return true;
  }
  return false;
}

/// libcurl keeps the connection in the handle from letter to letter.
class SmtpRelay::Connection {
 public:
  Connection(const SmtpOptions& options, const std::stop_token& stop)
      : from_("<" + options.from + ">"), handle_(curl_easy_init()) {
    ensure(handle_ != nullptr, "libcurl gives a handle");
    set(CURLOPT_URL, options.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    set(CURLOPT_PROXY, "");
    set(CURLOPT_NOSIGNAL, 1L);
    const bool may_be_plain = options.url.starts_with("smtp://") && is_local_relay(options.url);
    set(CURLOPT_USE_SSL, static_cast<long>(may_be_plain ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!options.ca_file.empty()) {
      set(CURLOPT_SSL_CTX_FUNCTION, &trust_more);
      set(CURLOPT_SSL_CTX_DATA, &options.ca_file);
    }
    set(CURLOPT_MAIL_FROM, from_.c_str());
    if (!options.login.empty()) set(CURLOPT_USERPWD, options.login.c_str());
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &ends);
    set(CURLOPT_XFERINFODATA, &stop);
    set(CURLOPT_READFUNCTION, &read_mail);
    set(CURLOPT_WRITEFUNCTION, &drop_answer);
  }

  Result<bool> send(const ports::Mail& mail, std::chrono::milliseconds time) {
    const std::string to = "<" + mail.to + ">";
    const std::unique_ptr<curl_slist, FreeList> receivers(curl_slist_append(nullptr, to.c_str()));
    Reading reading{mail.message};
    set(CURLOPT_MAIL_RCPT, receivers.get());
    set(CURLOPT_READDATA, &reading);
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(time.count(), 1)));
    const CURLcode done = curl_easy_perform(handle_.get());
    set(CURLOPT_MAIL_RCPT, static_cast<curl_slist*>(nullptr));
    return outcome_of(handle_.get(), done);
  }

 private:
  template <class T>
  void set(CURLoption option, T value) {
    ensure(curl_easy_setopt(handle_.get(), option, value) == CURLE_OK, "libcurl knows its options");
  }

  const std::string from_;
  std::unique_ptr<CURL, FreeHandle> handle_;
};

SmtpRelay::SmtpRelay(SmtpOptions options) : options_(std::move(options)) {
  ensure(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK, "libcurl starts");
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

SmtpRelay::~SmtpRelay() {
  thread_.request_stop();
  thread_.join();
  for (Job& job : jobs_) job.waiter->answer(Error{Errc::kUpstreamNotSent, "the process is ending"});
  curl_global_cleanup();
}

asio::awaitable<Result<bool>> SmtpRelay::send(ports::Mail mail) {
  co_return co_await submit_and_suspend<bool>(*this, std::move(mail));
}

void SmtpRelay::submit(ports::Mail mail, WaiterPtr<bool> waiter) {
  Job job{std::move(mail), std::move(waiter), Steady::now() + options_.time};
  const std::scoped_lock lock(mutex_);
  jobs_.push_back(std::move(job));
  changed_.notify_one();
}

std::optional<SmtpRelay::Job> SmtpRelay::next(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, stop, [this] { return !jobs_.empty(); });
  if (stop.stop_requested()) return std::nullopt;
  Job job = std::move(jobs_.front());
  jobs_.pop_front();
  return job;
}

void SmtpRelay::run(const std::stop_token& stop) {
  Connection connection(options_, stop);
  while (auto job = next(stop)) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(job->until - Steady::now());
    if (left.count() <= 0) {
      job->waiter->answer(Error{Errc::kUpstreamNotSent, "the relay is busy"});
    } else {
      job->waiter->answer(connection.send(job->mail, left));
    }
  }
}

}  // namespace kassa::platform
