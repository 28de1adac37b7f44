// An administrator who does exactly what he is told: the statements of the missing rights, in their order, at most three times.
#include "property/executor.h"

#include <cstdlib>
#include <stdexcept>

#include "property/names.h"

namespace pgcharter::property {
namespace {

constexpr int kRounds = 3;

/// Memberships that the bootstrap superuser granted become the executor's, who may administer their groups: else it could end none of them.
/// Languages and tablespaces of the bootstrap superuser: only a superuser could say anything about them.
constexpr const char* kHandOver = R"(
DO $do$
DECLARE row record;
BEGIN
  FOR row IN SELECT 'LANGUAGE' AS kind, lanname AS name FROM pg_language WHERE lanowner = 10
             UNION ALL SELECT 'TABLESPACE', spcname FROM pg_tablespace WHERE spcowner = 10 LOOP
    EXECUTE format('ALTER %s %I OWNER TO MAKER', row.kind, row.name);
  END LOOP;
END $do$)";

constexpr const char* kTakeOver = R"(
DO $do$
DECLARE row record;
BEGIN
  FOR row IN SELECT m.roleid::regrole AS role, m.member::regrole AS member, m.admin_option::text AS a, m.inherit_option::text AS i,
                    m.set_option::text AS s
             FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid
             WHERE m.grantor = 10 AND r.rolname NOT LIKE 'pg\_%' AND NOT r.rolsuper AND m.member <> 'EXECUTOR'::regrole LOOP
    EXECUTE format('GRANT %s TO %s WITH ADMIN TRUE, INHERIT FALSE, SET FALSE', row.role, 'EXECUTOR'::regrole);
    EXECUTE format('GRANT %s TO %s WITH ADMIN %s, INHERIT %s, SET %s GRANTED BY %s', row.role, row.member, row.a, row.i, row.s, 'EXECUTOR'::regrole);
    EXECUTE format('REVOKE %s FROM %s GRANTED BY %s', row.role, row.member, 10::oid::regrole);
  END LOOP;
END $do$)";

std::string with_name(std::string sql, std::string_view word, const std::string& name) {
  for (std::size_t at = 0; (at = sql.find(word, at)) != std::string::npos; at += name.size()) sql.replace(at, word.size(), name);
  return sql;
}

bool wanted() {
  const char* text = std::getenv("PGCHARTER_PROPERTY_EXECUTOR");
  if (text == nullptr || *text == 0) return false;
  if (std::string(text) != "createrole") throw std::runtime_error("PGCHARTER_PROPERTY_EXECUTOR knows createrole only");
  return true;
}

Kind kind_of(ObjectKind kind, bool& known) {
  for (const KindWords& row : all_kinds()) {
    known = row.key == info(kind).manifest_key;
    if (known) return row.kind;
  }
  return Kind::Table;
}

}  // namespace

ExecutorMode::ExecutorMode() : on_(wanted()) {}

std::string executor_of(const Case& c) { return wanted() ? ExecutorMode().executor(c) : "postgres"; }

void check_own_memberships(const Case& c, const Snapshot& before, const Snapshot& after, Model& model,
                           std::vector<std::string>& complaints) {
  if (!wanted()) return;
  const std::string me = executor_of(c);
  for (const auto& [edge, facts] : after.memberships) {
    if (edge.second != me) continue;
    model.memberships[edge] = Want::Any;
    const auto was = before.memberships.find(edge);
    const bool created = server_major() >= 16 && !before.roles.contains(edge.first);
    const bool same = was != before.memberships.end() && was->second.admin == facts.admin && was->second.inherit == facts.inherit &&
                      was->second.set == facts.set;
    if (!same && !(created && facts.admin && facts.inherit == false && facts.set == false))
      complaints.push_back("the executor's membership in <" + edge.first + "> is not what it was");
  }
  for (const auto& [edge, facts] : before.memberships) {
    if (edge.second == me && !after.memberships.contains(edge) && after.roles.contains(edge.first))
      complaints.push_back("the executor's membership in <" + edge.first + "> is gone");
  }
}

void limit_attributes(Case& c) {
  if (!wanted()) return;
  for (auto& role : c.roles) {
    for (Attributes* attributes : {&role.before, &role.declared}) {
      for (const char* flag : {"superuser", "replication", "bypassrls"}) {
        const auto it = attributes->flags.find(flag);
        if (it != attributes->flags.end() && (server_major() < 16 || it->first == "superuser")) it->second = false;
      }
    }
  }
}

