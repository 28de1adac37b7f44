// Writing plans in the formats that were asked for: one on standard output, others into files.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>

#include "pgcharter/report.h"

#include "cli/options.h"

namespace pgcharter::cli {

/// Writes one format to a stream; the style counts for text only.
using FormatWriter = std::function<void(std::ostream&, Format, const TextStyle&)>;

/// The format of --format on standard output, and the files of --report. Throws Error where a file can't be written.
void write_outputs(const Options& options, Terminal& terminal, const FormatWriter& write);

/// A plan or drift report of `planned`.
FormatWriter plan_writer(const Planned& planned, bool as_drift);

/// A line for a person on standard error; nothing with --quiet.
void say(const Options& options, Terminal& terminal, const std::string& text);

/// "a.yaml b.yaml", as a shell would take it.
std::string shell_words(const std::vector<std::string>& words);

}  // namespace pgcharter::cli
