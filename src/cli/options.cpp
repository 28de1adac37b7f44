// The shared flags of all verbs and the few of each. One description per flag; parsing only fills strings, and what a
// string means is decided in one place below, so that every mistake is one kind of error with one form.
//
// -h is the host, as in psql; help is --help.

#include "cli/options.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <ostream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "pgcharter/report.h"

#include "cli/duration.h"

namespace pgcharter::cli {
namespace {

struct Verb {
  std::string_view name;
  std::string_view description;
};
constexpr std::array<Verb, 11> kVerbs{{{"validate", "check a charter without a server"},
                                       {"plan", "show what would be done"},
                                       {"apply", "do it: a charter, or a saved plan"},
                                       {"drift", "report how the server differs from the charter; exit 2 where it does"},
                                       {"show", "print a saved plan"},
                                       {"export", "write a charter of what is on the server; its plan is empty"},
                                       {"snapshot", "write the actual state, for plan --against"},
                                       {"sandbox", "start a throw-away local PostgreSQL, with a charter applied to it"},
                                       {"whoami", "login test: server, platform, identity, rights"},
                                       {"rotate", "give a role a new password, on the server and in a key vault"},
                                       {"token", "acquire an Entra token and describe it"}}};
constexpr std::array<std::string_view, 5> kLaterVerbs{"diff", "explain", "graph", "init", "fmt"};
constexpr std::array<std::string_view, 8> kLaterFormats{"markdown", "html",   "junit",        "sarif",
                                                        "github",   "gitlab", "azure-devops", "prometheus"};

/// What the command line said, not yet understood.
struct Raw {
  std::vector<std::string> vars;
  std::vector<std::string> var_files;
  std::string format = "text";
  std::vector<std::string> reports;
  std::string color = "auto";
  std::string wait = "60s";
  std::string valid_for;
  std::vector<std::string> allow;
  std::string audience = "postgres";
};

std::string in_quotes(std::string_view text) { return fmt::format("\"{}\"", printable(text)); }

Format parse_format(const std::string& text) {
  if (text == "text") return Format::Text;
  if (text == "json") return Format::Json;
  if (text == "sql") return Format::Sql;
  const bool later = std::ranges::find(kLaterFormats, text) != kLaterFormats.end();
  throw Error(fmt::format("{} format {}", later ? "not supported yet:" : "unknown", in_quotes(text)),
              "The formats are text, json and sql.");
}

std::pair<std::string, std::string> split_pair(const std::string& option, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) throw Error(fmt::format("{} {} is not of the form name=value", option, in_quotes(text)));
  return {text.substr(0, equals), text.substr(equals + 1)};
}

/// A file of name=value lines; empty lines and lines that begin with # are left out.
void read_var_file(const std::string& path, std::map<std::string, std::string>& vars) {
  std::ifstream file(path);
  if (!file) throw Error("can't read the variables file " + in_quotes(path));
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty() || line.front() == '#') continue;
    const auto [key, value] = split_pair("variables file " + in_quotes(path) + ":", line);
    vars[key] = value;
  }
}

bool use_color(const std::string& mode, bool is_terminal) {
  if (mode == "always") return true;
  if (mode == "never") return false;
  if (mode != "auto") throw Error("unknown value of --color: " + in_quotes(mode), "The values are auto, always and never.");
  const char* no_color = std::getenv("NO_COLOR");
  return is_terminal && (no_color == nullptr || *no_color == '\0');
}

std::set<Hazard> parse_hazards(const std::vector<std::string>& words) {
  std::set<Hazard> hazards;
  for (const std::string& word : words) {
    const auto hazard = hazard_by_name(word);
    if (!hazard) throw Error("unknown hazard in --allow: " + in_quotes(word), "A plan names the hazards that it has.");
    hazards.insert(*hazard);
  }
  return hazards;
}

