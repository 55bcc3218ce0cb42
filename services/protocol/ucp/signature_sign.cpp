#include "services/protocol/ucp/signature_sign.hpp"

#include "services/base/text.hpp"
#include "services/protocol/ucp/signature_base.hpp"
#include "services/protocol/ucp/signature_fields.hpp"

namespace kassa::protocol {
namespace {

constexpr std::array<std::string_view, 4> kWhenPresent{"ucp-agent", "idempotency-key", "webhook-id",
                                                       "webhook-timestamp"};

void add_parameter(Coverage& coverage, std::string key, BareItem value) {
  FieldParameter parameter;
  parameter.key = std::move(key);
  parameter.value = std::move(value);
  coverage.parameters.push_back(std::move(parameter));
}

Coverage coverage_of(const SignedMessage& message, const std::string& kid, Instant now) {
  Coverage coverage;
  coverage.inner_list = true;
  const auto cover = [&](std::string_view name) { coverage.items.push_back(string_item(std::string(name))); };
  cover("@method");
  cover("@authority");
  cover("@path");
  if (message.query) cover("@query");
  cover("content-digest");
  if (message.has("content-type")) cover("content-type");
  for (const std::string_view name : kWhenPresent) {
    if (message.has(name)) cover(name);
  }
  BareItem created;
  created.kind = BareKind::kInteger;
  created.integer = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  add_parameter(coverage, "created", created);
  add_parameter(coverage, "keyid", string_item(kid).value);
  return coverage;
}

}  // namespace

Result<void> sign_request(ports::HttpRequest& request, const ports::SigningKey& key, const ports::Signer& signer,
                          Instant now) {
  request.headers.emplace_back("Content-Digest", content_digest(request.body));
  SignedMessage message;
  message.method = request.method;
  KASSA_TRY(set_target(message, request.url));
  message.headers = request.headers;
  const Coverage coverage = coverage_of(message, key.jwk.kid, now);
  KASSA_TRY(const auto base, signature_base(message, coverage));
  KASSA_TRY(const auto signature, signer.sign(key, base));
  request.headers.emplace_back("Signature-Input", "sig1=" + serialize(coverage));
  request.headers.emplace_back("Signature", "sig1=:" + to_base64(signature) + ":");
  return ok();
}

}  // namespace kassa::protocol
