#include "tests/unit/client/certificates.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "services/base/ensure.hpp"

namespace kassa::platform::testing {
namespace {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* p) const noexcept {
    Free(p);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;

std::string text_of(BIO* bio) {
  char* text = nullptr;
  const long length = BIO_get_mem_data(bio, &text);
  return {text, static_cast<std::size_t>(length)};
}

Identity to_pem(X509* certificate, EVP_PKEY* key) {
  const Bio certificate_bio{BIO_new(BIO_s_mem())};
  const Bio key_bio{BIO_new(BIO_s_mem())};
  PEM_write_bio_X509(certificate_bio.get(), certificate);
  PEM_write_bio_PrivateKey(key_bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return {text_of(certificate_bio.get()), text_of(key_bio.get())};
}

void extend(X509* certificate, int kind, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
  ensure(extension != nullptr, "extension");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Certificate blank(EVP_PKEY* key, const char* name, int days, long serial) {
  constexpr long kDay = 24L * 3'600;
  Certificate certificate{X509_new()};
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -30 * kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), days * kDay);
  X509_set_pubkey(certificate.get(), key);
  const std::string text{name};
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()), -1, 0);
  return certificate;
}

}  // namespace

Authority::Authority() {
  const Key key{EVP_EC_gen("P-256")};
  const auto certificate = blank(key.get(), "Test authority", 30, 1);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  extend(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  extend(certificate.get(), NID_key_usage, "critical,keyCertSign");
  ensure(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0, "signing");
  self_ = to_pem(certificate.get(), key.get());
  std::string pattern = (std::filesystem::temp_directory_path() / "kassa_ca_XXXXXX").string();
  ensure(::mkdtemp(pattern.data()) != nullptr, "folder");
  file_ = pattern + "/authority.pem";
  std::ofstream(file_) << self_.certificate_pem;
}

Authority::~Authority() { std::filesystem::remove_all(std::filesystem::path(file_).parent_path()); }

Identity Authority::issue(const std::string& names, int days) const {
  const Bio certificate_bio{BIO_new_mem_buf(self_.certificate_pem.data(), -1)};
  const Bio key_bio{BIO_new_mem_buf(self_.key_pem.data(), -1)};
  const Certificate issuer{PEM_read_bio_X509(certificate_bio.get(), nullptr, nullptr, nullptr)};
  const Key issuer_key{PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr)};
  const Key key{EVP_EC_gen("P-256")};
  const auto certificate = blank(key.get(), "Test server", days, 2);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.get()));
  extend(certificate.get(), NID_subject_alt_name, names);
  ensure(X509_sign(certificate.get(), issuer_key.get(), EVP_sha256()) > 0, "signing");
  return to_pem(certificate.get(), key.get());
}

}  // namespace kassa::platform::testing
