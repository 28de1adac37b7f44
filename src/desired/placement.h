// Decides where Citus must keep the tables of one database.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "desired/resolver.h"

namespace pgcharter {

class PlacementResolver {
 public:
  PlacementResolver(const DatabaseCharter& charter, const DatabaseState& actual, DesiredDatabase& desired, Diagnostics& diagnostics);
  void run();

 private:
  struct Entry {
    const TableRule* rule{};
    const TableDefinition* definition{};  ///< null for a table that the plan makes
    bool fresh = false;
  };

  [[nodiscard]] bool wanted() const;
  void place_schemas();
  void find_definition(const ObjectName& id, Entry& entry);
  /// Tables that others refer to, or are placed with, come first.
  int rank(const ObjectName& id, int depth);
  void place(const ObjectName& id, int rank);
  /// Where the table is by now, after the changes that were decided before.
  [[nodiscard]] CitusTable now(const ObjectName& id) const;
  [[nodiscard]] ObjectName head(const ObjectName& id) const;
  [[nodiscard]] bool shares_group(const ObjectName& id, const CitusTable& table) const;
  [[nodiscard]] static bool together(const CitusTable& a, const CitusTable& b);
  [[nodiscard]] bool as_wanted(const ObjectName& id, const CitusTable& is) const;
  [[nodiscard]] bool carries_others(const ObjectName& id, const CitusTable& is) const;
  /// What is lost when Citus makes the table anew, and must be put back.
  void note_losses(const ObjectName& id, std::vector<KeptComment>& comments);
  void simulate(const ObjectName& id, const TablePlacement& change);

  // What Citus would refuse; false where something was told (placement_checks.cpp).
  bool check(const ObjectName& id, const CitusTable& is);
  bool check_relation(const ObjectName& id, const TableDefinition& definition);
  bool check_rewrite(const ObjectName& id, const CitusTable& is, const TableDefinition& definition);
  bool check_column(const ObjectName& id, const std::string& column);
  bool check_keys(const ObjectName& id, const std::string& column);
  bool check_foreign_keys(const ObjectName& id, const TableDefinition& definition);
  bool check_foreign_key(const ObjectName& id, const ForeignKey& key);
  bool check_colocation(const ObjectName& id);
  /// How Citus will keep a table at the end.
  [[nodiscard]] Distribution planned(const ObjectName& id) const;
  [[nodiscard]] std::string planned_column(const ObjectName& id) const;
  [[nodiscard]] std::string type_of(const ObjectName& id, const std::string& column) const;
  void error(const ObjectName& id, const std::string& message, const std::string& hint);

  const DatabaseCharter& charter_;
  const DatabaseState& actual_;
  DesiredDatabase& desired_;
  Diagnostics& diagnostics_;
  CitusState citus_;
  std::map<ObjectName, Entry> entries_;      ///< tables with `distribute`
  std::map<ObjectName, CitusTable> tables_;  ///< as they are by now
  std::uint32_t next_group_ = 1;
  bool circle_told_ = false;
};

}  // namespace pgcharter
