// Hashing a large state while its plan is made.
#pragma once

#include <future>
#include <string>

#include "pgcharter/state.h"

namespace pgcharter {

/// fingerprint(), computed while the caller goes on: names and lists may be added to `state` meanwhile, nothing else may change.
std::future<std::string> fingerprint_beside(const State& state);

}  // namespace pgcharter
