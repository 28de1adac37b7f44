// rotate: a new password for a role, on the server and in the vault.

#include "pgcharter/rotate.h"

#include <ostream>

#include <fmt/format.h>

#include "cli/exit_code.h"
#include "cli/input.h"
#include "cli/output.h"
#include "cli/verbs.h"

namespace pgcharter::cli {

int rotate(const Options& options, Terminal& terminal) {
  const auto vault = make_key_vault(options.credential);
  const Connector connector = make_connector(options, "rotate");
  const Rotation rotation = rotate_password({.role = options.role, .url = options.key_vault}, connector, *vault);
  if (rotation.resumed) say(options, terminal, "An earlier rotation was interrupted; it is finished now, with its password.");
  terminal.out << fmt::format("Rotated: role {} has the password of {}.\n", printable(options.role), printable(rotation.version_id))
               << std::flush;
  return kDone;
}

}  // namespace pgcharter::cli
