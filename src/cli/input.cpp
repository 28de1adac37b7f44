// From paths to a charter. An input with a top-level format_version is a saved plan (DESIGN 5); it carries the charter's
// text and variables, so that apply plans the very charter that was reviewed, whatever the files hold by now.

#include "cli/input.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>

#include <fmt/format.h>

#include "cli/exit_code.h"
#include "cli/login.h"
#include "cli/output.h"

extern char** environ;

namespace pgcharter::cli {
namespace {

constexpr std::string_view kVariablePrefix = "PGCHARTER_VAR_";
constexpr std::size_t kApplicationNameBytes = 63;  // NAMEDATALEN - 1; the server would cut without regard for UTF-8

std::string read_stream(std::istream& in) { return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()}; }

std::string read_path(const std::string& path, Terminal& terminal) {
  if (path == "-") return read_stream(terminal.in);
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) throw Error(fmt::format("\"{}\" is a directory, not a file", printable(path)));
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(fmt::format("can't read \"{}\"", printable(path)));
  return read_stream(file);
}

/// Whether a file may be a saved plan, without reading all of it.
bool begins_like_plan(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return false;
  std::ifstream file(path, std::ios::binary);
  std::array<char, 1024> begin{};
  file.read(begin.data(), begin.size());
  const std::string_view text(begin.data(), static_cast<std::size_t>(file.gcount()));
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{';
}

std::map<std::string, std::string> environment_variables() {
  std::map<std::string, std::string> vars;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (!text.starts_with(kVariablePrefix)) continue;
    const std::size_t equals = text.find('=');
    if (equals <= kVariablePrefix.size() || equals == std::string_view::npos) continue;
    vars.emplace(text.substr(kVariablePrefix.size(), equals - kVariablePrefix.size()), text.substr(equals + 1));
  }
  return vars;
}

/// The text of a saved plan among the inputs; reads standard input, once, where it is named.
std::optional<std::string> plan_text(const Options& options, Terminal& terminal, std::string& standard_input) {
  for (const std::string& path : options.charter) {
    std::string text;
    if (path == "-") {
      text = standard_input = read_stream(terminal.in);
    } else if (begins_like_plan(path)) {
      text = read_path(path, terminal);
    }
    if (!is_plan_file(text)) continue;
    if (options.charter.size() > 1) throw Error("a saved plan stands alone: it holds the charter that it was made from");
    return text;
  }
  return std::nullopt;
}

/// Before anything is planned: on another server the charter may make no sense, and that would be another error.
void check_target_of(const SavedPlan& saved, const Charter& charter, const Connector& connector) {
  const std::string& database = charter.databases.front().name;
  const auto connection = connector(database.empty() ? std::nullopt : std::optional(database));
  check_saved_target(saved, connection->server());
}

}  // namespace

void print_diagnostics(const Options& options, Terminal& terminal, const Diagnostics& diagnostics) {
  std::vector<Diagnostic> sorted = diagnostics.all();
  std::ranges::stable_sort(sorted, {}, &Diagnostic::pos);
  for (const Diagnostic& diagnostic : sorted) {
    if (diagnostic.severity == Severity::Error || !options.quiet) write_diagnostic(terminal.err, diagnostic);
  }
  if (diagnostics.has_errors()) {
    terminal.err << fmt::format("{} error{}\n", diagnostics.error_count(), diagnostics.error_count() == 1 ? "" : "s");
  }
}

Input read_input(const Options& options, Terminal& terminal, Diagnostics& diagnostics, const Connector& connector) {
  Input input;
  CharterSources sources{.paths = options.charter, .vars = options.vars, .environment = environment_variables()};
  if (const auto text = plan_text(options, terminal, sources.standard_input)) {
    if (!options.vars.empty()) throw Error("--var has no effect on a saved plan: its variables are fixed");
    input.saved = read_plan_file(*text);
    sources = input.saved->sources;
  }
  if (connector && options.against.empty()) sources.files_read = [&](const auto& files) { input.ahead = read_ahead(connector, files); };
  std::optional<Charter> charter = load_charter(sources, diagnostics);
  if (!charter || diagnostics.has_errors()) {
    print_diagnostics(options, terminal, diagnostics);
    throw AlreadyReported();
  }
  input.charter = std::make_shared<const Charter>(std::move(*charter));
  return input;
}

SavedPlan read_saved_plan(const Options& options, Terminal& terminal) {
  const std::string text = read_path(options.charter.front(), terminal);
  if (!is_plan_file(text)) {
    throw Error(fmt::format("\"{}\" is no saved plan", printable(options.charter.front())), "Save a plan with pgcharter plan --out FILE.");
  }
  return read_plan_file(text);
}

Connector make_connector(const Options& options, const std::string& charter_name, std::shared_ptr<LoginSource> login) {
  ConnectOptions connect_options = options.connect;
  std::string name = charter_name.empty() ? "pgcharter" : "pgcharter " + charter_name;
  if (name.size() > kApplicationNameBytes) {
    std::size_t end = kApplicationNameBytes;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) --end;
    name.resize(end);
  }
  connect_options.application_name = name;
  if (login == nullptr) login = std::make_shared<LoginSource>(options.credential);
  return [connect_options, login](const std::optional<std::string>& database) {
    auto connection = connect(login->complete(connect_options), database);
    connection->set_vault_reader([login](const std::string& url) { return login->vault_password(url); });
    return connection;
  };
}

const Planned& plan_input(const Input& input, const Options& options, const Connector& connector, Terminal& terminal,
                          Diagnostics& diagnostics) {
  ReconcileOptions reconcile = options.reconcile;
  if (input.saved) {
    reconcile.resolve = input.saved->resolve;
    if (options.against.empty()) check_target_of(*input.saved, *input.charter, connector);
  }
  std::unique_ptr<Planned> planned;
  if (options.against.empty()) {
    planned = make_planned(input.charter, connector, reconcile, diagnostics, input.ahead);
  } else {
    planned = plan_snapshot(input.charter, read_state(read_path(options.against, terminal)), reconcile, diagnostics);
  }
  print_diagnostics(options, terminal, diagnostics);
  if (input.saved && diagnostics.has_errors()) {
    // It had none when the plan was saved, and its text is the same.
    throw Refusal(kStalePlan, "the plan is stale: the server has changed, and its charter can't be planned there any more",
                  "Make a new plan.");
  }
  if (!planned || diagnostics.has_errors()) throw AlreadyReported();
  if (options.verbose) {
    for (const auto& [database, count] : planned->queries) {
      say(options, terminal, fmt::format("Database {} was read with {} queries.", printable(database), count));
    }
  }
  planned->diagnostics = diagnostics;
  if (input.saved) check_saved_plan(*input.saved, *planned);
  static auto* const kept = new std::vector<std::unique_ptr<Planned>>;  // so that nobody destroys it
  return *kept->emplace_back(std::move(planned));
}

}  // namespace pgcharter::cli
