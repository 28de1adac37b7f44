// Passwords leave this program as verifiers only.
#pragma once

#include <string>

namespace pgcharter {

/// "SCRAM-SHA-256$4096:salt$stored:server", with a fresh random salt. Throws Error.
std::string make_scram_verifier(const std::string& role, const std::string& password);

}  // namespace pgcharter
