// Prints the route tables of both listeners, one JSON object a line, as kassad's own wiring fills them. The
// handlers are never called, so the services behind them are storage in which nothing was built.

#include <cstdio>

#include "services/app/routes.hpp"

namespace kassa {
namespace {

std::string_view word_of(http::Role role) {
  switch (role) {
    case http::Role::kPublic: return "public";
    case http::Role::kPlatform: return "platform";
    case http::Role::kBackend: return "backend";
    case http::Role::kSandbox: return "sandbox";
    case http::Role::kAdmin: return "admin";
    case http::Role::kGateway: return "gateway";
  }
  return "";
}

void print(std::string_view listener, const http::Router& router) {
  for (const http::Route& route : router.routes()) {
    json::object line;
    line["listener"] = listener;
    line["method"] = http::to_text(route.method);
    line["path"] = route.path;
    line["role"] = word_of(route.role);
    line["body_bytes_max"] = route.body_bytes_max;
    std::printf("%s\n", json::serialize(line).c_str());
  }
}

int run() {
  alignas(app::Runtime) std::array<std::byte, sizeof(app::Runtime)> storage{};
  auto& runtime = *reinterpret_cast<app::Runtime*>(storage.data());
  // With every route that a deployment can have.
  runtime.order_services.sandbox = true;
  platform::Config config;
  config.sandbox = true;
  http::Router shop;
  app::add_shop_routes(shop, runtime, config);
  print("shop", shop);
  http::Router admin;
  app::add_admin_routes(admin, runtime);
  print("admin", admin);
  return 0;
}

}  // namespace
}  // namespace kassa

int main() { return kassa::run(); }
