// SHA-256 through OpenSSL's EVP interface, which libpq brings along anyway. The only file that knows OpenSSL.
//
// A failure of these calls means that the library has no SHA-256 (a crippled provider configuration), which is the
// outside world's refusal and thus an Error.
#include "base/hash.h"

#include <array>

#include <openssl/evp.h>

#include "pgcharter/diagnostics.h"

namespace pgcharter {

struct Sha256::Context {
  EVP_MD_CTX* evp = EVP_MD_CTX_new();
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(evp); }
};

namespace {

void check(int result) {
  if (result != 1) throw Error("OpenSSL refuses to compute SHA-256");
}

}  // namespace

Sha256::Sha256() : context_(std::make_unique<Context>()) { check(EVP_DigestInit_ex(context_->evp, EVP_sha256(), nullptr)); }

Sha256::~Sha256() = default;

void Sha256::update(std::string_view bytes) { check(EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size())); }

std::string Sha256::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  check(EVP_DigestFinal_ex(context_->evp, digest.data(), &size));
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    text += kDigits[digest[i] >> 4U];
    text += kDigits[digest[i] & 0x0FU];
  }
  return text;
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.hex();
}

}  // namespace pgcharter
