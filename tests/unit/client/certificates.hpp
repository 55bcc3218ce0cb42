#pragma once
// Throw-away certificates for the tests of the client: one authority, and leaf certificates that are right or
// wrong in a chosen way. Made in memory; only the authority's certificate goes to a file, because the client
// takes a file.

#include <string>

namespace kassa::platform::testing {

struct Identity {
  std::string certificate_pem;
  std::string key_pem;
};

/// An authority made once per process, in a folder that is removed at its end.
class Authority {
 public:
  Authority();
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  [[nodiscard]] const std::string& file() const { return file_; }
  /// `names` is an OpenSSL subjectAltName, for instance "DNS:localhost,IP:127.0.0.1"; `days` < 0 is already
  /// expired.
  [[nodiscard]] Identity issue(const std::string& names, int days) const;

 private:
  Identity self_;
  std::string file_;
};

}  // namespace kassa::platform::testing
