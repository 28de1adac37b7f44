// The hot paths by themselves: an ACL's text, the cover of statements, and a plan from two states in memory (Google Benchmark). Sizes are
// numbers of tables; each table's list has 16 entries, as a schema of a database that has grown has.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "pgcharter/catalog.h"
#include "pgcharter/diff.h"
#include "pgcharter/plan.h"
#include "pgcharter/sql.h"

#include "sql/rectangles.h"

namespace pgcharter {
namespace {

constexpr int kRoles = 16;
constexpr int kTablesPerSchema = 250;

std::string acl_text(int first_role) {
  std::string text = "{owner=arwdDxt/owner";
  for (int i = 0; i < kRoles - 1; ++i) text += fmt::format(",reader_{}=r/owner", (first_role + i) % 64);
  return text + "}";
}

void parse_lists(benchmark::State& state) {
  RoleNames names;
  std::vector<std::string> texts;
  for (int i = 0; i < 64; ++i) texts.push_back(acl_text(i));
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(parse_acl(texts[i++ % texts.size()], names));
  state.SetItemsProcessed(state.iterations() * kRoles);
}
BENCHMARK(parse_lists);

/// Overlapping subsets of the objects for each grantee: what no rectangle covers at once.
void cover_overlapping_subsets(benchmark::State& state) {
  std::vector<std::vector<std::uint32_t>> lists(32);
  for (std::uint32_t grantee = 0; grantee < lists.size(); ++grantee) {
    for (std::uint32_t object = 0; object < static_cast<std::uint32_t>(state.range(0)); ++object) {
      if ((object * 7 + grantee * 13) % 5 < 2 || object % 11 == grantee % 11) lists[grantee].push_back(object);
    }
  }
  std::vector<RectangleItem> items;
  for (std::uint32_t grantee = 0; grantee < lists.size(); ++grantee) items.push_back({&lists[grantee], static_cast<RoleId>(grantee + 1)});
  std::size_t statements = 0;
  for (auto _ : state) statements = cover(items).size();
  state.counters["statements"] = static_cast<double>(statements);
}
BENCHMARK(cover_overlapping_subsets)->Arg(250)->Arg(2500);

/// A database of that many tables, and a charter with four grants for each schema.
struct World {
  explicit World(long tables) {
    actual.server.version_num = 150000;
    actual.server.database = "bench";
    actual.server.user = "owner";
    actual.server.superuser = true;
    actual.server.now = "2026-06-01T00:00:00Z";
    DatabaseState& database = actual.databases.emplace_back();
    database.name = "bench";
    std::string grants = "grants:\n";
    std::string roles = "roles:\n";
    for (int i = 0; i < 64; ++i) {
      roles += fmt::format("  reader_{}: {{}}\n", i);
      actual.cluster.roles.push_back({.id = actual.names->intern(fmt::format("reader_{}", i)), .oid = 20000U + static_cast<unsigned>(i)});
    }
    const RoleId owner = actual.names->intern("owner");
    actual.cluster.roles.push_back({.id = owner, .oid = 10});
    actual.cluster.roles.back().attributes.superuser = true;
    for (long s = 0; s * kTablesPerSchema < tables; ++s) {
      const std::string schema = fmt::format("app_{:04}", s);
      const AclId acl = actual.acls->intern(parse_acl(acl_text(static_cast<int>(s)), *actual.names));
      database.objects.push_back({.id = {ObjectKind::Schema, {}, schema, {}},
                                  .owner = owner,
                                  .acl = actual.acls->intern(acl_default(ObjectKind::Schema, owner, 15))});
      for (int t = 0; t < kTablesPerSchema; ++t) {
        database.objects.push_back(
            {.id = {ObjectKind::Table, schema, fmt::format("table_{:04}", t), {}}, .subkind = 'r', .owner = owner, .acl = acl});
      }
      std::string readers;
      for (int i = 0; i < kRoles - 1; ++i) readers += fmt::format("{}reader_{}", i == 0 ? "" : ", ", (s + i) % 64);
      grants += fmt::format("  - {{ to: [{}], privileges: [select], objects: {{ tables: \"{}.*\" }} }}\n", readers, schema);
    }
    std::ranges::sort(database.objects, {}, &Object::id);
    CharterSources sources;
    sources.documents.push_back({"bench.yaml", {}, "charter: 1\nname: bench\n" + roles + grants});
    charter = *load_charter(sources, diagnostics);
  }

  /// Every tenth table has no grants.
  void drift() {
    std::vector<Object>& objects = actual.databases.front().objects;
    for (std::size_t i = 0; i < objects.size(); i += 10) {
      if (objects[i].id.kind == ObjectKind::Table)
        objects[i].acl = actual.acls->intern(acl_default(ObjectKind::Table, objects[i].owner, 15));
    }
  }

  State actual;
  Charter charter;
  Diagnostics diagnostics;
};

void resolve_nothing_to_do(benchmark::State& state) {
  World world(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(resolve(world.charter, world.actual, {}, world.diagnostics));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(resolve_nothing_to_do)->Arg(5000)->Arg(50000)->Unit(benchmark::kMillisecond);

void diff_and_render_drift(benchmark::State& state) {
  World world(state.range(0));
  world.drift();
  const Desired desired = resolve(world.charter, world.actual, {}, world.diagnostics);
  std::size_t statements = 0;
  for (auto _ : state) statements = render(make_plan(world.actual, desired, diff(world.actual, desired))).statements.size();
  state.counters["statements"] = static_cast<double>(statements);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(diff_and_render_drift)->Arg(5000)->Arg(50000)->Unit(benchmark::kMillisecond);

void fingerprint_of_a_state(benchmark::State& state) {
  const World world(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(fingerprint(world.actual));
}
BENCHMARK(fingerprint_of_a_state)->Arg(50000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace pgcharter

BENCHMARK_MAIN();
