#pragma once
// A body that comes to be piece by piece, for answers without an end in sight (server-sent events). The handler makes
// it and puts it into its Response; the connection's session asks it for one piece after the other, each only once the
// one before is with the kernel, so that a slow reader gets few and late pieces and nothing piles up. It outlives the
// request, whose views it must not keep. Connection's thread.

#include <boost/asio/awaitable.hpp>
#include <string>

namespace kassa::http {

class BodySource {
 public:
  virtual ~BodySource() = default;
  /// Waits for the next piece. An empty one ends the body; it is not asked again.
  virtual boost::asio::awaitable<std::string> next() = 0;
  /// Nobody reads any more, or the server wants to go: next() gives an empty piece soon. Called between the steps of
  /// next(), perhaps more than once and after the end.
  virtual void stop() = 0;
};

}  // namespace kassa::http
