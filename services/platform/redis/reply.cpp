#include "services/platform/redis/reply.hpp"

#include <hiredis/hiredis.h>

#include <algorithm>
#include <array>
#include <span>

namespace kassa::platform {

RedisReply copy_reply(const redisReply& reply) {
  RedisReply out;
  switch (reply.type) {
    case REDIS_REPLY_INTEGER:
      out.kind = RedisReply::Kind::kInteger;
      out.integer = reply.integer;
      break;
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      out.kind = RedisReply::Kind::kText;
      out.text.assign(reply.str, reply.len);
      break;
    case REDIS_REPLY_ERROR:
      out.kind = RedisReply::Kind::kError;
      out.text.assign(reply.str, reply.len);
      break;
    case REDIS_REPLY_ARRAY:
      out.kind = RedisReply::Kind::kList;
      out.elements.reserve(reply.elements);
      for (const redisReply* element : std::span(reply.element, reply.elements)) {
        out.elements.push_back(copy_reply(*element));
      }
      break;
    default: break;
  }
  return out;
}

bool is_answer(const RedisReply& reply) noexcept {
  static constexpr std::array<std::string_view, 3> kDirections{"MOVED ", "ASK ", "NOSCRIPT"};
  return reply.kind != RedisReply::Kind::kError ||
         std::ranges::any_of(kDirections, [&](std::string_view word) { return reply.text.starts_with(word); });
}

bool wants_new_connection(const RedisReply& reply) noexcept {
  return reply.is_error("READONLY") || reply.is_error("NOAUTH") || reply.is_error("MASTERDOWN");
}

}  // namespace kassa::platform
