// The fixture of Entra principals: a real server that has Azure's functions as far as a client can tell
// (tests/support/emulated_pgaadauth.sql). Roles belong to the whole server: all names begin with x_.
#pragma once

#include <fstream>
#include <functional>
#include <set>
#include <sstream>

#include <gmock/gmock.h>

#include "pgcharter/export.h"
#include "pgcharter/inverse.h"
#include "pgcharter/reconcile.h"
#include "pgcharter/report.h"

#include "support/live_server.h"

namespace pgcharter::testing {

using Texts = std::vector<std::string>;

inline constexpr const char* kApp = "04a9fcc9-de20-4078-a327-cf935088b0bb";
inline constexpr const char* kAgain = "99999999-de20-4078-a327-cf935088b0bb";

inline std::string support_file(const std::string& name) {
  std::ifstream file(std::string(PGCHARTER_SOURCE_DIR) + "/tests/support/" + name);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Log : ApplyObserver {
  Texts committed_parts;
  Texts sql;
  std::vector<Inverse> inverses;
  std::string refuse;  ///< the transaction that fails after its statements
  void statement_begins(const Statement& statement, std::size_t /*index*/, std::size_t /*count*/) override { sql.push_back(statement.sql); }
  void committed(const std::string& what) override { committed_parts.push_back(what); }
  void inverse(const std::string& what, const Inverse& inverse) override {
    if (what == refuse) throw Error("refused for the test");
    inverses.push_back(inverse);
  }
};

class PrincipalsTest : public LiveTest {
 protected:
  void SetUp() override {
    LiveTest::SetUp();
    clean();
    in_postgres(support_file("emulated_pgaadauth.sql"));
    run("CREATE TABLE public.t (id int)");
  }
  void TearDown() override {
    connection.reset();
    server.open()->execute("DROP DATABASE IF EXISTS " + ident(database_name) + " WITH (FORCE)");
    connection = server.open();
    clean();
  }

  void clean() {
    for (const std::string& role : column("select rolname from pg_catalog.pg_roles where rolname like 'x\\_%'")) {
      run("DROP OWNED BY " + ident(role));
      run("DROP ROLE " + ident(role));
    }
    in_postgres(support_file("emulated_pgaadauth_drop.sql") + "; DROP ROLE IF EXISTS azure_pg_admin");
  }

  void in_postgres(const std::string& sql) { server.open()->execute(sql); }

  Connector connector(const std::string& user = {}) {
    return [this, user](const std::optional<std::string>& database) { return server.open(database.value_or(usual_database()), user); };
  }
  [[nodiscard]] const std::string& usual_database() const { return usual_.empty() ? database_name : usual_; }

  static ReconcileOptions options() {
    ReconcileOptions options;
    options.allow = {Hazard::DropRole, Hazard::PrivilegeEscalation};
    return options;
  }

  std::unique_ptr<Planned> plan(const std::string& manifest, const std::string& user = {}) {
    CharterSources sources;
    sources.documents.push_back({"test.yaml", "", "charter: 1\nname: principals\n" + manifest});
    Diagnostics diagnostics;
    const auto charter = load_charter(sources, diagnostics);
    auto planned = charter ? make_planned(*charter, connector(user), options(), diagnostics) : nullptr;
    std::ostringstream text;
    for (const Diagnostic& diagnostic : diagnostics.all()) write_diagnostic(text, diagnostic);
    if (planned == nullptr) throw std::runtime_error(text.str());
    return planned;
  }

  static Texts script(const Planned& planned) {
    Texts result;
    for (const Statement& s : planned.script.statements) result.push_back(s.sql);
    return result;
  }

  Log apply(const std::string& manifest, const std::string& user = {}) {
    Log log;
    try {
      apply_planned(*plan(manifest, user), connector(user), options(), log);
    } catch (const Error& error) {
      ADD_FAILURE() << error.what() << "\n" << error.detail << "\n" << error.statement << "\n" << error.hint;
    }
    return log;
  }

  Log converge(const std::string& manifest, const std::string& user = {}) {
    Log log = apply(manifest, user);
    EXPECT_EQ(script(*plan(manifest, user)), Texts{});
    return log;
  }

  /// What an apply is refused with, and nothing is done.
  std::string refusal(const std::string& manifest, const std::string& user = {}) {
    Log log;
    try {
      apply_planned(*plan(manifest, user), connector(user), options(), log);
    } catch (const Refusal& refused) {
      EXPECT_EQ(refused.exit_code, 4);
      EXPECT_THAT(log.sql, ::testing::IsEmpty());
      return std::string(refused.what()) + " | " + refused.hint;
    }
    return "not refused";
  }

  Texts labels(const std::string& role) {
    return column(
        "select l.provider || ': ' || l.label from pg_catalog.pg_shseclabel l join pg_catalog.pg_roles r on r.oid = l.objoid where "
        "r.rolname = " +
        literal(role) + " order by 1");
  }

  /// By hand: what is left when somebody has deleted the identity and made it anew, and the server has found that out.
  void relabel(const std::string& role, const std::string& oid, const std::string& type = "service", const std::string& flags = {}) {
    in_postgres("SELECT pg_catalog.pgaadauth_emulated_label(" + literal(role) + ", 'aadauth" + flags + "', 'type=" + type + ",oid=" + oid +
                ",tenant_id=t" + flags + "')");
  }

  std::string usual_;  ///< the connected database, where it is not the test's own
};

inline std::string app(const std::string& oid, const std::string& more = {}) {
  return "roles:\n  x_readers: {}\n  x_app: { entra: { type: service, object_id: " + oid + " }, member_of: [x_readers]" + more +
         " }\nschemas: { public: {} }\ngrants:\n  - { to: x_app, privileges: [select], objects: { tables: public.t } }\n";
}

}  // namespace pgcharter::testing
