// RFC 7523 assertions as Microsoft documents them ("application authentication certificate credentials"): RS256, the certificate named by
// its SHA-1 digest (x5t), valid for ten minutes, each with an identifier of its own. Only RSA keys can be registered for this with Entra.
// OpenSSL's own prompt for a key's password is replaced: a program in a pipeline must not wait for a terminal.

#include "azure/assertion.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include "azure/token_reply.h"

namespace pgcharter::azure {
namespace {

template <typename T, void (*Free)(T*)>
struct Freer {
  void operator()(T* object) const { Free(object); }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509, X509_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX, EVP_MD_CTX_free>>;
using Bytes = std::unique_ptr<BIO, Freer<BIO, BIO_free_all>>;

constexpr std::chrono::minutes kValid{10};

int give_password(char* buffer, int size, int, void* user) {
  const std::string& password = *static_cast<const std::string*>(user);
  if (size < 0 || password.size() > static_cast<std::size_t>(size)) return 0;
  std::memcpy(buffer, password.data(), password.size());
  return static_cast<int>(password.size());
}

Bytes reader(const std::string& pem) { return Bytes(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))); }

Key read_key(const AssertionRequest& request) {
  const Bytes bytes = reader(request.pem);
  std::string password = request.password;
  Key key(PEM_read_bio_PrivateKey(bytes.get(), nullptr, &give_password, &password));
  ERR_clear_error();
  if (!key) {
    throw Error(
        "the file of the client certificate holds no private key that can be read",
        "It is a PEM file with certificate and key; the password of an encrypted key is taken from AZURE_CLIENT_CERTIFICATE_PASSWORD.");
  }
  if (EVP_PKEY_base_id(key.get()) != EVP_PKEY_RSA)
    throw Error("the key of the client certificate is no RSA key", "Entra takes RSA keys only.");
  return key;
}

/// The certificate of the key first, then the others in their order.
std::vector<Certificate> read_certificates(const AssertionRequest& request, EVP_PKEY* key) {
  std::vector<Certificate> all;
  const Bytes bytes = reader(request.pem);
  while (X509* certificate = PEM_read_bio_X509(bytes.get(), nullptr, nullptr, nullptr)) all.emplace_back(certificate);
  const auto own = std::ranges::find_if(all, [&](const Certificate& c) { return X509_check_private_key(c.get(), key) == 1; });
  ERR_clear_error();
  if (own == all.end()) throw Error("the file of the client certificate holds no certificate that belongs to its key");
  std::rotate(all.begin(), own, own + 1);
  return all;
}

std::string sha1_of(X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (X509_digest(certificate, EVP_sha1(), digest.data(), &size) != 1) throw Error("OpenSSL refuses to compute SHA-1");
  return {reinterpret_cast<const char*>(digest.data()), size};
}

std::string base64_der(X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  if (size <= 0) throw Error("the client certificate can't be encoded");
  std::string text(static_cast<std::size_t>(size) * 4 / 3 + 8, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), der, size);
  OPENSSL_free(der);
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::string random_uuid() {
  std::array<unsigned char, 16> b{};
  if (RAND_bytes(b.data(), static_cast<int>(b.size())) != 1) throw Error("OpenSSL has no random numbers");
  b[6] = static_cast<unsigned char>((b[6] & 0x0FU) | 0x40U);
  b[8] = static_cast<unsigned char>((b[8] & 0x3FU) | 0x80U);
  std::string text;
  for (std::size_t i = 0; i < b.size(); ++i) text += fmt::format("{}{:02x}", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", b[i]);
  return text;
}

std::string sign(EVP_PKEY* key, const std::string& text) {
  const Digest context(EVP_MD_CTX_new());
  std::size_t size = 0;
  const auto* data = reinterpret_cast<const unsigned char*>(text.data());
  std::string signature;
  const auto signed_once = [&](unsigned char* out) { return EVP_DigestSign(context.get(), out, &size, data, text.size()) == 1; };
  bool good = context && EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 && signed_once(nullptr);
  if (good) {
    signature.resize(size);
    good = signed_once(reinterpret_cast<unsigned char*>(signature.data()));
  }
  if (!good) throw Error("the key of the client certificate can't sign");
  signature.resize(size);
  return signature;
}

}  // namespace

std::string make_client_assertion(const AssertionRequest& request) {
  const Key key = read_key(request);
  const std::vector<Certificate> certificates = read_certificates(request, key.get());
  const std::string digest = sha1_of(certificates.front().get());
  std::string kid;
  for (unsigned char c : digest) kid += fmt::format("{:02X}", c);
  nlohmann::json header = {{"alg", "RS256"}, {"typ", "JWT"}, {"x5t", base64url(digest)}, {"kid", kid}};
  if (request.send_chain) {
    for (const Certificate& certificate : certificates) header["x5c"].push_back(base64_der(certificate.get()));
  }
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(request.now.time_since_epoch());
  const nlohmann::json claims = {{"aud", request.audience}, {"iss", request.client_id}, {"sub", request.client_id},
                                 {"jti", random_uuid()},    {"nbf", seconds.count()},   {"exp", (seconds + kValid).count()}};
  const std::string text = base64url(header.dump()) + "." + base64url(claims.dump());
  return text + "." + base64url(sign(key.get(), text));
}

}  // namespace pgcharter::azure
