#include "services/protocol/v1/errors.hpp"

#include "services/base/json_writer.hpp"

namespace kassa::protocol {
namespace {

int http_status_of(const Error& error) noexcept {
  switch (error.code) {
    case Errc::kIdempotencyKeyRequired: return 428;
    case Errc::kIdempotencyConflict: return 422;
    default: return describe(error.code).http_status;
  }
}

}  // namespace

std::string v1_error(std::string_view code, std::string_view message, std::string_view path, std::string_view details) {
  JsonWriter json;
  json.begin_object();
  json.key("error");
  json.begin_object();
  json.member("code", code);
  json.member("message", message);
  json.member("path", path);
  json.key("details");
  json.raw(details.empty() ? std::string_view("{}") : details);
  json.end_object();
  json.end_object();
  return json.text();
}

http::Response render_v1_error(const Error& error, const Posture&) {
  const ErrorRow& row = describe(error.code);
  const std::string_view message = error.detail.empty() ? row.meaning : std::string_view(error.detail);
  http::Response answer(http_status_of(error), v1_error(row.slug, message, error.path));
  add_failure_headers(error, answer);
  return answer;
}

}  // namespace kassa::protocol
