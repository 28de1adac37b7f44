// whoami: does the login work, which server answers, and what may this role do there?

#include <ostream>

#include "pgcharter/catalog.h"

#include "cli/exit_code.h"
#include "cli/input.h"
#include "cli/output.h"
#include "cli/verbs.h"

namespace pgcharter::cli {

int whoami(const Options& options, Terminal& terminal) {
  const auto connection = make_connector(options, {})(std::nullopt);
  const Identity identity = pgcharter::whoami(*connection);
  ServerInfo server = connection->server();
  read_platform(*connection, server);
  write_outputs(options, terminal, [&](std::ostream& out, Format format, const TextStyle&) {
    if (format == Format::Sql) throw Error("whoami has no SQL to show");
    if (format == Format::Json) {
      write_identity_json(out, server, identity);
    } else {
      write_identity_text(out, server, identity);
    }
  });
  return kDone;
}

}  // namespace pgcharter::cli
