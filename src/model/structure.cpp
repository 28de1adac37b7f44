// Look-ups by name in what is read of tables, functions and distribution.

#include "pgcharter/structure.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>

#include "pgcharter/state.h"

namespace pgcharter {
namespace {

constexpr std::array<std::string_view, 7> kDistributions{"none", "local", "hash", "reference", "single-shard", "schema", "other"};
static_assert(static_cast<std::size_t>(Distribution::Other) + 1 == kDistributions.size());

template <typename T>
const T* find_in(const std::vector<T>& sorted, const std::string& schema, const std::string& name) {
  const auto key = std::tie(schema, name);
  const auto it = std::ranges::lower_bound(sorted, key, {}, [](const T& t) { return std::tie(t.schema, t.name); });
  return it != sorted.end() && std::tie(it->schema, it->name) == key ? &*it : nullptr;
}

}  // namespace

std::string_view name(Distribution distribution) { return kDistributions[static_cast<std::size_t>(distribution)]; }

const CitusTable* CitusState::find(const std::string& schema, const std::string& name) const { return find_in(tables, schema, name); }

const Hypertable* TimescaleState::find(const std::string& schema, const std::string& name) const {
  return find_in(hypertables, schema, name);
}

const TableDefinition* DatabaseState::find_table(const std::string& schema, const std::string& table) const {
  return find_in(tables, schema, table);
}

const RoutineDefinition* DatabaseState::find_routine(const ObjectName& id) const {
  const auto key = std::tie(id.schema, id.name, id.args);
  const auto of = [](const RoutineDefinition& r) { return std::tie(r.schema, r.name, r.args); };
  const auto it = std::ranges::lower_bound(routines, key, {}, of);
  return it != routines.end() && of(*it) == key ? &*it : nullptr;
}

}  // namespace pgcharter
