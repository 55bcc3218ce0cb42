#include "services/protocol/ucp/signature_verify.hpp"

#include "services/base/hash.hpp"
#include "services/base/text.hpp"
#include "services/protocol/ucp/signature_fields.hpp"

namespace kassa::protocol {
namespace {

constexpr std::chrono::minutes kTolerance{5};
constexpr std::size_t kSignaturesMax = 8;  // More than one happens while keys are rotated; many are an attack.

constexpr std::array kFaults{
    SignatureFaultRow{SignatureFault::kNone, "", 200},
    SignatureFaultRow{SignatureFault::kMissing, "signature_missing", 401},
    SignatureFaultRow{SignatureFault::kInvalid, "signature_invalid", 401},
    SignatureFaultRow{SignatureFault::kKeyNotFound, "key_not_found", 401},
    SignatureFaultRow{SignatureFault::kDigestMismatch, "digest_mismatch", 400},
    SignatureFaultRow{SignatureFault::kAlgorithmUnsupported, "algorithm_unsupported", 400},
};

bool covers(const Coverage& coverage, std::string_view name) {
  return std::ranges::any_of(coverage.items, [&](const FieldItem& item) {
    return item.value.kind == BareKind::kString && item.value.text == name && item.parameters.empty();
  });
}

bool covers_enough(const SignedMessage& message, const Coverage& coverage, bool has_body) {
  std::vector<std::string_view> needed;
  if (message.method.empty()) {
    needed = {"@status"};
  } else {
    needed = {"@method", "@authority", "@path"};
    if (message.query) needed.emplace_back("@query");
    for (const std::string_view name : {"ucp-agent", "idempotency-key"}) {
      if (message.has(name)) needed.push_back(name);
    }
  }
  if (has_body) needed.emplace_back("content-digest");
  if (has_body && message.has("content-type")) needed.emplace_back("content-type");
  return std::ranges::all_of(needed, [&](std::string_view name) { return covers(coverage, name); });
}

bool is_current(const Coverage& coverage, Instant now) {
  const auto moment = [&](std::string_view name) -> std::optional<Instant> {
    const BareItem* value = find_parameter(coverage.parameters, name);
    if (value == nullptr) return std::nullopt;
    // 15 digits of seconds would not fit into milliseconds' calendar, but still into 64 bits.
    return Instant{std::chrono::seconds{value->kind == BareKind::kInteger ? value->integer : 0}};
  };
  const auto created = moment("created");
  const auto expires = moment("expires");
  if (created && (*created > now + kTolerance || *created + kTolerance < now)) return false;
  return !expires || now < *expires;
}

SignatureFault check_digest(const SignedMessage& message, std::string_view body) {
  const auto digests = parse_dictionary(message.header("content-digest"));
  if (!digests || digests->empty()) return SignatureFault::kDigestMismatch;
  const FieldMember* digest = find_member(*digests, "sha-256");
  if (digest == nullptr) return SignatureFault::kAlgorithmUnsupported;
  const bool bytes = !digest->inner_list && digest->items.front().value.kind == BareKind::kBytes;
  if (!bytes || !equal_secrets(digest->items.front().value.text, as_text(sha256(body)))) {
    return SignatureFault::kDigestMismatch;
  }
  return SignatureFault::kNone;
}

SignatureFault check_one(const SignedMessage& message, bool has_body, const Coverage& coverage,
                         const FieldMember* signature, std::span<const ports::PublicJwk> keys,
                         const ports::Signer& signer, Instant now) {
  if (signature == nullptr || signature->inner_list || signature->items.front().value.kind != BareKind::kBytes) {
    return SignatureFault::kInvalid;
  }
  if (!coverage.inner_list || !covers_enough(message, coverage, has_body) || !is_current(coverage, now)) {
    return SignatureFault::kInvalid;
  }
  const BareItem* algorithm = find_parameter(coverage.parameters, "alg");
  if (algorithm != nullptr && algorithm->text != "ecdsa-p256-sha256") return SignatureFault::kAlgorithmUnsupported;
  const BareItem* id = find_parameter(coverage.parameters, "keyid");
  if (id == nullptr || id->kind != BareKind::kString) return SignatureFault::kKeyNotFound;
  const auto key = std::ranges::find(keys, id->text, &ports::PublicJwk::kid);
  if (key == keys.end()) return SignatureFault::kKeyNotFound;
  const auto base = signature_base(message, coverage);
  if (!base) return SignatureFault::kInvalid;
  const bool good = signer.verify(*key, base.value(), as_bytes(signature->items.front().value.text));
  return good ? SignatureFault::kNone : SignatureFault::kInvalid;
}

void read_keys(const json::object& profile, std::string_view member, std::vector<ports::PublicJwk>& out) {
  const json::value* list = profile.if_contains(member);
  if (list == nullptr || !list->is_array()) return;
  for (const json::value& entry : list->get_array()) {
    const json::object* key = entry.if_object();
    if (key == nullptr) continue;
    const auto text = [&](std::string_view name) {
      const json::value* found = key->if_contains(name);
      return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string{};
    };
    if (text("kty") != "EC" || text("crv") != "P-256") continue;
    ports::PublicJwk jwk;
    jwk.kid = text("kid");
    jwk.x = text("x");
    jwk.y = text("y");
    if (std::ranges::find(out, jwk.kid, &ports::PublicJwk::kid) == out.end()) out.push_back(std::move(jwk));
  }
}

}  // namespace

const SignatureFaultRow& describe(SignatureFault fault) noexcept { return kFaults[static_cast<std::size_t>(fault)]; }

std::vector<ports::PublicJwk> signing_keys_of(const json::object& profile) {
  std::vector<ports::PublicJwk> keys;
  read_keys(profile, "signing_keys", keys);
  read_keys(profile, "keys", keys);
  return keys;
}

bool publishes_keys(const json::object& profile) noexcept {
  return std::ranges::any_of(std::array{"signing_keys", "keys"}, [&](const char* member) {
    const json::value* const list = profile.if_contains(member);
    return list != nullptr && list->is_array() && !list->get_array().empty();
  });
}

SignedMessage signed_message_of(const http::Request& request) {
  SignedMessage message;
  message.method = http::to_text(request.method);
  message.scheme = request.scheme;
  message.authority = to_lower_ascii(request.header("host"));
  const std::string_view default_port = message.scheme == "http" ? ":80" : ":443";
  if (message.authority.ends_with(default_port)) {
    message.authority.resize(message.authority.size() - default_port.size());
  }
  message.path = request.path;
  if (!request.query.empty()) message.query = std::string(request.query);
  for (const auto& [name, value] : request.headers) message.headers.emplace_back(name, value);
  return message;
}

SignatureFault verify_signature(const SignedMessage& message, std::string_view body,
                                std::span<const ports::PublicJwk> keys, const ports::Signer& signer, Instant now) {
  if (!message.has("signature") || !message.has("signature-input")) return SignatureFault::kMissing;
  const auto inputs = parse_dictionary(message.header("signature-input"));
  const auto signatures = parse_dictionary(message.header("signature"));
  if (!inputs || !signatures || inputs->empty() || inputs->size() > kSignaturesMax) return SignatureFault::kInvalid;
  const bool has_body = !body.empty() || message.has("content-digest");
  if (has_body) {
    const SignatureFault digest = check_digest(message, body);
    if (digest != SignatureFault::kNone) return digest;
  }
  SignatureFault last = SignatureFault::kInvalid;
  for (const FieldMember& input : *inputs) {
    last = check_one(message, has_body, input, find_member(*signatures, input.key), keys, signer, now);
    if (last == SignatureFault::kNone) return last;
  }
  return last;
}

}  // namespace kassa::protocol
