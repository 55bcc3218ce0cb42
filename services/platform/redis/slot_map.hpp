#pragma once
// Which node of a Redis Cluster serves which of its 16384 slots, and which slot a key belongs to. Built from what the
// cluster itself says; pure, used on one thread.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "services/platform/redis/options.hpp"
#include "services/platform/redis/reply.hpp"

namespace kassa::platform {

inline constexpr std::size_t kRedisSlots = 16'384;

/// CRC-16/XMODEM of the key, or of what stands between its first { and the next }, when that is not empty.
[[nodiscard]] std::uint16_t slot_of(std::string_view key) noexcept;

/// Where MOVED and ASK send us. An empty host means the host that said so.
struct Redirection {
  std::uint16_t slot{};
  RedisAddress to;
};
[[nodiscard]] std::optional<Redirection> read_redirection(const RedisReply& reply, const RedisAddress& said_by);

class SlotMap {
 public:
  SlotMap() : owner_(kRedisSlots, kNobody) {}

  /// From the reply to CLUSTER SLOTS; nullopt when that has no slots or another shape.
  [[nodiscard]] static std::optional<SlotMap> read(const RedisReply& reply, const RedisAddress& said_by);

  /// Null: not known.
  [[nodiscard]] const RedisAddress* owner(std::uint16_t slot) const noexcept;
  void set_owner(std::uint16_t slot, const RedisAddress& address);
  [[nodiscard]] const std::vector<RedisAddress>& nodes() const noexcept { return nodes_; }

 private:
  static constexpr std::uint16_t kNobody = 0xffff;
  [[nodiscard]] std::uint16_t number_of(const RedisAddress& address);

  std::vector<RedisAddress> nodes_;
  std::vector<std::uint16_t> owner_;  ///< By slot: an index into nodes_.
};

}  // namespace kassa::platform
