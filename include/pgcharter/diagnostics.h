// Where something stands in a manifest, what is wrong with it, and the one exception type.
//
// Three kinds of failure, three mechanisms: what the user wrote is collected in Diagnostics (all of it, with
// positions); what the outside world refuses is thrown as Error; what we got wrong is an assert.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pgcharter {

/// A place in a manifest. Line and column count from 1, the column in bytes; line 0 means "the whole file".
struct SourcePos {
  std::string file;
  int line = 0;
  int column = 0;

  auto operator<=>(const SourcePos&) const = default;
  bool operator==(const SourcePos&) const = default;
};

/// "file:line:column", shortened to what is known.
std::string to_string(const SourcePos& pos);

enum class Severity { Error, Warning, Note };

/// One finding about the user's input. `message` begins in lower case and has no final stop; `hint` is a sentence.
struct Diagnostic {
  Severity severity = Severity::Error;
  std::string code;  ///< stable, kebab-case: "unknown-key"
  SourcePos pos;
  std::string message;
  std::string hint;
  std::string source_line;  ///< the offending line, for the caret; may be empty

  bool operator==(const Diagnostic&) const = default;
};

/// Collects findings; never throws, never prints.
class Diagnostics {
 public:
  void add(Diagnostic diagnostic);
  void error(std::string code, SourcePos pos, std::string message, std::string hint = {});
  void warning(std::string code, SourcePos pos, std::string message, std::string hint = {});
  void note(std::string code, SourcePos pos, std::string message, std::string hint = {});

  /// Makes the text of a file known, so that findings in it show their line.
  void add_source(const std::string& file, std::string_view text);

  [[nodiscard]] bool has_errors() const { return errors_ > 0; }
  [[nodiscard]] std::size_t error_count() const { return errors_; }
  [[nodiscard]] const std::vector<Diagnostic>& all() const { return items_; }

 private:
  struct Source {
    std::string file;
    std::vector<std::string> lines;
  };
  std::vector<Diagnostic> items_;
  std::vector<Source> sources_;
  std::size_t errors_ = 0;
};

/// Writes one finding as `file:line:column: error: message`, the line, a caret and the hint. Text from manifests and
/// servers is escaped (see printable()).
void write_diagnostic(std::ostream& out, const Diagnostic& diagnostic);

/// What the outside world refused: the server, a file, a service. `code` is the SQLSTATE where a server spoke.
class Error : public std::runtime_error {
 public:
  explicit Error(std::string message, std::string advice = {}) : std::runtime_error(std::move(message)), hint(std::move(advice)) {}

  std::string code;
  std::string detail;
  std::string hint;
  std::string statement;
  bool connection_lost = false;
};

/// A refusal that has an exit code of its own (DESIGN 5): 3 stale plan, 4 guard, 5 not converged.
class Refusal : public Error {
 public:
  Refusal(int code_of_exit, std::string message, std::string advice = {})
      : Error(std::move(message), std::move(advice)), exit_code(code_of_exit) {}
  int exit_code;
};

/// `text` with control characters, escapes, bidirectional marks and broken UTF-8 shown as \n, \x1b, \u202e …, so that
/// nothing from a manifest, a name or a server message reaches a terminal raw.
std::string printable(std::string_view text);

}  // namespace pgcharter
