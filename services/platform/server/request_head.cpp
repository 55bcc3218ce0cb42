#include "services/platform/server/request_head.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <functional>

#include "services/base/limits.hpp"

namespace kassa::platform {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

std::string_view standard(string_view text) noexcept { return {text.data(), text.size()}; }

/// Beast's parser without Beast's containers: it reports what it reads, nothing is copied or allocated per
/// field.
class HeadParser final : public beast_http::basic_parser<true> {
 public:
  explicit HeadParser(http::Request& request) : request_(request) {}

  const Refusal* refusal{};

 private:
  void on_request_impl(beast_http::verb verb, string_view, string_view target, int, error_code&) override {
    refusal = method_of(verb);
    const std::string_view whole = standard(target);
    const auto question = std::min(whole.find('?'), whole.size());
    request_.path = whole.substr(0, question);
    request_.query = whole.substr(std::min(question + 1, whole.size()));
  }

  const Refusal* method_of(beast_http::verb verb) {
    switch (verb) {
      case beast_http::verb::get: request_.method = http::Method::kGet; return nullptr;
      case beast_http::verb::head: request_.method = http::Method::kHead; return nullptr;
      case beast_http::verb::post: request_.method = http::Method::kPost; return nullptr;
      case beast_http::verb::put: request_.method = http::Method::kPut; return nullptr;
      case beast_http::verb::patch: request_.method = http::Method::kPatch; return nullptr;
      case beast_http::verb::delete_: request_.method = http::Method::kDelete; return nullptr;
      case beast_http::verb::options: request_.method = http::Method::kOptions; return nullptr;
      case beast_http::verb::trace:
      case beast_http::verb::connect: return &refusals::kMethodNotAllowed;
      default: return &refusals::kMethodUnknown;
    }
  }

  void on_field_impl(beast_http::field, string_view name, string_view value, error_code&) override {
    request_.headers.emplace_back(standard(name), standard(value));
  }

  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view, error_code&) override { return 0; }
  void on_finish_impl(error_code&) override {}

  http::Request& request_;
};

}  // namespace

const Refusal* parse_head(std::string_view head, http::Request& request) {
  request.headers.clear();
  request.params.clear();
  request.body = {};
  HeadParser parser(request);
  // Bodies are framed and limited by the session; the parser sees the head only.
  parser.body_limit(boost::none);
  parser.header_limit(limits::kHeaderBytesMax + 1);
  error_code error;
  const std::size_t used = parser.put(boost::asio::const_buffer(head.data(), head.size()), error);
  if (error || used != head.size() || !parser.is_header_done()) return &refusals::kMalformed;
  return parser.refusal;
}

void rebase(http::Request& request, std::string_view from, const char* to) noexcept {
  const auto moved = [&](std::string_view view) {
    const std::less<const char*> before;
    // The dispatcher may have put views of its own among the parameters.
    if (before(view.data(), from.data()) || before(from.data() + from.size(), view.data())) return view;
    return std::string_view{to + (view.data() - from.data()), view.size()};
  };
  request.path = moved(request.path);
  request.query = moved(request.query);
  for (auto& [name, value] : request.headers) {
    name = moved(name);
    value = moved(value);
  }
  for (auto& value : request.params) value = moved(value);
}

}  // namespace kassa::platform
