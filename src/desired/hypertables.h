// Decides what TimescaleDB must know of the tables of one database.
#pragma once

#include <optional>
#include <string>

#include "desired/resolver.h"

namespace pgcharter {

class HypertableResolver {
 public:
  HypertableResolver(const DatabaseCharter& charter, const State& state, std::size_t database, Desired& desired, Diagnostics& diagnostics);
  void run();

 private:
  void add(const TableRule& rule);
  /// What TimescaleDB would refuse, said before anything runs.
  void check_key(const TableRule& rule, const TableDefinition* definition);
  /// A number where the column holds numbers, a span of time where it holds times.
  void check_units(const TableRule& rule, const TableDefinition* definition);
  void check_policy(const TableRule& rule);
  [[nodiscard]] bool owner_logs_in(const TableRule& rule) const;
  /// The job of pg_cron that drops old chunks.
  void schedule(const TableRule& rule, const std::string& schema);
  /// Where an extension is, or will be; nothing where it is neither installed nor declared.
  [[nodiscard]] std::optional<std::string> schema_of(std::string_view extension) const;
  void error(const TableRule& rule, const std::string& message, const std::string& hint);

  const DatabaseCharter& charter_;
  const State& state_;
  const DatabaseState& actual_;
  Desired& all_desired_;
  DesiredDatabase& desired_;
  Diagnostics& diagnostics_;
  bool failed_ = false;
};

}  // namespace pgcharter