void understand_credential(const Raw& raw, Options& options, const Terminal& terminal) {
  if (raw.audience != "postgres" && raw.audience != "key-vault") {
    throw Error("unknown value of --audience: " + in_quotes(raw.audience), "The values are postgres and key-vault.");
  }
  if (raw.audience == "key-vault") options.audience = Audience::KeyVault;
  options.credential.interrupted = [] { return g_interrupted != 0; };
  if (options.verbose) {
    options.credential.explain = [&err = terminal.err](const std::string& line) { err << "credential: " << printable(line) << '\n'; };
  }
  check_credential(options.credential);
  if (options.verb == "rotate") check_secret_url(options.key_vault, false);
  if (options.verb == "token" && !options.credential.credential.starts_with("entra")) {
    throw Error("token wants --credential entra or entra:SOURCE", "A password and a key vault's secret are no tokens.");
  }
}

/// Decides what the strings mean.
void understand(const Raw& raw, Options& options, const Terminal& terminal) {
  for (const std::string& file : raw.var_files) read_var_file(file, options.vars);
  for (const std::string& var : raw.vars) {
    const auto [key, value] = split_pair("--var", var);
    options.vars[key] = value;
  }
  options.format = parse_format(raw.format);
  for (const std::string& report : raw.reports) {
    const auto [format, file] = split_pair("--report", report);
    options.reports.emplace_back(parse_format(format), file);
  }
  options.color = use_color(raw.color, terminal.out_is_terminal);
  options.reconcile.apply.wait = parse_duration("--wait", raw.wait);
  if (!raw.valid_for.empty()) {
    options.valid_for = std::chrono::duration_cast<std::chrono::seconds>(parse_duration("--valid-for", raw.valid_for));
    if (options.out.empty()) throw Error("--valid-for needs --out", "Only a saved plan can expire.");
    if (options.valid_for.count() == 0) throw Error("--valid-for must be at least one second");
  }
  options.reconcile.allow = parse_hazards(raw.allow);
  understand_credential(raw, options, terminal);
  options.reconcile.inverse = !options.out_inverse.empty();
}

/// An option with one value each time it is written. CLI11 would let a list take every word up to the next option, also the charter.
CLI::Option* repeatable(CLI::App& verb, const char* name, std::vector<std::string>& list, const char* help) {
  return verb.add_option(name, list, help)->expected(1)->take_all()->allow_extra_args(false);
}

void add_output(CLI::App& verb, Raw& raw, Options& options) {
  verb.add_option("--format", raw.format, "of standard output: text, json, sql")->type_name("FORMAT");
  repeatable(verb, "--report", raw.reports, "write a file too: FORMAT=FILE (repeatable)")->type_name("FORMAT=FILE");
  verb.add_option("--color", raw.color, "auto, always, never")->type_name("WHEN");
  verb.add_flag("-q,--quiet", options.quiet, "errors only, besides the data");
  verb.add_flag("-v,--verbose", options.verbose, "name every object and every statement");
}

void add_charter(CLI::App& verb, Raw& raw, Options& options, bool required) {
  auto* charter = verb.add_option("CHARTER", options.charter, "manifest files, directories, or - for standard input");
  if (required) charter->required();
  repeatable(verb, "--var", raw.vars, "set a variable of the charter: NAME=VALUE (repeatable)")->type_name("NAME=VALUE");
  repeatable(verb, "--var-file", raw.var_files, "a file of NAME=VALUE lines (repeatable)")->type_name("FILE");
}

void add_credential(CLI::App& verb, Options& options) {
  verb.add_option("--credential", options.credential.credential, "password, entra, entra:SOURCE, key-vault:URL")->type_name("CREDENTIAL");
  verb.add_option("--identity", options.credential.identity,
                  "a user-assigned managed identity: client_id=, object_id=, resource_id=; or system")
      ->type_name("KIND=ID");
  verb.add_option("--cloud", options.credential.cloud, "public, usgov, china")->type_name("CLOUD");
}

