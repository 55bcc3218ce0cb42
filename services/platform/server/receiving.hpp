#pragma once
// The receiving half of a session without its socket: bytes in, one checked request at a time out, or a
// refusal. Decides what to read next and how much may be held. Owned by its session; connection's thread.

#include <span>

#include "services/http/message.hpp"
#include "services/platform/server/chunked.hpp"
#include "services/platform/server/framing.hpp"
#include "services/platform/server/input_buffer.hpp"

namespace kassa::platform {

class Dispatcher;

class Receiver {
 public:
  explicit Receiver(Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  [[nodiscard]] bool has_bytes() const noexcept { return !input_.empty(); }
  /// More bytes are needed before begin(); false as well once the request is refused.
  [[nodiscard]] bool wants_head();
  [[nodiscard]] std::span<char> room_for_head();
  void received(std::size_t size);

  /// Checks and parses the head that has arrived.
  void begin();
  /// Asks the dispatcher how long a body it takes, and takes what has arrived of it.
  void admit_body();
  [[nodiscard]] bool wants_body() const noexcept { return refusal_ == nullptr && !body_complete_; }
  [[nodiscard]] bool expects_continue() const noexcept { return framing_.expects_continue && body_bytes_ == 0; }
  [[nodiscard]] std::span<char> room_for_body();

  void refuse(const Refusal& refusal) noexcept { refusal_ = &refusal; }
  [[nodiscard]] const Refusal* refusal() const noexcept { return refusal_; }
  [[nodiscard]] http::Request& request() noexcept { return request_; }
  /// False after a refusal: where the next request would begin is not known.
  [[nodiscard]] bool keep_alive() const noexcept { return refusal_ == nullptr && framing_.keep_alive; }
  [[nodiscard]] bool http_1_0() const noexcept { return framing_.http_1_0; }
  /// The request is answered: forget it, keep what was pipelined behind it.
  void finish();

 private:
  void take_body();
  void take_chunks();

  Dispatcher& dispatcher_;
  InputBuffer input_;
  http::Request request_;
  Framing framing_;
  ChunkedDecoder decoder_;
  const Refusal* refusal_{};
  std::size_t head_bytes_{};     ///< 0 while the head is incomplete.
  std::size_t judged_{};         ///< Bytes of an incomplete head that were found fine.
  std::size_t body_bytes_{};     ///< Of the body that stand behind the head by now.
  std::size_t request_bytes_{};  ///< Head and body as sent; the next request begins there.
  bool in_body_{};
  bool body_complete_{true};
};

}  // namespace kassa::platform
