// A state as a file. It names roles and objects but holds no secret; still it is for its owner only, like a saved plan, because it says
// who may do what.

#include <sstream>

#include "pgcharter/report.h"

#include "base/files.h"

namespace pgcharter {

void save_state(const std::string& path, const State& state) {
  std::ostringstream out;
  write_state(out, state);
  write_file_atomically(path, out.str());
}

}  // namespace pgcharter
