#pragma once
// The route table: {method, path, role, limits, handler}. Default deny: a path that is not a row is 404, a method that
// is not a row is 405, and every row names the role that it needs. It must equal web/api/openapi.yaml (a test
// compares).

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "services/http/message.hpp"

namespace kassa::http {

enum class Role : unsigned char {
  kPublic,    ///< Nobody needs to say who they are (discovery, health).
  kPlatform,  ///< A UCP platform (UCP-Agent), a storefront (pk_) or a backend (sk_).
  kBackend,   ///< A merchant's secret key (sk_).
  kSandbox,   ///< Test routes; exist in sandbox mode only, guarded by their own secret.
  kAdmin,     ///< Admin listener, secret key.
  kGateway,   ///< A payment gateway's webhook, verified by its signature.
};

using Handler = std::function<boost::asio::awaitable<Response>(Request&)>;

struct Route {
  Method method;
  std::string path;  ///< "/checkout-sessions/{id}/complete"
  Role role;
  std::size_t body_bytes_max;
  Handler handler;
  bool limited{true};   ///< Counts against rate limits; probes and scrapes do not.
  bool creates{false};  ///< Makes something new that is kept, whoever asks.
};

class Router {
 public:
  void add(Route route);

  struct Match {
    const Route* route{};       ///< Null when nothing matches.
    bool method_not_allowed{};  ///< The path exists with other methods.
    std::string allow;          ///< For the Allow header, when method_not_allowed.
  };
  /// Finds the row and fills request.params.
  [[nodiscard]] Match find(Request& request) const;

  [[nodiscard]] const std::vector<Route>& routes() const noexcept { return routes_; }

 private:
  std::vector<Route> routes_;
};

}  // namespace kassa::http
