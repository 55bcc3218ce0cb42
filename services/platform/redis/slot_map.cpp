#include "services/platform/redis/slot_map.hpp"

#include <algorithm>

#include "services/platform/redis/number.hpp"

namespace kassa::platform {
namespace {

using Kind = RedisReply::Kind;

std::uint16_t crc16(std::string_view bytes) noexcept {
  unsigned crc = 0;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned>(static_cast<unsigned char>(byte)) << 8;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x8000U) != 0 ? (crc << 1) ^ 0x1021U : crc << 1;
  }
  return static_cast<std::uint16_t>(crc & 0xffffU);
}

/// [host, port, ...]; a host that is empty, nil or "?" is the one that answered.
std::optional<RedisAddress> address_from(const RedisReply& node, const RedisAddress& said_by) {
  if (node.kind != Kind::kList || node.elements.size() < 2 || node.elements[1].kind != Kind::kInteger) return {};
  const std::int64_t port = node.elements[1].integer;
  if (port < 1 || port > 0xffff) return {};
  const std::string& host = node.elements[0].text;
  return RedisAddress(host.empty() || host == "?" ? said_by.host : host, static_cast<std::uint16_t>(port));
}

}  // namespace

std::uint16_t slot_of(std::string_view key) noexcept {
  const auto open = key.find('{');
  if (open != std::string_view::npos) {
    const auto close = key.find('}', open + 1);
    if (close != std::string_view::npos && close > open + 1) key = key.substr(open + 1, close - open - 1);
  }
  return static_cast<std::uint16_t>(crc16(key) % kRedisSlots);
}

std::optional<Redirection> read_redirection(const RedisReply& reply, const RedisAddress& said_by) {
  if (!reply.is_error("MOVED ") && !reply.is_error("ASK ")) return {};
  std::string_view rest = reply.text;
  rest.remove_prefix(rest.find(' ') + 1);
  const auto space = rest.find(' ');
  const auto colon = rest.rfind(':');
  if (space == std::string_view::npos || colon == std::string_view::npos || colon < space) return {};
  Redirection out;
  out.to.host = rest.substr(space + 1, colon - space - 1);
  if (out.to.host.empty()) out.to.host = said_by.host;
  if (!read_number(rest.substr(0, space), out.slot) || out.slot >= kRedisSlots) return {};
  if (!read_number(rest.substr(colon + 1), out.to.port)) return {};
  return out;
}

std::optional<SlotMap> SlotMap::read(const RedisReply& reply, const RedisAddress& said_by) {
  if (reply.kind != Kind::kList || reply.elements.empty()) return {};
  SlotMap map;
  for (const RedisReply& range : reply.elements) {
    if (range.kind != Kind::kList || range.elements.size() < 3) return {};
    const std::int64_t first = range.elements[0].integer;
    const std::int64_t last = range.elements[1].integer;
    const auto primary = address_from(range.elements[2], said_by);
    if (!primary || first < 0 || last >= static_cast<std::int64_t>(kRedisSlots)) return {};
    for (std::int64_t slot = first; slot <= last; ++slot) map.set_owner(static_cast<std::uint16_t>(slot), *primary);
    // Replicas are known, too: one of them can tell who took over.
    for (std::size_t i = 3; i < range.elements.size(); ++i) {
      if (const auto replica = address_from(range.elements[i], said_by)) static_cast<void>(map.number_of(*replica));
    }
  }
  return map;
}

const RedisAddress* SlotMap::owner(std::uint16_t slot) const noexcept {
  const std::uint16_t number = owner_[slot];
  return number == kNobody ? nullptr : &nodes_[number];
}

void SlotMap::set_owner(std::uint16_t slot, const RedisAddress& address) { owner_[slot] = number_of(address); }

std::uint16_t SlotMap::number_of(const RedisAddress& address) {
  const auto found = std::ranges::find(nodes_, address);
  if (found != nodes_.end()) return static_cast<std::uint16_t>(found - nodes_.begin());
  nodes_.push_back(address);
  return static_cast<std::uint16_t>(nodes_.size() - 1);
}

}  // namespace kassa::platform
