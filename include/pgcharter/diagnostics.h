// Where something stands in a manifest, what is wrong with it, and the one exception type.
//
// Three kinds of failure, three mechanisms: what the user wrote is collected in Diagnostics (all of it, with
// positions); what the outside world refuses is thrown as Error; what we got wrong is an assert.
#pragma once

#include <compare>
#include <cstddef>
#include <iosfwd>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pgcharter {

/// A text that many share and nobody changes.
class SharedText {
 public:
  SharedText() = default;
  SharedText(std::string text) : text_(text.empty() ? nullptr : std::make_shared<const std::string>(std::move(text))) {}
  SharedText(const char* text) : SharedText(std::string(text)) {}

  [[nodiscard]] const std::string& str() const;
  [[nodiscard]] bool empty() const { return text_ == nullptr; }

  friend std::strong_ordering operator<=>(const SharedText& a, const SharedText& b) { return a.str() <=> b.str(); }
  friend bool operator==(const SharedText& a, const SharedText& b) { return a.text_ == b.text_ || a.str() == b.str(); }

 private:
  std::shared_ptr<const std::string> text_;  ///< null: empty
};

/// The name of a manifest, shared by the places in it: a large charter has a place for each of a million names.
using FileName = SharedText;

/// A place in a manifest. Line and column count from 1, the column in bytes; line 0 means "the whole file".
struct SourcePos {
  FileName file;
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
  void add_source(const std::string& file, SharedText text);

  [[nodiscard]] bool has_errors() const { return errors_ > 0; }
  [[nodiscard]] std::size_t error_count() const { return errors_; }
  [[nodiscard]] const std::vector<Diagnostic>& all() const { return items_; }

 private:
  struct Source {
    std::string file;
    SharedText text;
    std::vector<std::size_t> lines;  ///< where each begins; made when the first is asked for

    /// Without its end; empty where there is no such line.
    std::string line(std::size_t number);
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
