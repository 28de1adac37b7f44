// token: where would a token come from, for what, until when? The token itself is printed only with --reveal, and then alone on standard
// output, so that PGPASSWORD=$(pgcharter token --reveal) works.

#include <ctime>
#include <iterator>
#include <ostream>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "pgcharter/credential.h"

#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/verbs.h"

namespace pgcharter::cli {
namespace {

void describe(std::ostream& out, const AccessToken& token) {
  using std::chrono::duration_cast;
  const auto left = duration_cast<std::chrono::minutes>(token.expires - std::chrono::system_clock::now());
  const auto expires = std::chrono::time_point_cast<std::chrono::seconds>(token.expires);
  out << fmt::format("source    {}\naudience  {}\nexpires   {:%Y-%m-%dT%H:%M:%S}Z (in {} min)\n", token.source, token.resource,
                     fmt::gmtime(std::chrono::system_clock::to_time_t(expires)), left.count());
  for (const auto& [name, value] : token_claims(token)) out << fmt::format("{:<10}{}\n", name, printable(value));
}

}  // namespace

int token(const Options& options, Terminal& terminal) {
  const AccessToken token = make_token_source(options.credential)->token(options.audience);
  if (options.reveal && options.format == Format::Text) {
    if (!options.quiet) describe(terminal.err, token);
    terminal.out << token.value << '\n' << std::flush;
    return kDone;
  }
  write_outputs(options, terminal, [&](std::ostream& out, Format format, const TextStyle&) {
    if (format == Format::Sql) throw Error("a token has no SQL to show");
    if (format == Format::Json) {
      out << token_json(token, options.reveal) << '\n';
    } else {
      describe(out, token);
    }
  });
  return kDone;
}

}  // namespace pgcharter::cli
