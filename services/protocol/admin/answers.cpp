#include "services/protocol/admin/answers.hpp"

#include <charconv>

#include "services/base/limits.hpp"
#include "services/base/text.hpp"
#include "services/protocol/body.hpp"

namespace kassa::protocol {
namespace {

json::object failure_body(std::string_view code, std::string_view content) {
  json::object body;
  body["code"] = code;
  body["content"] = content;
  return body;
}

json::array written(const std::vector<Problem>& problems) {
  json::array out;
  for (const Problem& problem : problems) {
    json::object object;
    object["path"] = problem.path;
    object["code"] = problem.code;
    object["message"] = problem.message;
    if (!problem.hint.empty()) object["hint"] = problem.hint;
    out.push_back(std::move(object));
  }
  return out;
}

std::optional<std::int64_t> revision_of(std::string_view tag) {
  if (tag.size() < 3 || tag.front() != '"' || tag.back() != '"') return std::nullopt;
  tag = tag.substr(1, tag.size() - 2);
  std::int64_t revision = 0;
  const auto [end, failed] = std::from_chars(tag.data(), tag.data() + tag.size(), revision);
  if (failed != std::errc{} || end != tag.data() + tag.size()) return std::nullopt;
  return revision;
}

}  // namespace

http::Response admin_answer(int status, const json::object& body) { return {status, json::serialize(body)}; }

http::Response admin_answer(const json::object& body, std::int64_t revision) {
  http::Response response = admin_answer(200, body);
  response.headers.emplace_back("ETag", "\"" + std::to_string(revision) + "\"");
  return response;
}

http::Response admin_failure(const Error& error, const std::vector<Problem>& problems) {
  const ErrorRow& row = describe(error.code);
  int status = row.http_status;
  std::string_view code = row.slug;
  if (error.code == Errc::kVersionConflict) status = 412;
  if (error.code == Errc::kGuardFailed) code = "conflict";
  json::object body = failure_body(code, error.detail.empty() ? row.meaning : std::string_view(error.detail));
  if (!error.path.empty()) body["path"] = error.path;
  if (!problems.empty()) body["problems"] = written(problems);
  http::Response response = admin_answer(status, body);
  if (status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"kassa\"");
  if (status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

http::Response admin_failure(int status, std::string_view code, std::string_view content) {
  return admin_answer(status, failure_body(code, content));
}

Precondition read_precondition(const http::Request& request) {
  Precondition precondition;
  if (request.has_header("if-match")) {
    precondition.given = true;
    precondition.revision = revision_of(trim(request.header("if-match")));
  } else if (trim(request.header("if-none-match")) == "*") {
    precondition.given = true;
    precondition.absent = true;
  }
  return precondition;
}

Result<json::object> read_object(const http::Request& request) {
  if (trim(request.body).empty())
    return Error{Errc::kInvalidRequest, "a JSON object is expected in the body"};
  KASSA_TRY(auto body, read_body(request));
  return std::move(body.document);
}

Result<std::string> path_id(const http::Request& request, std::size_t index) {
  bool valid = true;
  std::string id = http::percent_decode(request.params.at(index), false, valid);
  if (!valid || id.empty() || id.size() > limits::kIdBytesMax || !is_utf8(id)) {
    return Error{Errc::kNotFound, "there is no such id"};
  }
  return id;
}

}  // namespace kassa::protocol
