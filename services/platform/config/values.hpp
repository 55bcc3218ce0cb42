#pragma once
// Readers of single setting values. Pure functions; nullopt or false means "not allowed".

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "services/platform/config/config.hpp"

namespace kassa::platform {

[[nodiscard]] std::optional<std::int64_t> read_whole(std::string_view text, std::int64_t min, std::int64_t max);
[[nodiscard]] std::optional<bool> read_switch(std::string_view text);
/// "127.0.0.1:8443", "[::1]:8443" or "localhost:8443".
[[nodiscard]] std::optional<Endpoint> read_endpoint(std::string_view text, bool tls);
/// "200" (burst: twice as much) or "200/400".
[[nodiscard]] std::optional<Rate> read_rate(std::string_view text);
[[nodiscard]] bool is_loopback(const Endpoint& endpoint);
/// "https://host[:port]" without path, query or user; plain http only for a loopback host.
[[nodiscard]] bool is_public_url(std::string_view text);
[[nodiscard]] std::optional<std::vector<std::uint16_t>> read_ports(std::string_view text);
/// 1 to `bytes_max` bytes of UTF-8 without control characters.
[[nodiscard]] bool is_plain_text(std::string_view text, std::size_t bytes_max);

}  // namespace kassa::platform
