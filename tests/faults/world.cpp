// The setup is written as its own undoing: it removes every role, schema and grant of the last round first. That is cheaper than a new
// database, and the judge checks each time that it did.
#include "faults/world.h"

#include <algorithm>
#include <chrono>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pgcharter::testing {
namespace {

constexpr std::string_view kSetup = R"(
do $$
declare r text;
begin
  for r in select rolname from pg_catalog.pg_roles where rolname ~ '^f_' order by 1 loop
    execute pg_catalog.format('drop owned by %I cascade', r);
  end loop;
  for r in select nspname from pg_catalog.pg_namespace where nspname ~ '^team' loop
    execute pg_catalog.format('drop schema %I cascade', r);
  end loop;
  for r in select rolname from pg_catalog.pg_roles where rolname ~ '^f_' order by 1 loop
    execute pg_catalog.format('drop role %I', r);
  end loop;
end $$;
grant connect on database faults to postgres;  -- so that its list is never NULL: no statement makes it that again
drop schema if exists app cascade;
drop schema if exists made cascade;

create role f_owner;
create role f_group;
create role f_reader login connection limit 3;
create role f_writer;
create role f_stray;
create role f_leaver;
alter role f_reader set statement_timeout = '1min';
comment on role f_owner is 'an old comment';
grant f_group to f_stray, f_leaver;

create schema app;
create table app.t1 (id serial, note text);
create table app.t2 (id integer, note text);
create table app.t3 (id integer, note text);
create table app.left_behind (id integer);
alter table app.left_behind owner to f_leaver;
create function app.f(integer) returns integer language sql as 'select $1';
grant select on app.t1 to f_stray;
grant update (note) on app.t1 to f_stray;
grant all on app.t2 to f_writer;
grant select on app.t3 to f_leaver;
alter default privileges in schema app grant select on tables to f_stray;
)";

const std::string kManifest = R"yaml(charter: 1
name: faults
roles:
  f_owner: { comment: "owns app" }
  f_group: {}
  f_reader: { login: true, connection_limit: 5, settings: { statement_timeout: 30s }, member_of: [f_group] }
  f_writer: { member_of: [f_group] }
  f_new: { login: true, member_of: [f_reader] }
  f_stray: {}
  f_leaver: { ensure: absent, reassign_owned_to: f_owner }
schemas:
  app: { owner: f_owner, creators: [f_owner] }
  made: { owner: f_owner }
ownership:
  - { owner: f_owner, of: { tables: "app.*", sequences: "app.*", functions: "app.*" } }
grants:
  - { to: f_group, privileges: [usage], objects: { schemas: [app, made] } }
  - { to: f_reader, privileges: [select], objects: { tables: "app.*" }, future: true }
  - { to: f_writer, privileges: [select, insert, update], objects: { tables: [app.t1, app.t2] } }
  - { to: f_writer, privileges: [update], objects: { tables: app.t3 }, columns: [note] }
  - { to: public, privileges: [execute], objects: { functions: "app.f(integer)" }, ensure: absent }
  - { to: f_new, privileges: [connect], objects: { databases: faults } }
default_privileges:
  - { by: f_owner, in: app, to: f_writer, privileges: [usage], objects: sequences }
)yaml";

class Listener final : public ApplyObserver {
 public:
  Listener(Told& told, const std::function<void(const Statement&)>& on_statement) : told_(told), on_statement_(on_statement) {}
  void statement_begins(const Statement& statement, std::size_t, std::size_t) override {
    if (on_statement_) on_statement_(statement);
  }
  void message(const std::string& text) override { told_.messages.push_back(text); }
  void committed(const std::string& what) override { told_.committed.push_back(what); }

 private:
  Told& told_;
  const std::function<void(const Statement&)>& on_statement_;
};

}  // namespace

Dumps FaultTest::before;
Dumps FaultTest::after;

std::ostream& operator<<(std::ostream& out, const Told& told) {
  return out << fmt::format("{}, {} attempts, committed [{}], messages [{}], error {} {} ({}; {})", told.succeeded ? "success" : "failure",
                            told.attempts, fmt::join(told.committed, ", "), fmt::join(told.messages, " | "), told.code, told.error,
                            told.detail, told.hint);
}

const std::string& FaultTest::manifest() { return kManifest; }

std::unique_ptr<Connection> FaultTest::admin(const std::string& database) {
  ConnectOptions options = LiveServer::instance().options(database);
  options.application_name = "admin";
  return connect(options);
}

