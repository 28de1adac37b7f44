// One line of a text report: a change in words, with where it belongs and why it is there.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "codec/change_record.h"

namespace pgcharter {

/// The parts of a report, in the order in which they are shown.
enum class Concern { Roles, Memberships, ParameterSettings, Schemas, Extensions, Tables, Functions, Owners, Grants, DefaultPrivileges };
std::string_view title(Concern concern);

struct Line {
  std::string node;      ///< empty: the server that the plan is for
  std::string database;  ///< empty: the server
  Concern concern{};
  std::string key;       ///< lines of one concern are sorted by it
  char sign = '+';       ///< + ~ -
  std::string subject;   ///< what it is about; escaped for a terminal, as are the others
  std::string change;    ///< what becomes of it, for an alteration: "login false -> true"
  std::string contrast;  ///< what the database has and what the charter says, for a drift report
  std::string reason;    ///< manifest.yaml:42, or why
  std::vector<std::string> hazards;
  std::vector<std::string> objects;  ///< all of them, where `subject` only counts them
  std::vector<std::string> details;  ///< lines below it: how a function's body changes
};

/// The lines of a record: one per schema that its objects lie in.
void add_lines(const ChangeRecord& record, std::vector<Line>& lines);

}  // namespace pgcharter