std::string ExecutorMode::executor(const Case& c) const { return on_ ? "x_executor_" + std::to_string(c.seed) : std::string(); }
std::string ExecutorMode::maker(const Case& c) const { return on_ ? "x_maker_" + std::to_string(c.seed) : std::string(); }

void ExecutorMode::make_roles(Connection& admin, const Case& c) const {
  if (!on_) return;
  admin.execute("CREATE ROLE " + executor(c) + " LOGIN CREATEROLE CREATEDB; CREATE ROLE " + maker(c) + " LOGIN SUPERUSER");
}

void ExecutorMode::finish_roles(Connection& admin, const Case& c) const {
  if (!on_) return;
  admin.execute(with_name(kHandOver, "MAKER", maker(c)));
  admin.execute("ALTER ROLE " + maker(c) + " NOSUPERUSER");
  // A charter may take CONNECT away from everybody whom it does not name.
  admin.execute("GRANT CONNECT ON DATABASE " + sql_name(c.database) + " TO " + executor(c));
  if (server_major() < 16 || c.seed % 2 != 0) return;
  admin.execute(with_name(kTakeOver, "EXECUTOR", executor(c)));
}

void ExecutorMode::keep_connect(Connection& admin, const Case& c, const Plan& plan, std::vector<std::string>& complaints) const {
  if (!on_) return;
  bool connects = true;
  admin.query({"test_connect", "select pg_catalog.has_database_privilege($1, pg_catalog.current_database(), 'connect')"}, {executor(c)},
              [&](const Row& row) { connects = row.boolean(0); });
  if (connects) return;
  if (!plan.summary.hazards.contains(Hazard::LockOut)) complaints.push_back("the executor was locked out, and the plan did not say so");
  admin.execute("GRANT CONNECT ON DATABASE " + sql_name(c.database) + " TO " + executor(c));
}

void ExecutorMode::drop_roles(Connection& admin, const Case& c) const {
  if (!on_) return;
  for (const std::string& role : {executor(c), maker(c)}) {
    admin.execute("DROP OWNED BY " + role + "; DROP ROLE " + role);
  }
}

bool ExecutorMode::provide(Connection& admin, const std::function<std::unique_ptr<Planned>()>& plan, std::vector<std::string>& complaints,
                           std::vector<std::string>& skipped) {
  for (int round = 0; on_; ++round) {
    const auto planned = plan();
    if (planned == nullptr || planned->missing.empty()) return true;
    bool possible = true;
    for (const MissingRight& right : planned->missing) {
      if (!right.sql.empty()) continue;
      skipped.push_back(right.what);
      possible = false;
    }
    if (!possible) return false;
    if (round == kRounds) {
      for (const MissingRight& right : planned->missing) complaints.push_back("still asked for after 3 rounds: " + right.sql);
      return true;
    }
    for (const MissingRight& right : planned->missing) admin.execute(right.sql);
    rights_ += planned->missing.size();
  }
  return true;
}

void excuse_unremovable(Model& model, const Planned& planned) {
  const RoleNames& names = *planned.actual.names;
  for (const Change& change : planned.unremovable) {
    if (const auto* c = std::get_if<ChangePrivileges>(&change.body)) {
      const DesiredObjects& objects =
          change.database < 0 ? planned.desired.cluster : planned.desired.databases[static_cast<std::size_t>(change.database)].objects;
      for (const std::uint32_t i : *c->objects) {
        const ObjectName& id = objects.object(i).id;
        bool known = false;
        const auto object = model.objects.find({kind_of(id.kind, known), id.schema, id.name, id.args});
        if (!known || object == model.objects.end()) continue;
        GranteeWants& wants = c->column.empty() ? object->second.acl : object->second.columns[c->column];
        for_each(c->privileges, [&](Privilege p) { wants[names.name(c->grantee)][std::string(info(p).keyword)] = Want::Any; });
      }
      continue;
    }
    const auto* revoke = std::get_if<RevokeMembership>(&change.body);
    const Membership& row = revoke != nullptr ? revoke->membership : *std::get<GrantMembership>(change.body).before;
    const std::pair key(names.name(row.role), names.name(row.member));
    model.memberships[key] = Want::Any;
    model.membership_options.erase(key);
  }
}

}  // namespace pgcharter::property
