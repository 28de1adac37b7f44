// The changes of a plan in the form that documents and reports need: names instead of numbers, one record for all
// objects that a change treats alike. Made from a plan, or read back from a saved one.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "pgcharter/reconcile.h"

namespace pgcharter {

/// Code of the diagnostics about what must go and can't be revoked.
inline constexpr std::string_view kUnremovable = "unremovable";

enum class Action { Create, Alter, Drop, Grant, Revoke };
std::string_view name(Action action);
std::optional<Action> action_by_name(std::string_view name);

/// Named values of one side of a change, in the order in which they are shown. monostate: no value.
using Fact = std::variant<std::monostate, bool, long, std::string>;
struct Facts {
  std::string group;  ///< "settings": the values stand one level deeper
  std::vector<std::pair<std::string, Fact>> values;

  bool operator==(const Facts&) const = default;
};

struct ChangedObject {
  std::string schema;
  std::string name;
  std::string args;
  bool has_args = false;  ///< a signature, also an empty one
  PrivilegeSet held;      ///< of the change's privileges, before it; grants and revokes only
  PrivilegeSet held_grantable;

  bool operator==(const ChangedObject&) const = default;
};

struct ChangeRecord {
  Action action{};
  std::string kind;      ///< "table", "role", "membership", "default_privilege", "extension", "setting" …
  std::string node;      ///< "host:port" of the Citus worker where it is; empty: the server
  std::string database;  ///< empty: cluster-wide
  std::string column;
  std::vector<ChangedObject> objects;
  std::string grantee;
  PrivilegeSet privileges;        ///< empty where the change is not about privileges
  std::optional<bool> grantable;  ///< with GRANT OPTION; on a revoke: only that option
  std::string grantor;
  std::string creator;          ///< default privileges
  std::string default_objects;  ///< default privileges: the kind, singular
  std::optional<Facts> before;
  std::optional<Facts> after;
  std::string reason;
  std::optional<SourcePos> source;
  std::vector<std::string> hazards;
  std::vector<int> statements;

  /// Number of single differences: what the summary counts.
  [[nodiscard]] std::size_t size() const {
    return objects.size() * (privileges.empty() ? 1 : static_cast<std::size_t>(privileges.count()));
  }
  /// Several attributes of one thing, each a single difference.
  [[nodiscard]] bool alters_attributes() const {
    return action == Action::Alter && kind != "membership" && before && after && after->group.empty() &&
           before->values.size() == after->values.size();
  }
  /// Everything but objects and privileges is equal.
  [[nodiscard]] bool same_header(const ChangeRecord& other) const;
};

/// One record per step of the plan, in the order of execution, and behind them those of its nodes; a record lives during the callback only.
void for_each_record(const Planned& planned, const std::function<void(const ChangeRecord&)>& each);

/// What was seen but not compared, of the whole run.
Coverage coverage_of(const Planned& planned);

/// Names of hazards with their number.
std::vector<std::pair<std::string, std::size_t>> hazard_counts(const Summary& summary);

}  // namespace pgcharter
