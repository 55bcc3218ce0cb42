#pragma once
// One reply of Redis, copied out of hiredis, and the few kinds of refusal that are told apart. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct redisReply;

namespace kassa::platform {

struct RedisReply {
  enum class Kind : unsigned char { kNil, kInteger, kText, kError, kList };
  Kind kind{Kind::kNil};
  std::int64_t integer{};
  std::string text;  ///< A string, a status or an error.
  std::vector<RedisReply> elements;

  [[nodiscard]] bool is_error(std::string_view word) const noexcept {
    return kind == Kind::kError && text.starts_with(word);
  }
};

[[nodiscard]] RedisReply copy_reply(const redisReply& reply);

/// Redis is well and has said what we need to know: an answer, or where to ask instead. Any other error means that it
/// cannot serve at the moment (loading, out of memory, no primary, not logged in).
[[nodiscard]] bool is_answer(const RedisReply& reply) noexcept;

/// The connection leads to a server that will not serve it again: a primary that became a replica, a lost login.
[[nodiscard]] bool wants_new_connection(const RedisReply& reply) noexcept;

}  // namespace kassa::platform
