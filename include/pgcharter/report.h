// Plans as text for people and as documents for machines.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "pgcharter/reconcile.h"

namespace pgcharter {

inline constexpr std::string_view kFormatVersion = "1.0";
inline constexpr std::string_view kToolVersion = "0.1.0";

struct TextStyle {
  bool color = false;
  bool full = false;      ///< list every object instead of counts
  bool as_drift = false;  ///< worded as a report of what differs
};

/// + ~ - lines by database and concern, provenance, hazards, coverage, the summary line.
void write_text(std::ostream& out, const Planned& planned, const TextStyle& style);

/// The document of DESIGN 7.
void write_json(std::ostream& out, const Planned& planned);

/// A plan file that was read back: the document for show, and what apply needs to plan it again.
struct SavedPlan {
  std::string document;    ///< the JSON text of DESIGN 7
  CharterSources sources;  ///< the charter's files and variables, to be planned again
  ResolveOptions resolve;
  ServerInfo target;
  std::string fingerprint;
  std::string charter_name;
  std::string tool_version;
  std::string generated_at;
  std::string expires_at;  ///< empty: never
  Script script;
};

/// The document with a checksum, the charter and an expiry, ready to be written to a file of mode 0600.
std::string to_plan_file(const Planned& planned, const ResolveOptions& resolve, const std::string& expires_at);

/// True where the text looks like a saved plan rather than a manifest.
bool is_plan_file(std::string_view text);

/// Throws Refusal 3 for a file that was altered, Error for one that is no plan or of another major version.
SavedPlan read_plan_file(std::string_view text);

/// to_plan_file() into a file of mode 0600, which appears as a whole or not at all.
void save_plan(const std::string& path, const Planned& planned, const ResolveOptions& resolve, const std::string& expires_at);

/// Throws Refusal 3 where `server` is not the one that the plan was made for, or the plan has expired. Needs no planning: on
/// another server the charter may make no sense.
void check_saved_target(const SavedPlan& saved, const ServerInfo& server);

/// Throws Refusal 3, which says what differs, where a fresh plan of the same charter is not the one that was saved: another
/// server, an expired file, a server that has changed, other statements.
void check_saved_plan(const SavedPlan& saved, const Planned& fresh);

/// The document of DESIGN 7 with one more member, `result`: what the apply of the plan did.
void write_result_json(std::ostream& out, const Planned& planned, const ApplyOutcome& outcome);

/// The actual state as a JSON document (docs/plan-format.md, "State").
void write_state(std::ostream& out, const State& state);

/// Throws Error for what is no state, or one of another major version. Objects and roles may stand in any order.
State read_state(std::string_view text);

/// write_state() into a file of mode 0600, which appears as a whole or not at all.
void save_state(const std::string& path, const State& state);

/// validate: {format_version, valid, diagnostics[]}.
void write_diagnostics_json(std::ostream& out, const Diagnostics& diagnostics);

/// whoami.
void write_identity_text(std::ostream& out, const ServerInfo& server, const Identity& identity);
void write_identity_json(std::ostream& out, const ServerInfo& server, const Identity& identity);

/// show: the saved document in the same formats as plan.
void write_text(std::ostream& out, const SavedPlan& plan, const TextStyle& style);
std::string to_psql(const SavedPlan& plan);

}  // namespace pgcharter
