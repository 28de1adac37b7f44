// PostgreSQL's own answer to "may this role do that": the has_…_privilege functions and pg_has_role(), for every role,
// object and privilege, against the model's expectation through memberships, PUBLIC and superuser.
//
// A membership passes privileges on when the member has INHERIT (before 16), or when it has the option itself (16 and later;
// https://www.postgresql.org/docs/current/role-membership.html). One query per kind asks everything.
#include "property/check.h"

namespace pgcharter::property {
namespace {

enum class Answer { No, Yes, Unknown };

Answer answer(const GranteeWants& wants, const std::set<std::string>& through, const std::string& privilege) {
  bool unknown = false;
  for (const auto& name : through) {
    const auto grantee = wants.find(name);
    if (grantee == wants.end()) continue;
    const Want want = grantee->second.at(privilege);
    if (want == Want::Any)
      unknown = true;
    else if (want != Want::No)
      return Answer::Yes;
  }
  return unknown ? Answer::Unknown : Answer::No;
}

class FunctionChecker {
 public:
  FunctionChecker(Connection& connection, const Model& model, const Snapshot& after, Complaints& complaints)
      : connection_(connection), model_(model), after_(after), complaints_(complaints) {
    for (const auto& [name, facts] : model.roles) through_[name] = effective_roles(model, after, name);
  }

  void check() {
    for (const KindWords& row : all_kinds()) {
      if (row.kind == Kind::Parameter)
        parameters();
      else if (*row.has_privilege != 0)
        objects(row);
    }
    columns();
    memberships();
  }

 private:
  bool superuser(const std::string& role) const { return model_.roles.at(role).attributes.flags.at("superuser"); }

  void compare(const std::string& what, const std::string& role, const std::string& privilege, Answer expected, bool is) {
    if (superuser(role)) expected = Answer::Yes;
    if (expected == Answer::Unknown || (expected == Answer::Yes) == is) return;
    complaints_.push_back(what + ": PostgreSQL says that <" + role + "> " + (is ? "has " : "does not have ") + privilege +
                          ", the charter says otherwise");
  }

  void objects(const KindWords& kind) {
    std::map<long, const ObjectKey*> by_oid;
    std::string oids = "{";
    for (const auto& [key, model] : model_.objects) {
      const auto it = after_.objects.find(key);
      if (key.kind != kind.kind || it == after_.objects.end()) continue;
      by_oid[it->second.oid] = &key;
      oids += (oids.size() > 1 ? "," : "") + std::to_string(it->second.oid);
    }
    if (by_oid.empty()) return;
    std::string privileges = "{";
    for (const auto& privilege : kind.privileges) privileges += (privileges.size() > 1 ? "," : "") + privilege;
    const std::string sql = std::string("select o, r.rolname, p, pg_catalog.") + kind.has_privilege +
                            "(r.oid, o, p) from unnest($1::oid[]) o, pg_catalog.pg_roles r, unnest($2::text[]) p where r.rolname !~ '^pg_'";
    connection_.query({"test_has_privilege", sql}, {oids + "}", privileges + "}"}, [&](const Row& row) {
      const ObjectKey& key = *by_oid.at(row.number(0));
      const std::string role(row.text(1));
      const std::string privilege(row.text(2));
      if (!model_.roles.contains(role)) return;
      compare(describe(key), role, privilege, answer(model_.objects.at(key).acl, through_.at(role), privilege), row.boolean(3));
    });
  }

  /// Parameters are asked by name, and have no oid where nobody was granted anything.
  void parameters() {
    for (const auto& object : model_.objects) {  // no structured binding: the lambda below captures
      const ObjectKey& key = object.first;
      const ObjectModel& model = object.second;
      if (key.kind != Kind::Parameter) continue;
      connection_.query({"test_has_parameter_privilege",
                         "select r.rolname, p, pg_catalog.has_parameter_privilege(r.oid, $1, p) from pg_catalog.pg_roles r, "
                         "unnest('{SET,ALTER SYSTEM}'::text[]) p where r.rolname !~ '^pg_'"},
                        {key.name}, [&](const Row& row) {
                          const std::string role(row.text(0));
                          const std::string privilege(row.text(1));
                          if (!model_.roles.contains(role)) return;
                          compare(describe(key), role, privilege, answer(model.acl, through_.at(role), privilege), row.boolean(2));
                        });
    }
  }

