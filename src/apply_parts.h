// Into which transactions a plan is cut; each plans anew from a charter of its own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pgcharter/reconcile.h"

namespace pgcharter {

/// A part of the plan that is one transaction, or a row of them.
struct Part {
  enum class Of { Principals, Everything, ServerFirst, Database, ServerLast, Rehearsal };

  std::string what;  ///< for messages: "database weavix"
  std::optional<std::string> database;
  SharedCharter charter;  ///< its database first, and the others for what they say about the server
  Of of = Of::Everything;
  bool with_principals = false;  ///< of everything: nothing runs before it

  [[nodiscard]] bool covers(const Statement& s) const;
  [[nodiscard]] Script own(const Script& script) const;
};

Part part_of(const SharedCharter& charter, std::size_t database, Part::Of of, std::string what);
std::vector<Part> parts_of_databases(const SharedCharter& charter, Part::Of of);
/// The charter's principals and nothing else, in the database that has Azure's functions.
Part part_of_principals(const Planned& shown);

}  // namespace pgcharter
