// The SQL that makes a case's server and database: roles with memberships, schemas, objects (objects_sql.cpp), members of an extension, and
// the noise on all of it (noise.cpp).
#include "property/generator.h"
#include "property/names.h"

namespace pgcharter::property {
namespace {

std::string role_attributes(const Attributes& a) {
  std::string text;
  for (const auto& [flag, on] : a.flags) {
    std::string word = on ? "" : "NO";
    for (const char c : flag) word += static_cast<char>(c - 'a' + 'A');
    text += " " + word;
  }
  text += " CONNECTION LIMIT " + std::to_string(a.connection_limit);
  if (!a.valid_until.empty()) text += " VALID UNTIL '" + a.valid_until + " 00:00:00+00'";
  return text;
}

/// What 16 and later allow beyond: options of the edge, and the same edge once more by somebody who has the admin option.
void more_grantors(Rng& rng, std::string& sql, const RoleSpec& group, const std::string& member, const std::vector<std::string>& admins) {
  const auto options = [&] {
    return std::string(" WITH INHERIT ") + (rng.chance(50) ? "TRUE" : "FALSE") + ", SET " + (rng.chance(50) ? "TRUE" : "FALSE");
  };
  const std::string grant = "GRANT " + sql_name(group.before_name) + " TO " + member;
  if (rng.chance(30)) sql += grant + options() + ";\n";
  if (admins.empty() || !rng.chance(40)) return;
  const std::string by = rng.pick(admins);
  sql += grant + (rng.chance(50) ? options() : "") + " GRANTED BY " + by + ";\n";
}

void create_roles(Rng& rng, Case& c) {
  std::string& sql = c.cluster_sql;
  std::vector<const RoleSpec*> made;
  std::map<const RoleSpec*, std::vector<std::string>> admins;
  for (const auto& role : c.roles) {
    if (!role.exists) continue;
    const std::string name = sql_name(role.before_name);
    sql += "CREATE ROLE " + name + role_attributes(role.before) + ";\n";
    if (rng.chance(20)) sql += "COMMENT ON ROLE " + name + " IS " + sql_text(hard_name(rng, "remark", 60)) + ";\n";
    if (rng.chance(20)) sql += "ALTER ROLE " + name + " SET statement_timeout = '7s';\n";
    if (rng.chance(10)) sql += "ALTER ROLE " + name + " SET work_mem = '5MB';\n";
    // An earlier role is the group: the declared memberships keep the same direction, so there is never a loop.
    for (const auto* group : made) {
      if (!rng.chance(20)) continue;
      const bool admin = rng.chance(20);
      sql += "GRANT " + sql_name(group->before_name) + " TO " + name + (admin ? " WITH ADMIN OPTION" : "") + ";\n";
      if (server_major() >= 16) more_grantors(rng, sql, *group, name, admins[group]);
      if (admin) admins[group].push_back(name);
    }
    if (rng.chance(8)) sql += "GRANT pg_monitor TO " + name + ";\n";
    made.push_back(&role);
  }
}

}  // namespace

void make_bootstrap(Rng& rng, Case& c) {
  create_roles(rng, c);
  for (const auto& schema : c.schemas) {
    if (!schema.exists || schema.name == "public") continue;
    c.database_sql +=
        "CREATE SCHEMA " + sql_name(schema.name) + (schema.owner.empty() ? "" : " AUTHORIZATION " + sql_name(schema.owner)) + ";\n";
  }
  // What stands outside of schemas comes first: foreign tables need a server.
  for (const bool inside : {false, true}) {
    for (const auto& object : c.objects) {
      if (in_schema(object.key.kind) == inside) create_object(rng, object, c);
    }
  }
  for (const auto& object : c.objects) give_to_owner(object, c);
  for (const auto& object : c.objects) {
    if (object.extension_member && object.relkind != '-') make_member(rng, object, c);
  }
  make_noise(rng, c);
}

}  // namespace pgcharter::property
