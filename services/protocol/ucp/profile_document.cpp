#include "services/protocol/ucp/profile_document.hpp"

#include "services/base/json_writer.hpp"
#include "services/protocol/ucp/capabilities.hpp"
#include "services/protocol/ucp/payment_handlers.hpp"

namespace kassa::protocol {
namespace {

std::string published_url(std::string_view path) {
  return std::string("https://ucp.dev/").append(kUcpVersion).append("/").append(path);
}

void write_entity(JsonWriter& json, std::string_view spec, std::string_view schema) {
  json.member("version", kUcpVersion);
  json.member("spec", published_url(spec));
  json.member("schema", published_url(schema));
}

/// The REST entry stands first: clients read index 0.
void write_services(JsonWriter& json, std::string_view base_url) {
  json.key("services");
  json.begin_object();
  json.key("dev.ucp.shopping");
  json.begin_array();
  json.begin_object();
  write_entity(json, "specification/overview", "services/shopping/rest.openapi.json");
  json.member("transport", "rest");
  json.member("endpoint", std::string(base_url).append(kUcpPrefix));
  json.end_object();
  json.end_array();
  json.end_object();
}

/// A list where there are several.
void write_parents(JsonWriter& json, const CapabilityRow& row) {
  if (row.also_extends.empty()) return json.optional_member("extends", row.extends);
  json.key("extends");
  json.begin_array();
  json.text(row.extends);
  json.text(row.also_extends);
  json.end_array();
}

void write_capabilities(JsonWriter& json) {
  json.key("capabilities");
  json.begin_object();
  for (const CapabilityRow& row : kCapabilities) {
    json.key(row.name);
    json.begin_array();
    json.begin_object();
    write_entity(json, row.spec, row.schema);
    write_parents(json, row);
    json.end_object();
    json.end_array();
  }
  json.end_object();
}

void write_keys(JsonWriter& json, std::string_view name, const ports::PublicJwk& jwk) {
  json.key(name);
  json.begin_array();
  if (!jwk.kid.empty()) {
    json.begin_object();
    json.member("kid", jwk.kid);
    json.member("kty", "EC");
    json.member("crv", "P-256");
    json.member("x", jwk.x);
    json.member("y", jwk.y);
    json.member("use", "sig");
    json.member("alg", "ES256");
    json.end_object();
  }
  json.end_array();
}

}  // namespace

std::string profile_document(const checkout::Snapshot& snapshot, std::string_view base_url, Offer offer) {
  JsonWriter json;
  json.begin_object();
  json.key("ucp");
  json.begin_object();
  json.member("version", kUcpVersion);
  write_services(json, base_url);
  write_capabilities(json);
  write_payment_handlers(json, snapshot.gateways, offer);
  json.end_object();
  // The array was renamed in a later version; peers of both find the same keys.
  write_keys(json, "signing_keys", snapshot.signing.jwk);
  write_keys(json, "keys", snapshot.signing.jwk);
  json.end_object();
  return json.text();
}

}  // namespace kassa::protocol
