#include "services/protocol/ucp/negotiation.hpp"

#include <algorithm>

#include "services/base/limits.hpp"
#include "services/base/text.hpp"

namespace kassa::protocol {
namespace {

std::string_view text_of(const json::object& object, std::string_view key) noexcept {
  const json::value* const value = object.if_contains(key);
  const json::string* const text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view{} : std::string_view(text->data(), text->size());
}

const json::object* object_of(const json::object& object, std::string_view key) noexcept {
  const json::value* const value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

/// A schema of dev.ucp.* that is not served by ucp.dev is somebody else's; the specification excludes the
/// entry.
bool is_genuine(const json::object& entry) noexcept {
  const json::value* const schema = entry.if_contains("schema");
  return schema == nullptr || text_of(entry, "schema").starts_with("https://ucp.dev/");
}

/// Calls `visit(name, entry)` for each declared capability; also reads the list form of the oldest profiles.
/// False when the registry has neither form.
template <class Visit>
bool each_capability(const json::value& registry, Visit visit) {
  if (const json::array* const list = registry.if_array()) {
    for (const json::value& element : *list) {
      if (const json::object* const entry = element.if_object()) visit(text_of(*entry, "name"), *entry);
    }
    return true;
  }
  const json::object* const map = registry.if_object();
  if (map == nullptr) return false;
  for (const auto& [name, entries] : *map) {
    const json::array* const versions = entries.if_array();
    if (versions == nullptr) return false;
    for (const json::value& element : *versions) {
      if (const json::object* const entry = element.if_object())
        visit(std::string_view(name.data(), name.size()), *entry);
    }
  }
  return true;
}

bool has_named(const CapabilitySet& set, std::string_view name) {
  const auto row = std::ranges::find(kCapabilities, name, &CapabilityRow::name);
  return row != kCapabilities.end() && set.has(row->id);
}

/// Extensions go when no parent of theirs is there; a parent may itself be an extension.
void prune(CapabilitySet& set) {
  for (bool changed = true; changed;) {
    changed = false;
    for (const CapabilityRow& row : kCapabilities) {
      if (row.extends.empty() || !set.has(row.id)) continue;
      if (has_named(set, row.extends) || has_named(set, row.also_extends)) continue;
      set.remove(row.id);
      changed = true;
    }
  }
}

bool is_webhook_url(std::string_view url, bool permissive) noexcept {
  const bool scheme = url.starts_with("https://") || (permissive && url.starts_with("http://"));
  return scheme && url.size() <= limits::kTextBytesMax && is_visible_ascii(url);
}

Negotiated everything() {
  Negotiated all;
  all.capabilities = CapabilitySet::all();
  return all;
}

}  // namespace

Result<Negotiated> negotiate(const ports::PlatformProfile& profile, bool permissive, Capability needed) {
  const json::object* const ucp = profile.readable ? object_of(profile.document, "ucp") : nullptr;
  if (ucp == nullptr) {
    if (permissive) return everything();
    return Error{Errc::kProfileMalformed, "the platform profile has no ucp member"};
  }
  if (!permissive && profile.version != kUcpVersion) {
    return Error{Errc::kVersionUnsupported, "this store speaks UCP " + std::string(kUcpVersion)};
  }
  Negotiated common;
  const json::value* const registry = ucp->if_contains("capabilities");
  const auto note = [&](std::string_view name, const json::object& entry) {
    const auto row = std::ranges::find(kCapabilities, name, &CapabilityRow::name);
    if (row == kCapabilities.end()) return;
    if (!permissive && (text_of(entry, "version") != kUcpVersion || !is_genuine(entry))) return;
    common.capabilities.add(row->id);
    if (row->id != Capability::kOrder || !common.webhook_url.empty()) return;
    const json::object* const config = object_of(entry, "config");
    const std::string_view url = config == nullptr ? std::string_view{} : text_of(*config, "webhook_url");
    if (is_webhook_url(url, permissive)) common.webhook_url = url;
  };
  const bool legible = registry == nullptr || each_capability(*registry, note);
  if (!legible && !permissive)
    return Error{Errc::kProfileMalformed, "the capabilities in the platform profile are no registry"};
  prune(common.capabilities);
  if (common.capabilities.has(needed)) return common;
  if (!permissive) {
    const std::string_view name = kCapabilities.at(static_cast<std::size_t>(needed)).name;
    return Error{Errc::kCapabilitiesIncompatible, "the platform profile does not declare " + std::string(name)};
  }
  common.capabilities = CapabilitySet::all();
  return common;
}

}  // namespace kassa::protocol
