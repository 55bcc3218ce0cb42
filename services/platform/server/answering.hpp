#pragma once
// Answers that the server gives without a handler, and the metrics of every answer.

#include <chrono>

#include "services/http/message.hpp"
#include "services/platform/server/framing.hpp"
#include "services/platform/server/server_state.hpp"

namespace kassa::platform {

/// The dispatcher words it; a minimal answer when even that fails. Always closes the connection.
[[nodiscard]] http::Response refusal_answer(ServerState& state, const Refusal& refusal);

/// Counts and times one answer by its status class.
void report(ServerState& state, int status, std::chrono::nanoseconds took);

}  // namespace kassa::platform
