// The fixture of executors without superuser: what preflight asks for is what an administrator runs, nothing else.
//
// Roles belong to the whole server: all names begin with x_, and every test begins with none of them.
#pragma once

#include <algorithm>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "pgcharter/reconcile.h"

#include "support/live_server.h"

namespace pgcharter::testing {

using Texts = std::vector<std::string>;

class ExecutorTest : public LiveTest {
 protected:
  void SetUp() override {
    LiveTest::SetUp();
    major = connection->server().major();
    drop_roles();
  }
  void TearDown() override {
    connection.reset();
    const auto admin = server.open();
    admin->execute("DROP DATABASE IF EXISTS " + ident(database_name) + " WITH (FORCE)");
    connection = server.open();
    drop_roles();
  }

  void drop_roles() {
    for (const std::string& role : column("select rolname from pg_catalog.pg_roles where rolname like 'x\\_%'")) {
      run("DROP OWNED BY " + ident(role) + "; REASSIGN OWNED BY " + ident(role) + " TO postgres");
    }
    for (const std::string& role : column("select rolname from pg_catalog.pg_roles where rolname like 'x\\_%'")) {
      run("DROP ROLE " + ident(role));
    }
  }

  /// The database belongs to x_exec, who may log in and has these attributes.
  void make_executor(const std::string& attributes) {
    run("CREATE ROLE x_exec LOGIN " + attributes + "; ALTER DATABASE " + ident(database_name) + " OWNER TO x_exec");
  }

  /// An empty database again, and no role but the executor.
  void start_over(const std::string& attributes, const std::string& setup) {
    connection.reset();
    server.create_database(database_name);
    connection = server.open(database_name);
    drop_roles();
    make_executor(attributes);
    run(setup);
  }

  std::unique_ptr<Planned> plan(const std::string& manifest) {
    CharterSources sources;
    sources.documents.push_back({"test.yaml", "", "charter: 1\nname: executors\n" + manifest});
    Diagnostics diagnostics;
    const auto charter = load_charter(sources, diagnostics);
    auto planned = charter ? make_planned(*charter, connector(), options(), diagnostics) : nullptr;
    std::ostringstream text;
    for (const Diagnostic& diagnostic : diagnostics.all()) write_diagnostic(text, diagnostic);
    if (planned == nullptr) throw std::runtime_error(text.str());
    return planned;
  }

  Texts missing(const std::string& manifest) {
    Texts result;
    const auto planned = plan(manifest);
    for (const MissingRight& right : planned->missing) result.push_back(right.sql.empty() ? "superuser: " + right.what : right.sql);
    return result;
  }

  Texts script(const Planned& planned) {
    Texts result;
    for (const Statement& s : planned.script.statements) result.push_back((s.run_as.empty() ? "" : "[" + s.run_as + "] ") + s.sql);
    return result;
  }

  /// The superuser runs what preflight asks for until it asks for nothing; all that was run.
  Texts provide(const std::string& manifest) {
    Texts all;
    for (int round = 1; round <= 3; ++round) {
      const Texts rights = missing(manifest);
      if (rights.empty()) return all;
      EXPECT_EQ(round, 1) << "one round is enough; now also: " << rights.front();
      for (const std::string& sql : rights) {
        if (sql.starts_with("superuser: ")) {
          ADD_FAILURE() << sql;
          return all;
        }
        run(sql);
        all.push_back(sql);
      }
    }
    EXPECT_EQ(missing(manifest), Texts{});
    return all;
  }

  void apply(const std::string& manifest) {
    const auto planned = plan(manifest);
    ApplyObserver observer;
    try {
      apply_planned(*planned, connector(), options(), observer);
    } catch (const Error& error) {
      std::string sql;
      for (const std::string& statement : script(*planned)) sql += statement + "\n";
      FAIL() << error.what() << "\n" << error.detail << "\n" << error.statement << "\nplan:\n" << sql;
    }
  }

  /// Applies, and expects that nothing is left to do and that the executor's memberships are what they were, roles that are new or gone
  /// aside.
  void converge(const std::string& manifest) {
    const Texts before = own_memberships();
    apply(manifest);
    if (HasFailure()) return;
    EXPECT_EQ(script(*plan(manifest)), Texts{});
    for (const std::string& row : own_memberships()) {
      EXPECT_TRUE(std::ranges::find(before, row) != before.end() || row.ends_with("postgres true false false")) << "new: " << row;
    }
  }

  Texts own_memberships() {
    const std::string options = major >= 16 ? "m.inherit_option::text || ' ' || m.set_option::text" : "'- -'";
    return column("select m.roleid::regrole || ' ' || m.grantor::regrole || ' ' || m.admin_option::text || ' ' || " + options +
                  " from pg_auth_members m where m.member = 'x_exec'::regrole order by 1");
  }

  bool is_true(const std::string& condition) { return column("select " + condition) == Texts{"t"}; }

  Connector connector() {
    return [this](const std::optional<std::string>& database) { return server.open(database.value_or(database_name), "x_exec"); };
  }

  static ReconcileOptions options() {
    ReconcileOptions options;
    options.allow = {Hazard::DropRole, Hazard::DropObject,     Hazard::LoginLoss,
                     Hazard::LockOut,  Hazard::SelfMembership, Hazard::PrivilegeEscalation};
    return options;
  }

  /// Sends the plan's statements without asking anybody, and rolls back: the server's own judgement, as an SQLSTATE.
  std::string sent(const Planned& planned) {
    const auto session = server.open(database_name, "x_exec");
    begin_apply(*session, {});
    ApplyObserver observer;
    try {
      execute(*session, planned.script, observer);
    } catch (const Error& error) {
      return error.code;
    }
    return {};
  }

  int major = 0;
};

}  // namespace pgcharter::testing
