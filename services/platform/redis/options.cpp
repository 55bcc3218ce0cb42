#include "services/platform/redis/options.hpp"

#include "services/base/text.hpp"
#include "services/platform/redis/number.hpp"

namespace kassa::platform {
namespace {

constexpr std::size_t kUrlBytesMax = 2'048;
constexpr std::size_t kSocketPathBytesMax = 107;  // sockaddr_un
constexpr int kDatabaseMax = 1'023;

Error bad(const char* why) { return Error{Errc::kInvalidRequest, why}; }

Result<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const auto byte = from_hex(text.substr(i + 1, 2));
    if (!byte || byte->size() != 1) return bad("a percent sign is not followed by two hex digits");
    out += static_cast<char>(byte->front());
    i += 2;
  }
  return out;
}

Result<void> read_login(std::string_view login, RedisOptions& out) {
  const auto colon = login.find(':');
  KASSA_TRY(auto user, percent_decoded(login.substr(0, colon)));
  out.user = std::move(user);
  if (colon == std::string_view::npos) return ok();
  KASSA_TRY(auto password, percent_decoded(login.substr(colon + 1)));
  out.password = std::move(password);
  return ok();
}

Result<RedisAddress> read_address(std::string_view text) {
  RedisAddress address;
  std::string_view port;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return bad("an IPv6 address lacks its closing bracket");
    address.host = text.substr(1, end - 1);
    port = text.substr(end + 1);
  } else {
    const auto colon = text.find(':');
    address.host = text.substr(0, colon);
    if (colon != std::string_view::npos) port = text.substr(colon);
  }
  if (address.host.empty() || !is_visible_ascii(address.host)) return bad("a host is missing or not plain ASCII");
  if (port.empty()) return address;
  if (port.front() != ':' || !read_number(port.substr(1), address.port) || address.port == 0) {
    return bad("a port must be a number from 1 to 65535");
  }
  return address;
}

Result<void> read_database(std::string_view text, RedisOptions& out) {
  if (text.empty()) return ok();
  if (!read_number(text, out.database) || out.database < 0 || out.database > kDatabaseMax) {
    return bad("a database must be a number from 0 to 1023");
  }
  return ok();
}

Result<void> read_socket(std::string_view rest, RedisOptions& out) {
  const auto query = rest.find('?');
  RedisAddress address;
  address.path = rest.substr(0, query);
  if (!address.path.starts_with('/') || address.path.size() > kSocketPathBytesMax) {
    return bad("the socket's path must be absolute and at most 107 bytes");
  }
  out.nodes.push_back(std::move(address));
  if (query == std::string_view::npos) return ok();
  if (!rest.substr(query).starts_with("?db=")) return bad("only ?db=number may follow the socket's path");
  return read_database(rest.substr(query + 4), out);
}

Result<void> read_hosts(std::string_view rest, RedisOptions& out) {
  const auto slash = rest.find('/');
  if (slash != std::string_view::npos) {
    if (out.cluster && rest.size() > slash + 1) return bad("a cluster has only database 0");
    KASSA_TRY(read_database(rest.substr(slash + 1), out));
    rest = rest.substr(0, slash);
  }
  while (true) {
    const auto comma = rest.find(',');
    KASSA_TRY(auto address, read_address(rest.substr(0, comma)));
    out.nodes.push_back(std::move(address));
    if (comma == std::string_view::npos) break;
    if (!out.cluster) return bad("several hosts are for redis+cluster://");
    rest = rest.substr(comma + 1);
  }
  return ok();
}

}  // namespace

std::string to_text(const RedisAddress& address) {
  if (!address.path.empty()) return address.path;
  const bool v6 = address.host.find(':') != std::string::npos;
  return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

Result<RedisOptions> parse_redis_url(std::string_view text) {
  if (text.size() > kUrlBytesMax) return bad("the URL is too long");
  const auto scheme_end = text.find("://");
  const auto scheme = to_lower_ascii(text.substr(0, scheme_end));
  if (scheme.starts_with("rediss")) return bad("TLS to Redis goes through a tunnel, see docs/redis.md");
  const bool socket = scheme == "redis+unix";
  if (scheme_end == std::string_view::npos || (!socket && scheme != "redis" && scheme != "redis+cluster")) {
    return bad("must begin with redis://, redis+cluster:// or redis+unix://");
  }
  RedisOptions out;
  out.cluster = scheme == "redis+cluster";
  std::string_view rest = text.substr(scheme_end + 3);
  const auto at = rest.substr(0, rest.find('/')).rfind('@');
  if (at != std::string_view::npos) {
    KASSA_TRY(read_login(rest.substr(0, at), out));
    rest = rest.substr(at + 1);
  }
  if (socket) {
    KASSA_TRY(read_socket(rest, out));
  } else {
    KASSA_TRY(read_hosts(rest, out));
  }
  return out;
}

}  // namespace kassa::platform
