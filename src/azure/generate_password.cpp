// New passwords: letters and digits only, so that no form of connection string needs to quote them, and of all three classes, because
// providers' rules ask for that (Azure: three of four classes, 8 to 128 characters).

#include <algorithm>
#include <array>

#include <openssl/rand.h>

#include "pgcharter/credential.h"
#include "pgcharter/diagnostics.h"

namespace pgcharter {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::size_t kLength = 32;

std::string random_text() {
  std::string text;
  while (text.size() < kLength) {
    unsigned char byte = 0;
    if (RAND_priv_bytes(&byte, 1) != 1) throw Error("OpenSSL has no random numbers");
    // 248 is four times 62: without the rest every character is equally likely.
    if (byte < 4 * kAlphabet.size()) text += kAlphabet[byte % kAlphabet.size()];
  }
  return text;
}

}  // namespace

std::string generate_password() {
  for (;;) {
    std::string text = random_text();
    const auto has = [&](char first, char last) { return std::ranges::any_of(text, [&](char c) { return c >= first && c <= last; }); };
    if (has('A', 'Z') && has('a', 'z') && has('0', '9')) return text;
  }
}

}  // namespace pgcharter
