#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>

#include "services/platform/server/server.hpp"

namespace kassa::platform {
namespace {

constexpr long kSecondsPerDay = 86'400;
constexpr long kDaysValid = 397;

struct OpensslDelete {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
  void operator()(X509_EXTENSION* extension) const noexcept { X509_EXTENSION_free(extension); }
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

template <class T>
using Owned = std::unique_ptr<T, OpensslDelete>;

bool add_extension(X509* certificate, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION> extension{X509V3_EXT_conf_nid(nullptr, &context, nid, value)};
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool name_and_date(X509* certificate) {
  std::array<unsigned char, 8> serial{};
  if (RAND_bytes(serial.data(), static_cast<int>(serial.size())) != 1) return false;
  std::uint64_t number = 1;
  for (const unsigned char byte : serial) number = (number << 8U) | byte;
  // Positive and never zero, as RFC 5280 wants it.
  number = (number >> 1U) | 1U;
  X509_NAME* name = X509_get_subject_name(certificate);
  const std::string common_name = "localhost";
  return X509_set_version(certificate, X509_VERSION_3) == 1 &&
         ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), number) == 1 &&
         X509_gmtime_adj(X509_getm_notBefore(certificate), 0) != nullptr &&
         X509_gmtime_adj(X509_getm_notAfter(certificate), kDaysValid * kSecondsPerDay) != nullptr &&
         X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1;
}

Owned<X509> make_certificate(EVP_PKEY* key) {
  Owned<X509> certificate{X509_new()};
  const bool made = certificate && name_and_date(certificate.get()) && X509_set_pubkey(certificate.get(), key) == 1 &&
                    add_extension(certificate.get(), NID_basic_constraints, "critical,CA:FALSE") &&
                    add_extension(certificate.get(), NID_key_usage, "critical,digitalSignature") &&
                    add_extension(certificate.get(), NID_ext_key_usage, "serverAuth") &&
                    add_extension(certificate.get(), NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1") &&
                    X509_sign(certificate.get(), key, EVP_sha256()) > 0;
  if (!made) certificate.reset();
  return certificate;
}

/// Writes beside the target and renames, so that nobody ever reads half a file.
template <class Write>
bool write_file(const std::string& path, mode_t mode, Write write) {
  const std::string fresh = path + ".new";
  ::unlink(fresh.c_str());
  const int descriptor = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (descriptor < 0) return false;
  Owned<std::FILE> file{::fdopen(descriptor, "w")};
  if (!file) {
    ::close(descriptor);
    return false;
  }
  const bool written = write(file.get()) == 1 && std::fflush(file.get()) == 0;
  return written && ::rename(fresh.c_str(), path.c_str()) == 0;
}

}  // namespace

Result<void> ensure_development_certificate(const std::string& certificate_file, const std::string& key_file) {
  std::error_code ignored;
  if (std::filesystem::exists(certificate_file, ignored) && std::filesystem::exists(key_file, ignored)) return ok();
  for (const std::string& file : {certificate_file, key_file}) {
    const auto folder = std::filesystem::path(file).parent_path();
    if (!folder.empty()) std::filesystem::create_directories(folder, ignored);
  }
  const Owned<EVP_PKEY> key{EVP_EC_gen("P-256")};
  const Owned<X509> certificate = key ? make_certificate(key.get()) : nullptr;
  if (!certificate) return Error{Errc::kInternal, "the development certificate cannot be made"};
  const auto write_key = [&](std::FILE* file) {
    return PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  };
  const auto write_certificate = [&](std::FILE* file) { return PEM_write_X509(file, certificate.get()); };
  if (!write_file(key_file, 0600, write_key) || !write_file(certificate_file, 0644, write_certificate)) {
    return Error{Errc::kInternal, "the development certificate cannot be written"};
  }
  return ok();
}

}  // namespace kassa::platform