void add_connection(CLI::App& verb, Options& options) {
  add_credential(verb, options);
  verb.add_option("-d,--dbname", options.connect.dbname, "database name, connection string or URI")->type_name("DBNAME");
  verb.add_option("-h,--host", options.connect.host, "server host or socket directory")->type_name("HOST");
  verb.add_option("-p,--port", options.connect.port, "server port")->type_name("PORT");
  verb.add_option("-U,--username", options.connect.user, "user name")->type_name("USER");
  verb.add_option("--jobs", options.reconcile.jobs, "databases at a time (1)")->type_name("N")->check(CLI::Range(1, 64));
}

void add_token(CLI::App& verb, Raw& raw, Options& options) {
  add_output(verb, raw, options);
  add_credential(verb, options);
  verb.add_option("--audience", raw.audience, "postgres, key-vault")->type_name("AUDIENCE");
  verb.add_flag("--reveal", options.reveal, "print the token itself");
}

void add_server_settings(CLI::App& verb, Raw& raw, Options& options) {
  verb.add_option("--lock-timeout", options.reconcile.apply.lock_timeout, "PostgreSQL's lock_timeout (5s)")->type_name("TIME");
  verb.add_option("--statement-timeout", options.reconcile.apply.statement_timeout, "PostgreSQL's statement_timeout")->type_name("TIME");
  verb.add_option("--wait", raw.wait, "for another apply to end (60s)")->type_name("TIME");
  verb.add_option("--lock-db", options.reconcile.lock_database, "database in which the lock of all applies is taken (postgres)")
      ->type_name("DBNAME");
  verb.add_flag("--set-passwords", options.reconcile.resolve.set_passwords, "send the passwords of existing roles too");
}

void add_guards(CLI::App& verb, Raw& raw, Options& options) {
  verb.add_flag("--auto-approve", options.auto_approve, "do not ask");
  repeatable(verb, "--allow", raw.allow, "hazards that the plan may have")->type_name("HAZARD,...")->delimiter(',');
  verb.add_flag("--rehearse", options.reconcile.rehearse, "run it all on the server, verify it, and roll it back");
  verb.add_option("--out-inverse", options.out_inverse, "write the SQL that undoes it")->type_name("FILE");
  verb.add_option("--audit-log", options.audit_log, "append what was done, as JSON lines")->type_name("FILE");
  verb.add_option("--max-revokes", options.reconcile.max_revokes, "refuse a plan with more (1000)")->type_name("N");
  verb.add_option("--max-drops", options.reconcile.max_drops, "refuse a plan with more (10)")->type_name("N");
}

/// export and snapshot: data in one form, so none of the options of reports.
void add_selection(CLI::App& verb, Options& options) {
  add_connection(verb, options);
  const auto patterns = [&](const char* name, std::vector<std::string>& list, const char* help) {
    repeatable(verb, name, list, help)->type_name("PATTERN,...")->delimiter(',');
  };
  patterns("--databases", options.databases, "databases (the connected one)");
  patterns("--schemas", options.schemas, "schemas (all)");
  if (verb.get_name() == "export") patterns("--roles", options.roles, "roles that the charter declares (all)");
  verb.add_option("--out", options.out, "the file to write, instead of standard output")->type_name("FILE");
  verb.add_flag("-q,--quiet", options.quiet, "errors only, besides the data");
}

void add_rotate(CLI::App& verb, Options& options) {
  verb.add_option("ROLE", options.role, "the role that gets a new password")->required();
  verb.add_option("--key-vault", options.key_vault, "the secret that holds it: https://VAULT.vault.azure.net/secrets/NAME")
      ->type_name("URL")
      ->required();
  add_connection(verb, options);
  verb.add_flag("-q,--quiet", options.quiet, "errors only, besides the data");
  verb.add_flag("-v,--verbose", options.verbose, "explain where credentials come from");
}

