#include "services/http/router.hpp"

namespace kassa::http {
namespace {

std::string_view next_segment(std::string_view& path) noexcept {
  path.remove_prefix(1);  // The slash.
  const auto end = std::min(path.find('/'), path.size());
  const std::string_view segment = path.substr(0, end);
  path.remove_prefix(end);
  return segment;
}

bool matches(std::string_view pattern, std::string_view path, std::vector<std::string_view>& params) {
  params.clear();
  while (!pattern.empty() && !path.empty()) {
    const std::string_view want = next_segment(pattern);
    const std::string_view have = next_segment(path);
    const bool is_param = want.size() > 2 && want.front() == '{' && want.back() == '}';
    if (is_param && !have.empty()) {
      params.push_back(have);
    } else if (want != have) {
      return false;
    }
  }
  return pattern.empty() && path.empty();
}

}  // namespace

void Router::add(Route route) { routes_.push_back(std::move(route)); }

Router::Match Router::find(Request& request) const {
  Match match;
  if (request.path.empty() || request.path.front() != '/') return match;
  // Into the request's own list: its memory is kept from request to request.
  for (const Route& route : routes_) {
    if (!matches(route.path, request.path, request.params)) continue;
    const bool head_as_get = request.method == Method::kHead && route.method == Method::kGet;
    if (route.method == request.method || head_as_get) {
      match.route = &route;
      return match;
    }
    match.method_not_allowed = true;
    if (!match.allow.empty()) match.allow += ", ";
    match.allow += to_text(route.method);
  }
  request.params.clear();
  return match;
}

}  // namespace kassa::http