  void columns() {
    connection_.query({"test_has_column_privilege",
                       "select n.nspname, c.relname, a.attname, r.rolname, p, pg_catalog.has_column_privilege(r.oid, c.oid, a.attnum, p) "
                       "from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace join pg_catalog.pg_attribute a "
                       "on a.attrelid = c.oid, "
                       "pg_catalog.pg_roles r, unnest('{SELECT,INSERT,UPDATE,REFERENCES}'::text[]) p where c.relkind in "
                       "('r','p','v','m','f') and a.attnum > 0 "
                       "and not a.attisdropped and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and r.rolname !~ '^pg_'"},
                      {}, [&](const Row& row) {
                        const ObjectKey key{Kind::Table, std::string(row.text(0)), std::string(row.text(1)), ""};
                        const std::string role(row.text(3));
                        const std::string privilege(row.text(4));
                        if (!model_.roles.contains(role)) return;
                        const ObjectModel& model = model_.objects.at(key);
                        const std::string column(row.text(2));
                        const Answer table = answer(model.acl, through_.at(role), privilege);
                        const Answer own = answer(model.columns.at(column), through_.at(role), privilege);
                        const Answer expected = table == Answer::Yes || own == Answer::Yes           ? Answer::Yes
                                                : table == Answer::Unknown || own == Answer::Unknown ? Answer::Unknown
                                                                                                     : Answer::No;
                        compare(describe(key) + " column <" + column + ">", role, privilege, expected, row.boolean(5));
                      });
  }

  void memberships() {
    connection_.query(
        {"test_has_role",
         "select m.rolname, g.rolname, pg_catalog.pg_has_role(m.oid, g.oid, 'USAGE') from pg_catalog.pg_roles m, pg_catalog.pg_roles g "
         "where m.rolname !~ '^pg_' and g.rolname !~ '^pg_'"},
        {}, [&](const Row& row) {
          const std::string member(row.text(0));
          if (!model_.roles.contains(member)) return;
          const bool expected = through_.at(member).contains(std::string(row.text(1)));
          compare("role <" + std::string(row.text(1)) + ">", member, "its privileges", expected ? Answer::Yes : Answer::No, row.boolean(2));
        });
  }

  Connection& connection_;
  const Model& model_;
  const Snapshot& after_;
  Complaints& complaints_;
  std::map<std::string, std::set<std::string>> through_;
};

/// Whether a membership on 16 and later is inherited; where the model leaves it open, what is there counts.
bool passes_on(const Model& model, const Snapshot& after, const std::pair<std::string, std::string>& edge) {
  const auto wanted = model.membership_options.find(edge);
  if (wanted != model.membership_options.end() && wanted->second.inherit) return *wanted->second.inherit;
  const auto is = after.memberships.find(edge);
  return is != after.memberships.end() && is->second.inherit.value_or(false);
}

}  // namespace

std::set<std::string> effective_roles(const Model& model, const Snapshot& after, const std::string& role) {
  std::set<std::string> result = {kPublicName};
  std::vector<std::string> open = {role};
  std::string database_owner;
  for (const auto& [key, object] : model.objects) {
    if (key.kind == Kind::Database) database_owner = object.owner;
  }
  while (!open.empty()) {
    const std::string name = open.back();
    open.pop_back();
    if (!result.insert(name).second) continue;
    const auto facts = model.roles.find(name);
    if (facts == model.roles.end()) continue;
    // Before 16 the member's attribute decides about all its memberships, from 16 on each edge has an option of its own.
    const bool by_edge = server_major() >= 16;
    if (!by_edge && !facts->second.attributes.flags.at("inherit")) continue;
    if (name == database_owner) open.push_back("pg_database_owner");
    for (const auto& [edge, want] : model.memberships) {
      // Where the model admits both, what is there counts.
      const bool member = want == Want::Any ? after.memberships.contains(edge) : want != Want::No;
      if (edge.second == name && member && (!by_edge || passes_on(model, after, edge))) open.push_back(edge.first);
    }
  }
  return result;
}

void check_functions(Connection& connection, const Model& model, const Snapshot& after, Complaints& complaints) {
  FunctionChecker(connection, model, after, complaints).check();
}

}  // namespace pgcharter::property
