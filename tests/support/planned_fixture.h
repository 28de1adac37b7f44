// A finished planning run by hand, for tests of documents and reports: a few changes of every shape, without a server.
#pragma once

#include "pgcharter/reconcile.h"

#include "support/state_builder.h"

namespace pgcharter::testing {

/// The fixture's changes as a Planned; the fixture must outlive it.
inline std::unique_ptr<Planned> to_planned(Fixture& fixture) {
  auto planned = std::make_unique<Planned>();
  Charter charter;
  charter.name = "weavix";
  charter.files = {{.path = "weavix.yaml", .sha256 = "abc", .text = "charter: 1\n"}};
  charter.vars = {{"app", "x"}};
  planned->charter = std::make_shared<const Charter>(std::move(charter));
  planned->actual = fixture.actual;
  planned->actual.server.host = "db.example";
  planned->actual.server.port = "5432";
  planned->actual.server.system_identifier = "7";
  planned->actual.server.now = "2026-11-21T10:00:00Z";
  planned->desired = fixture.desired;
  planned->plan = fixture.plan();
  planned->script = render(planned->plan);
  planned->plan.summary.statements = planned->script.statements.size();
  planned->fingerprint = "f00d";
  planned->generated_at = "2026-11-21T10:00:00Z";
  return planned;
}

/// Five tables in events and one in other; a grant on all, a revoke, a role, a membership, a default privilege …
inline void add_sample_changes(Fixture& f) {
  f.role("owner");
  f.role("reader");
  const int db = f.database("app");
  std::vector<std::uint32_t> tables;
  f.object(db, {ObjectKind::Schema, {}, "events", {}});
  for (const char* name : {"a", "b", "c", "d", "e"}) tables.push_back(f.table(db, "events", name, "owner"));
  tables.push_back(f.table(db, "other", "Odd \"name\"", "owner"));
  const std::uint32_t function = f.object(db, {ObjectKind::Function, "events", "f", "integer, text"}, "owner");
  const SourcePos source{.file = "weavix.yaml", .line = 42, .column = 5};

  f.add(-1, CreateRole{.role = f.id("deployer"), .attributes = {.login = true, .connection_limit = 5}, .password = {}});
  f.add(-1, AlterRole{.role = f.id("reader"), .before = {.login = true}, .after = {.createrole = true}});
  f.add(-1, ChangeSetting{.scope = {.database = {}, .role = f.id("reader")}, .name = "search_path", .before = {}, .after = "a, b"});
  f.add(-1, GrantMembership{.before = {}, .after = f.edge("reader", "deployer")});
  f.change_owner(db, ObjectKind::Function, Fixture::list({function}), "owner");
  f.add(db, f.grant(Fixture::list(tables), "reader", PrivilegeSet::of(Privilege::Select, Privilege::Insert)));
  f.changes.back().reason.source = source;
  f.add(db, f.revoke(Fixture::list({tables[0]}), "public", PrivilegeSet::of(Privilege::Delete)), "not in the charter");
  f.add(db, ChangeDefaultPrivileges{.grant = true,
                                    .creator = f.id("owner"),
                                    .schema = "events",
                                    .objects = ObjectKind::Table,
                                    .grantee = f.id("reader"),
                                    .privileges = PrivilegeSet::of(Privilege::Select)});
  f.changes.back().reason.source = source;
}

}  // namespace pgcharter::testing
