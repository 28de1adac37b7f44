// Data goes to standard output and to the files of --report, everything else to standard error (DESIGN 5), so that
// output can be piped. Files never hold colours.

#include "cli/output.h"

#include <algorithm>
#include <fstream>
#include <ostream>

#include <fmt/format.h>

namespace pgcharter::cli {

void write_outputs(const Options& options, Terminal& terminal, const FormatWriter& write) {
  for (const auto& [format, path] : options.reports) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    if (file) write(file, format, TextStyle{.color = false, .full = options.verbose});
    file.close();
    if (!file) throw Error(fmt::format("can't write the report \"{}\"", printable(path)));
  }
  write(terminal.out, options.format, TextStyle{.color = options.color, .full = options.verbose});
  terminal.out.flush();
  if (!terminal.out) throw Error("can't write to standard output");
}

FormatWriter plan_writer(const Planned& planned, bool as_drift) {
  return [&planned, as_drift](std::ostream& out, Format format, TextStyle style) {
    style.as_drift = as_drift;
    switch (format) {
      case Format::Text:
        write_text(out, planned, style);
        break;
      case Format::Json:
        write_json(out, planned);
        break;
      case Format::Sql:
        out << to_psql(all_statements(planned), planned.actual, planned.charter->name);
        break;
    }
  };
}

void say(const Options& options, Terminal& terminal, const std::string& text) {
  if (!options.quiet) terminal.err << text << '\n' << std::flush;
}

std::string shell_words(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    const bool plain = !word.empty() && std::ranges::all_of(word, [](unsigned char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/' || c == '.' || c == '-' || c == '_';
    });
    std::string quoted;
    for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    line += (line.empty() ? "" : " ") + (plain ? word : "'" + quoted + "'");
  }
  return printable(line);
}

}  // namespace pgcharter::cli
