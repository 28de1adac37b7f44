// The plan and the drift report for people: signed lines (+ ~ -) by server and database and by concern, why each is there,
// what is dangerous, what was not compared, and one summary line that is easy to grep.
//
// A plan and a saved plan print through the same lines, so that what is approved is what was shown.

#include <algorithm>
#include <ostream>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "pgcharter/report.h"

#include "base/strings.h"
#include "codec/change_record.h"
#include "codec/plan_json.h"
#include "report/line.h"

namespace pgcharter {
namespace {

constexpr std::size_t kExtrasShown = 10;

/// What a report is made of, whether from a plan or from a saved one.
struct Report {
  std::string charter_name;
  const ServerInfo* server{};
  std::vector<Line> lines;
  Summary summary;
  std::size_t databases = 0;
  const Coverage* coverage{};
  const std::vector<std::string>* extras{};
  std::size_t unremovable = 0;
  std::vector<std::string> unread_nodes;  ///< why
};

std::string counted(std::size_t count, std::string_view noun) { return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s"); }

std::size_t count_unremovable(const std::vector<Diagnostic>& diagnostics) {
  return static_cast<std::size_t>(std::ranges::count(diagnostics, kUnremovable, &Diagnostic::code));
}

std::size_t count_databases(const Script& script) {
  std::set<std::string_view> names;
  for (const Statement& s : script.statements) {
    if (!s.database.empty() && !is_cluster_phase(s.phase)) names.insert(s.database);
  }
  return names.size();
}

class TextWriter {
 public:
  TextWriter(std::ostream& out, const TextStyle& style) : out_(out), style_(style) {}

  void write(Report& report) {
    header(report);
    std::ranges::stable_sort(report.lines, {}, [](const Line& l) { return std::tie(l.node, l.database, l.concern, l.key); });
    groups(report.lines);
    rest(report);
    summary(report);
  }

 private:
  std::ostream& out_;
  const TextStyle& style_;

  [[nodiscard]] std::string colored(std::string_view code, const std::string& text) const {
    return style_.color ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
  }

  void header(const Report& report) {
    const ServerInfo& s = *report.server;
    std::string where = printable(display_name(s.database));
    if (!s.host.empty()) where += fmt::format(" on {}{}", printable(s.host), s.port.empty() ? "" : ":" + printable(s.port));
    out_ << fmt::format("Charter {}, database {} (PostgreSQL {})\n\n",
                        report.charter_name.empty() ? "without a name" : printable(report.charter_name), where,
                        printable(s.version.substr(0, s.version.find(' '))));
  }

  void groups(const std::vector<Line>& lines) {
    const Line* previous = nullptr;
    for (const Line& line : lines) {
      const bool other_node = previous == nullptr ? !line.node.empty() : previous->node != line.node;
      const bool other_database = other_node || previous == nullptr || previous->database != line.database;
      if (other_database) {
        if (previous != nullptr) out_ << '\n';
        if (other_node) out_ << colored("1", fmt::format("On node {}:", printable(line.node))) << '\n';
        out_ << colored("1", line.database.empty() ? "Server" : "Database " + printable(display_name(line.database))) << '\n';
      }
      if (other_database || previous->concern != line.concern) out_ << "  " << title(line.concern) << '\n';
      this->line(line);
      previous = &line;
    }
    if (previous != nullptr) out_ << '\n';
  }

  void line(const Line& line) {
    static constexpr std::string_view kColors[] = {"32", "33", "31"};
    const std::string_view color = kColors[line.sign == '+' ? 0 : line.sign == '~' ? 1 : 2];
    const std::string& tail = style_.as_drift ? line.contrast : line.change;
    out_ << "    " << colored(color, fmt::format("{} {}", line.sign, line.subject)) << (tail.empty() ? "" : ": ") << tail;
    for (const std::string& hazard : line.hazards) out_ << "  " << colored("1;31", "! " + printable(hazard));
    if (!line.reason.empty()) out_ << "  " << colored("2", "# " + line.reason);
    out_ << '\n';
    for (const std::string& detail : line.details) {
      const char first = detail.empty() ? ' ' : detail.front();
      out_ << "        " << (first == '+' ? colored("32", detail) : first == '-' ? colored("31", detail) : detail) << '\n';
    }
    if (!style_.full) return;
    for (const std::string& object : line.objects) out_ << "        " << object << '\n';
  }

  /// What is not part of the plan: extras, and what was not compared.
  void rest(const Report& report) {
    if (!report.extras->empty()) {
      out_ << fmt::format("Not declared and left alone (additive): {}\n", report.extras->size());
      const std::size_t shown = style_.full ? report.extras->size() : std::min(kExtrasShown, report.extras->size());
      for (std::size_t i = 0; i < shown; ++i) out_ << "    " << printable((*report.extras)[i]) << '\n';
      if (shown < report.extras->size()) out_ << "    and " << report.extras->size() - shown << " more\n";
    }
    if (!report.coverage->empty()) {
      std::vector<std::string> parts;
      for (const auto& [what, count] : *report.coverage) parts.push_back(fmt::format("{} ({})", printable(what), count));
      out_ << "Not compared: " << join(parts, ", ") << '\n';
    }
  }

  void summary(const Report& report) {
    const Summary& s = report.summary;
    for (const std::string& why : report.unread_nodes) out_ << colored("1;31", "Not known: " + printable(why)) << '\n';
    if (report.lines.empty() && !report.unread_nodes.empty()) {
      out_ << colored("1", fmt::format("Nothing to change where it could be read; {} could not be.",
                                       counted(report.unread_nodes.size(), "node")))
           << '\n';
      return;
    }
    if (report.lines.empty() && report.unremovable > 0) {
      out_ << colored("1", fmt::format(
                               "Nothing to apply, but the server does not match the charter: {} that can't be revoked, see the warnings.",
                               counted(report.unremovable, "finding")))
           << '\n';
      return;
    }
    if (report.lines.empty()) {
      out_ << colored("1", style_.as_drift ? "No drift. The server matches the charter." : "No changes. The server matches the charter.")
           << '\n';
      return;
    }
    std::size_t hazards = 0;
    std::vector<std::string> names;
    for (const auto& [name, count] : hazard_counts(s)) {
      hazards += count;
      names.push_back(fmt::format("{} ({})", name, count));
    }
    if (!names.empty()) out_ << "Hazards, each needs --allow: " << join(names, ", ") << '\n';
    out_ << colored("1", fmt::format("{}: {} to grant, {} to revoke, {} to create, {} to drop, {} to alter  ({}, {}, {})",
                                     style_.as_drift ? "Drift" : "Plan", s.grant, s.revoke, s.create, s.drop, s.alter,
                                     counted(report.databases, "database"), counted(s.statements, "statement"), counted(hazards, "hazard")))
         << '\n';
  }
};

}  // namespace

void write_text(std::ostream& out, const Planned& planned, const TextStyle& style) {
  const Coverage coverage = coverage_of(planned);
  Report report{.charter_name = planned.charter->name,
                .server = &planned.actual.server,
                .lines = {},
                .summary = planned.plan.summary,
                .databases = count_databases(planned.script),
                .coverage = &coverage,
                .extras = &planned.desired.extras,
                .unremovable = count_unremovable(planned.diagnostics.all()),
                .unread_nodes = {}};
  for (const NodePlanned* node : unread_nodes(planned)) report.unread_nodes.push_back(node->error);
  for_each_record(planned, [&](const ChangeRecord& record) { add_lines(record, report.lines); });
  TextWriter(out, style).write(report);
}

void write_text(std::ostream& out, const SavedPlan& plan, const TextStyle& style) {
  const PlanDocument document = read_document(plan.document);
  Report report{.charter_name = document.charter_name,
                .server = &document.target,
                .lines = {},
                .summary = document.summary,
                .databases = count_databases(document.script),
                .coverage = &document.coverage,
                .extras = &document.extras,
                .unremovable = document.unremovable,
                .unread_nodes = document.unread_nodes};
  for (const ChangeRecord& record : document.changes) add_lines(record, report.lines);
  TextWriter(out, style).write(report);
}

std::string to_psql(const SavedPlan& plan) {
  State state;
  state.server = plan.target;
  if (read_document(plan.document, ReadChanges::No).has_nodes) state.databases.emplace_back().citus.emplace();
  return to_psql(plan.script, state, plan.charter_name);
}

}  // namespace pgcharter
