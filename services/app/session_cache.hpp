#pragma once
// Which cache holds open sessions, by the setting `sessions`. Built before any thread runs.

#include "services/app/runtime.hpp"

namespace kassa::app {

[[nodiscard]] std::unique_ptr<ports::SessionCache> make_session_cache(const platform::Config& config,
                                                                      const std::vector<asio::io_context*>& contexts,
                                                                      ports::SessionCodec& codec, Base& base);

}  // namespace kassa::app
