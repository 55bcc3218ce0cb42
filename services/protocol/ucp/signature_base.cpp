#include "services/protocol/ucp/signature_base.hpp"

#include "services/base/hash.hpp"
#include "services/base/text.hpp"
#include "services/http/message.hpp"
#include "services/protocol/ucp/signature_fields.hpp"

namespace kassa::protocol {
namespace {

Error missing(std::string_view component) {
  return Error{Errc::kInvalidRequest, "the message has no component " + std::string(component)};
}

/// What form encoding leaves alone; RFC 9421 section 2.2.8 writes query parameters in it.
bool is_form_plain(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '*' || c == '-' ||
         c == '.' || c == '_';
}

std::string form_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_form_plain(c)) {
      out += c;
    } else {
      constexpr std::string_view kDigits = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(c);
      out.append({'%', kDigits[byte >> 4U], kDigits[byte & 15U]});
    }
  }
  return out;
}

Result<std::string> query_parameter(const SignedMessage& message, std::string_view name) {
  std::optional<std::string> found;
  bool valid = true;
  std::string_view rest = message.query ? std::string_view(*message.query) : std::string_view{};
  while (!rest.empty()) {
    const auto end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    if (form_encode(http::percent_decode(pair.substr(0, equals), true, valid)) != name) continue;
    // A name that occurs twice cannot be signed this way.
    if (found) return missing("@query-param");
    const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
    found = form_encode(http::percent_decode(value, true, valid));
  }
  if (!found || !valid) return missing("@query-param");
  return std::move(*found);
}

std::string request_target(const SignedMessage& message) {
  return message.query ? message.path + "?" + *message.query : message.path;
}

/// Components that start with "@"; only @query-param takes a parameter.
Result<std::string> derived(const SignedMessage& message, const FieldItem& item) {
  const std::string& name = item.value.text;
  if (name == "@status") {
    if (message.status == 0) return missing(name);
    return std::to_string(message.status);
  }
  if (message.method.empty()) return missing(name);
  if (name == "@query-param" && item.parameters.size() == 1) {
    const BareItem* parameter = find_parameter(item.parameters, "name");
    if (parameter == nullptr || parameter->kind != BareKind::kString) return missing(name);
    return query_parameter(message, parameter->text);
  }
  if (!item.parameters.empty()) return missing(name);
  if (name == "@method") return message.method;
  if (name == "@scheme") return message.scheme;
  if (name == "@authority") return message.authority;
  if (name == "@path") return message.path;
  if (name == "@query") return "?" + message.query.value_or("");
  if (name == "@request-target") return request_target(message);
  if (name == "@target-uri") return message.scheme + "://" + message.authority + request_target(message);
  return missing(name);
}

Result<std::string> value_of(const SignedMessage& message, const FieldItem& item) {
  const std::string& name = item.value.text;
  if (name.starts_with('@')) return derived(message, item);
  if (!item.parameters.empty() || to_lower_ascii(name) != name || !message.has(name)) return missing(name);
  return message.header(name);
}

}  // namespace

bool SignedMessage::has(std::string_view name) const noexcept {
  return std::ranges::any_of(headers, [&](const auto& header) { return equals_ignoring_case(header.first, name); });
}

std::string SignedMessage::header(std::string_view name) const {
  std::string out;
  bool first = true;
  for (const auto& [key, value] : headers) {
    if (!equals_ignoring_case(key, name)) continue;
    if (!first) out += ", ";
    out += trim(value);
    first = false;
  }
  return out;
}

Result<void> set_target(SignedMessage& message, std::string_view url) {
  const auto colon = url.find("://");
  if (colon == std::string_view::npos) return Error{Errc::kInvalidRequest, "not an absolute address"};
  message.scheme = to_lower_ascii(url.substr(0, colon));
  url.remove_prefix(colon + 3);
  url = url.substr(0, url.find('#'));
  const auto authority_end = std::min(url.find_first_of("/?"), url.size());
  std::string authority = to_lower_ascii(url.substr(0, authority_end));
  const std::string_view default_port = message.scheme == "http" ? ":80" : ":443";
  if (authority.ends_with(default_port)) authority.resize(authority.size() - default_port.size());
  if (authority.empty() || authority.find('@') != std::string::npos) {
    return Error{Errc::kInvalidRequest, "an address without a plain host"};
  }
  message.authority = std::move(authority);
  url.remove_prefix(authority_end);
  const auto question = url.find('?');
  message.path = url.substr(0, question);
  if (message.path.empty()) message.path = "/";
  message.query.reset();
  if (question != std::string_view::npos) message.query = std::string(url.substr(question + 1));
  return ok();
}

Result<std::string> signature_base(const SignedMessage& message, const Coverage& coverage) {
  std::string base;
  std::vector<std::string> seen;
  for (const FieldItem& item : coverage.items) {
    if (item.value.kind != BareKind::kString) return missing("that is a string");
    std::string identifier = serialize(item);
    if (std::ranges::find(seen, identifier) != seen.end()) return Error{Errc::kInvalidRequest, "a component twice"};
    KASSA_TRY(const auto value, value_of(message, item));
    // A line break would let one value pass for two lines.
    if (value.find_first_of("\r\n") != std::string::npos) return missing(item.value.text);
    base.append(identifier).append(": ").append(value).append("\n");
    seen.push_back(std::move(identifier));
  }
  return base.append("\"@signature-params\": ").append(serialize(coverage));
}

std::string content_digest(std::string_view body) { return "sha-256=:" + to_base64(sha256(body)) + ":"; }

}  // namespace kassa::protocol
