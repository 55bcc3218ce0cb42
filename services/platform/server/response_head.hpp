#pragma once
// Writes response heads: status line, the headers that every answer carries, then the handler's own. One
// DateLine per I/O thread keeps the formatted Date of the current second.

#include <chrono>
#include <string>
#include <string_view>

#include "services/http/message.hpp"

namespace kassa::platform {

class DateLine {
 public:
  /// "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
  [[nodiscard]] std::string_view at(std::chrono::steady_clock::time_point now);

 private:
  std::chrono::steady_clock::time_point valid_until_{};
  std::string line_;
};

struct HeadFacts {
  std::string_view date_line;
  std::string_view request_id;
  bool https{};
  bool close{};
  bool tell_keep_alive{};  ///< An HTTP/1.0 client that asked for it.
  bool chunked{};          ///< A body of unknown length; without chunks, for HTTP/1.0, the connection's end ends it.
};

/// Replaces `out` (reusing its memory) by the head, empty line included. Throws InvariantBroken when the
/// handler's own headers would break the framing; those that are the server's to set are dropped.
void write_head(std::string& out, const http::Response& response, const HeadFacts& facts);

/// One piece of a body of unknown length as it goes onto the wire, into `out`; the empty one ends the body.
void write_piece(std::string& out, std::string_view piece, bool chunked);

/// 204 and 304 carry neither a body nor its length.
[[nodiscard]] constexpr bool has_no_body(int status) noexcept { return status == 204 || status == 304; }

}  // namespace kassa::platform