ConnectOptions FaultTest::subject(const std::string& database) {
  ConnectOptions options = LiveServer::instance().options(database);
  options.application_name = "pgcharter faults";
  return options;
}

Connector FaultTest::direct() {
  return [](const std::optional<std::string>& database) { return connect(subject(database.value_or(kDatabase))); };
}

ReconcileOptions FaultTest::options() {
  ReconcileOptions options;
  options.allow = {Hazard::DropRole, Hazard::DropObject, Hazard::LoginLoss, Hazard::LockOut, Hazard::PrivilegeEscalation};
  options.apply.wait = std::chrono::seconds(20);
  return options;
}

std::unique_ptr<Planned> FaultTest::plan(const Connector& connector, const std::string& manifest) {
  CharterSources sources;
  sources.documents.push_back({"faults.yaml", "", manifest.empty() ? kManifest : manifest});
  Diagnostics diagnostics;
  const auto charter = load_charter(sources, diagnostics);
  auto planned = charter ? make_planned(*charter, connector, options(), diagnostics) : nullptr;
  if (planned == nullptr) {
    std::ostringstream text;
    for (const Diagnostic& diagnostic : diagnostics.all()) write_diagnostic(text, diagnostic);
    throw std::runtime_error(text.str());
  }
  return planned;
}

Told FaultTest::apply(const Planned& shown, const Connector& connector, const ReconcileOptions& options,
                      const std::function<void(const Statement&)>& on_statement) {
  Told told;
  Listener listener(told, on_statement);
  try {
    const ApplyOutcome outcome = apply_planned(shown, connector, options, listener);
    told.succeeded = true;
    told.attempts = outcome.attempts;
    told.statements = outcome.statements;
  } catch (const Error& error) {
    const auto* refusal = dynamic_cast<const Refusal*>(&error);
    told.exit_code = refusal != nullptr ? refusal->exit_code : 1;
    told.code = error.code;
    told.error = error.what();
    told.detail = error.detail;
    told.hint = error.hint;
  }
  return told;
}

void FaultTest::SetUpTestSuite() {
  if (!before.empty()) return;
  LiveServer::instance().create_database(kDatabase);
  admin()->execute(kSetup);
  before = dump(LiveServer::instance(), {kDatabase});
  const auto planned = plan(direct());
  const Told told = apply(*planned, direct());
  if (!told.succeeded) throw std::runtime_error(told.error + told.detail);
  after = dump(LiveServer::instance(), {kDatabase});
}

void FaultTest::reset() {
  const auto connection = admin();
  ASSERT_TRUE(sessions_end(*connection));
  connection->execute(kSetup);
  const Dumps now = dump(LiveServer::instance(), {kDatabase});
  ASSERT_TRUE(now == before) << difference(before, now);
}

Verdict FaultTest::judge() {
  const Dumps now = dump(LiveServer::instance(), {kDatabase});
  if (now == before) return Verdict::Before;
  if (now == after) return Verdict::After;
  ADD_FAILURE() << "between; from before:\n" << difference(before, now) << "from after:\n" << difference(after, now);
  return Verdict::Between;
}

void FaultTest::expect_truth(const Told& told, const std::string& fault) {
  const Verdict verdict = judge();
  if (told.unknown()) return;  // either is true; judge() has failed where it is neither
  const Verdict said = told.succeeded || !told.committed.empty() ? Verdict::After : Verdict::Before;
  EXPECT_EQ(static_cast<int>(verdict), static_cast<int>(said)) << fault << ": " << told;
  EXPECT_TRUE(told.succeeded || !told.error.empty()) << fault;
}

void FaultTest::expect_convergence(const std::string& fault) {
  const Told told = apply(*plan(direct()), direct());
  EXPECT_TRUE(told.succeeded) << fault << ": " << told;
  const Dumps now = dump(LiveServer::instance(), {kDatabase});
  EXPECT_TRUE(now == after) << fault << difference(after, now);
  EXPECT_TRUE(plan(direct())->plan.steps.empty()) << fault;
}

void end_session(Connection& admin, int pid) {
  admin.execute("SELECT pg_catalog.pg_terminate_backend(" + std::to_string(pid) + ")");
  for (bool there = true; there;) {
    there = false;
    admin.query({"gone", "select 1 from pg_catalog.pg_stat_activity where pid = $1::int"}, {std::to_string(pid)},
                [&there](const Row&) { there = true; });
    if (there) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace pgcharter::testing
