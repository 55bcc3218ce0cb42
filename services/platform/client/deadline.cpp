#include "services/platform/client/deadline.hpp"

namespace kassa::platform {

Deadline::Deadline(const asio::any_io_executor& executor, std::chrono::milliseconds left)
    : at_(std::chrono::steady_clock::now() + left), state_(std::make_shared<State>(executor)) {
  state_->timer.expires_at(at_);
  state_->timer.async_wait([state = state_](const boost::system::error_code& error) {
    if (error) return;
    if (const auto connection = state->connection.lock()) connection->close();
  });
}

Deadline::~Deadline() {
  state_->connection.reset();  // The timer may have fired with its handler still waiting to run.
  state_->timer.cancel();
}

void Deadline::watch(const std::shared_ptr<OutgoingConnection>& connection) {
  state_->connection = connection;
  if (has_passed()) connection->close();
}

bool Deadline::has_passed() const { return std::chrono::steady_clock::now() >= at_; }

}  // namespace kassa::platform
