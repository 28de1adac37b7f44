// validate: what can be said about a charter without a server. All findings are printed; the answer is the exit code.
// With --format json the findings are the document on standard output.

#include <ostream>

#include <fmt/format.h>

#include "pgcharter/platform.h"

#include "cli/exit_code.h"
#include "cli/input.h"
#include "cli/output.h"
#include "cli/verbs.h"

namespace pgcharter::cli {

namespace {

/// Null where none is asked for.
const PlatformInfo* chosen_platform(const Options& options) {
  if (options.platform.empty()) return nullptr;
  if (const PlatformInfo* platform = find_platform(options.platform)) return platform;
  std::string names;
  for (const PlatformInfo& platform : platforms()) names += fmt::format("{}{}", names.empty() ? "" : ", ", platform.name);
  throw Error(fmt::format("unknown platform \"{}\"", printable(options.platform)), "The platforms are " + names + ".");
}

}  // namespace

int validate(const Options& options, Terminal& terminal) {
  const PlatformInfo* platform = chosen_platform(options);
  Diagnostics diagnostics;
  std::optional<Input> input;
  try {
    input = read_input(options, terminal, diagnostics);
    if (platform != nullptr) check_platform(*input->charter, *platform, {}, diagnostics);
    print_diagnostics(options, terminal, diagnostics);
    if (diagnostics.has_errors()) input.reset();
  } catch (const AlreadyReported&) {
    input.reset();
  }
  write_outputs(options, terminal, [&](std::ostream& out, Format format, const TextStyle&) {
    if (format == Format::Sql) throw Error("validate has no SQL to show");
    if (format == Format::Json) return write_diagnostics_json(out, diagnostics);
    if (!input) return;
    const Charter& charter = *input->charter;
    out << fmt::format("The charter{} is valid: {} file{}, {} role{}, {} database{}.\n",
                       charter.name.empty() ? "" : " " + printable(charter.name), charter.files.size(),
                       charter.files.size() == 1 ? "" : "s", charter.roles.size(), charter.roles.size() == 1 ? "" : "s",
                       charter.databases.size(), charter.databases.size() == 1 ? "" : "s");
  });
  return input ? kDone : kError;
}

}  // namespace pgcharter::cli