void add_options(CLI::App& verb, Raw& raw, Options& options) {
  const std::string name = verb.get_name();
  if (name == "export" || name == "snapshot") return add_selection(verb, options);
  if (name == "token") return add_token(verb, raw, options);
  if (name == "rotate") return add_rotate(verb, options);
  add_output(verb, raw, options);
  if (name == "show") {
    verb.add_option("PLAN", options.charter, "a saved plan, or - for standard input")->required()->expected(1);
    return;
  }
  if (name != "whoami") add_charter(verb, raw, options, name != "sandbox");
  if (name != "validate" && name != "sandbox") add_connection(verb, options);
  if (name == "plan" || name == "apply" || name == "drift" || name == "sandbox") add_server_settings(verb, raw, options);
  if (name == "apply") add_guards(verb, raw, options);
  if (name == "validate") {
    verb.add_option("--platform", options.platform, "check the rules of a provider too: azure-flexible-server, azure-elastic-cluster, ...")
        ->type_name("P");
  }
  if (name == "plan" || name == "drift") {
    verb.add_option("--against", options.against, "a snapshot instead of a server")->type_name("STATE");
  }
  if (name == "plan") {
    verb.add_option("--out", options.out, "save the plan, for apply")->type_name("FILE");
    verb.add_flag("--detailed-exitcode", options.detailed_exitcode, "exit 2 where there are changes");
    verb.add_option("--valid-for", raw.valid_for, "how long the saved plan may be applied")->type_name("TIME");
  }
}

/// Fails for a first word that is no verb, before CLI11 would call it an unexpected argument.
void check_verb(const std::string& word) {
  if (word.starts_with('-') || std::ranges::find(kVerbs, word, &Verb::name) != kVerbs.end()) return;
  const bool later = std::ranges::find(kLaterVerbs, word) != kLaterVerbs.end();
  std::string verbs;
  for (const Verb& verb : kVerbs) verbs += fmt::format("{}{}", verbs.empty() ? "" : ", ", verb.name);
  throw Error(fmt::format("{} verb {}", later ? "not supported yet:" : "unknown", in_quotes(word)), "The verbs are " + verbs + ".");
}

void print_version(std::ostream& out, const std::string& format) {
  if (parse_format(format) == Format::Json) {
    out << fmt::format("{{\"name\": \"pgcharter\", \"version\": \"{0}\", \"tool_version\": \"{0}\", \"format_version\": \"{1}\"}}\n",
                       kToolVersion, kFormatVersion);
  } else {
    out << "pgcharter " << kToolVersion << '\n';
  }
}

}  // namespace

std::optional<Options> parse_options(int argc, const char* const* argv, Terminal& terminal) {
  Options options;
  Raw raw;
  std::vector<std::string> arguments(argv + 1, argv + argc);
  if (!arguments.empty()) check_verb(arguments.front());
  if (!arguments.empty() && arguments.front() == "sandbox") {
    if (const auto dashes = std::ranges::find(arguments, "--"); dashes != arguments.end()) {
      options.command.assign(dashes + 1, arguments.end());
      arguments.erase(dashes, arguments.end());
    }
  }
  CLI::App app("pgcharter brings a PostgreSQL server into accord with a charter of roles and privileges.", "pgcharter");
  app.set_help_flag("--help", "print this help");
  bool version = false;
  app.add_flag("--version", version, "print the version");
  app.add_option("--format", raw.format, "of --version: text, json")->type_name("FORMAT");
  app.require_subcommand(0, 1);
  for (const Verb& verb : kVerbs) {
    add_options(*app.add_subcommand(std::string(verb.name), std::string(verb.description)), raw, options);
  }
  std::ranges::reverse(arguments);  // CLI11 wants them so
  try {
    app.parse(arguments);
  } catch (const CLI::Success& success) {
    app.exit(success, terminal.out, terminal.err);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    throw Error("wrong usage: " + std::string(error.what()), "Run pgcharter --help, or pgcharter VERB --help.");
  }
  if (version) {
    print_version(terminal.out, raw.format);
    return std::nullopt;
  }
  if (app.get_subcommands().empty()) throw Error("wrong usage: a verb is missing", "Run pgcharter --help.");
  options.verb = app.get_subcommands().front()->get_name();
  if (options.verb == "token" && options.credential.credential == "password" && app.get_subcommands().front()->count("--credential") == 0) {
    options.credential.credential = "entra";
  }
  understand(raw, options, terminal);
  return options;
}

}  // namespace pgcharter::cli
