#pragma once
// Letters on their way out of the deployment. One relay per process, used from any thread.

#include <boost/asio/awaitable.hpp>
#include <string>

#include "services/base/result.hpp"

namespace kassa::ports {

struct Mail {
  std::string to;
  std::string message;  ///< RFC 5322, lines end with CRLF.
};

class MailRelay {
 public:
  virtual ~MailRelay() = default;
  /// Ends within seconds. Ok: the relay has taken it. kInvalidRequest: it never will; any other failure may pass. The
  /// detail names nobody.
  virtual boost::asio::awaitable<Result<bool>> send(Mail mail) = 0;
};

}  // namespace kassa::ports
