// The command line, parsed and checked, as one value that every verb takes.
#pragma once

#include <chrono>
#include <iosfwd>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pgcharter/credential.h"
#include "pgcharter/reconcile.h"

namespace pgcharter::cli {

/// Where a verb reads and writes, and whether a person is there.
struct Terminal {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool in_is_terminal = false;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
};

enum class Format { Text, Json, Sql };

struct Options {
  std::string verb;
  std::vector<std::string> charter;  ///< files, directories, "-", or one saved plan
  std::vector<std::string> command;  ///< sandbox: what stands behind "--"
  ConnectOptions connect;
  CredentialOptions credential;
  Audience audience = Audience::PostgreSql;  ///< token
  bool reveal = false;                       ///< token
  std::string role;                          ///< rotate
  std::string key_vault;                     ///< rotate: the secret's URL
  std::map<std::string, std::string> vars;   ///< --var-file, then --var
  Format format = Format::Text;
  std::vector<std::pair<Format, std::string>> reports;  ///< --report FORMAT=FILE
  bool color = false;
  bool quiet = false;
  bool verbose = false;
  bool detailed_exitcode = false;
  bool auto_approve = false;
  std::string out_inverse;             ///< apply: the file for the script that undoes it
  std::string audit_log;               ///< apply: the file that lines are appended to
  std::string out;                     ///< plan, export, snapshot: the file to save it to
  std::string platform;                ///< validate: a name of platforms()
  std::string against;                 ///< plan, drift: a snapshot instead of a server
  std::vector<std::string> databases;  ///< export, snapshot: patterns
  std::vector<std::string> schemas;
  std::vector<std::string> roles;
  std::chrono::seconds valid_for{0};
  ReconcileOptions reconcile;
};

/// Parses the arguments. Nothing where there is nothing more to do (help and version were printed on `terminal.out`).
/// Throws Error for wrong usage.
std::optional<Options> parse_options(int argc, const char* const* argv, Terminal& terminal);

}  // namespace pgcharter::cli
