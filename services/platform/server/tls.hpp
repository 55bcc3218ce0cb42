#pragma once
// The server's TLS settings: 1.3 only, ALPN http/1.1, no early data, tickets allowed. OpenSSL works on the
// socket itself (through a BIO that never raises SIGPIPE), so an idle connection holds no ciphertext buffers.
// Shared by all threads.

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "services/base/result.hpp"

namespace kassa::platform {

struct SslDelete {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
  void operator()(BIO_METHOD* method) const noexcept { BIO_meth_free(method); }
};

class TlsContext {
 public:
  static Result<std::unique_ptr<TlsContext>> load(const std::string& certificate_file, const std::string& key_file);

  /// A server-side SSL object on this descriptor, which stays the caller's. Null when memory is short.
  [[nodiscard]] std::unique_ptr<SSL, SslDelete> accept_on(int descriptor) const;

 private:
  TlsContext() = default;

  std::unique_ptr<BIO_METHOD, SslDelete> socket_method_;
  std::unique_ptr<SSL_CTX, SslDelete> context_;
};

}  // namespace kassa::platform
