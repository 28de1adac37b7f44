// show: a saved plan in any format, without a server. An altered file is refused (exit 3), an expired one is shown.

#include <ostream>

#include "cli/exit_code.h"
#include "cli/input.h"
#include "cli/output.h"
#include "cli/verbs.h"

namespace pgcharter::cli {

int show(const Options& options, Terminal& terminal) {
  const SavedPlan saved = read_saved_plan(options, terminal);
  write_outputs(options, terminal, [&](std::ostream& out, Format format, const TextStyle& style) {
    switch (format) {
      case Format::Text:
        write_text(out, saved, style);
        break;
      case Format::Json:
        out << saved.document;
        break;
      case Format::Sql:
        out << to_psql(saved);
        break;
    }
  });
  say(options, terminal,
      "Planned at " + printable(saved.generated_at) +
          (saved.expires_at.empty() ? "." : ", expires at " + printable(saved.expires_at) + "."));
  return kDone;
}

}  // namespace pgcharter::cli
