#include "services/protocol/admin/answers.hpp"

#include <algorithm>
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

/// "*", or entity tags with commas between them (RFC 9110, 13.1.1); a weak tag matches nothing.
void read_tags(std::string_view list, Precondition& out) {
  if (trim(list) == "*") out.any = true;
  while (!list.empty()) {
    const std::string_view tag = list.substr(0, list.find(','));
    list.remove_prefix(std::min(tag.size() + 1, list.size()));
    if (const auto revision = revision_of(trim(tag))) out.revisions.push_back(*revision);
  }
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

std::optional<std::int64_t> Precondition::only() const {
  return any || revisions.size() != 1 ? std::nullopt : std::optional(revisions.front());
}

std::optional<std::int64_t> Precondition::matched(std::int64_t current) const {
  const bool named = any || std::ranges::find(revisions, current) != revisions.end();
  return named ? std::optional(current) : std::nullopt;
}

Precondition read_precondition(const http::Request& request) {
  Precondition precondition;
  if (request.has_header("if-match")) {
    precondition.given = true;
    for (const auto& [name, value] : request.headers) {
      if (equals_ignoring_case(name, "if-match")) read_tags(value, precondition);
    }
  } else if (trim(request.header("if-none-match")) == "*") {
    precondition.given = true;
    precondition.absent = true;
  }
  return precondition;
}

Result<json::object> read_object(const http::Request& request) {
  if (trim(request.body).empty()) return Error{Errc::kInvalidRequest, "a JSON object is expected in the body"};
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
