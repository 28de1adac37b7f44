// SHA-256, for fingerprints and checksums (never for passwords).
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace pgcharter {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(std::string_view bytes);
  /// The digest in lower-case hex; the last call of an object's life.
  std::string hex();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

std::string sha256_hex(std::string_view bytes);

}  // namespace pgcharter
