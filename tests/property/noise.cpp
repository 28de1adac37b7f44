// Access that is there before the charter: grants by owners and by grantees with a grant option, column grants, revoked built-in defaults,
// owners without privileges, default privileges. All of it is what years of hand-made GRANTs leave behind, and what a plan must either take
// away or leave alone.
#include "property/generator.h"
#include "property/names.h"

namespace pgcharter::property {
namespace {

/// Who holds access: everybody who exists, those that the charter will drop among them.
std::vector<std::string> grantees(const Case& c) {
  std::vector<std::string> names;
  for (const auto& role : c.roles) {
    if (role.exists) names.push_back(role.before_name);
  }
  return names;
}

class Noise {
 public:
  Noise(Rng& rng, Case& c) : rng_(rng), sql_(c.database_sql), roles_(grantees(c)), kinds_(default_kinds()), case_(c) {}

  void on_object(Kind kind, const std::string& what, const std::string& owner, const std::string& schema,
                 const std::vector<std::string>& columns) {
    if (roles_.empty()) return;
    if (rng_.chance(15)) sql_ += "REVOKE ALL ON " + what + " FROM PUBLIC;\n";
    if (!owner.empty() && rng_.chance(15)) {
      sql_ += "REVOKE " + sql_list(rng_.some(kind_privileges(kind), 1, 3)) + " ON " + what + " FROM " + sql_name(owner) + ";\n";
    }
    for (std::size_t n = rng_.below(4); n > 0; --n) object_grant(kind, what, owner, schema);
    if (columns.empty()) return;
    for (std::size_t n = rng_.below(3); n > 0; --n) column_grant(what, columns);
  }

  void on_default_privileges() {
    if (roles_.empty()) return;
    for (std::size_t n = rng_.below(5); n > 0; --n) default_privilege();
  }

 private:
  void object_grant(Kind kind, const std::string& what, const std::string& owner, const std::string& schema) {
    const auto privileges = rng_.some(kind_privileges(kind), 1, 4);
    const std::string first = rng_.chance(15) ? kPublicName : rng_.pick(roles_);
    const bool option = first != kPublicName && rng_.chance(35);
    sql_ += "GRANT " + sql_list(privileges) + " ON " + what + " TO " + sql_grantee(first) + (option ? " WITH GRANT OPTION" : "") + ";\n";
    if (!option || first == owner || !rng_.chance(60)) return;
    // The second level: the grantee hands it on. To name the object it needs USAGE on its schema.
    const std::string second = rng_.chance(15) ? kPublicName : rng_.pick(roles_);
    if (second == first || second == owner) return;
    if (!schema.empty()) sql_ += "GRANT USAGE ON SCHEMA " + sql_name(schema) + " TO " + sql_name(first) + ";\n";
    sql_ += "SET ROLE " + sql_name(first) + ";\nGRANT " + sql_list(rng_.some(privileges, 1, 2)) + " ON " + what + " TO " +
            sql_grantee(second) + (second != kPublicName && rng_.chance(30) ? " WITH GRANT OPTION" : "") + ";\nRESET ROLE;\n";
  }

  void column_grant(const std::string& what, const std::vector<std::string>& columns) {
    std::vector<std::string> quoted;
    for (const auto& column : rng_.some(columns, 1, 2)) quoted.push_back(sql_name(column));
    const std::string to = rng_.chance(15) ? kPublicName : rng_.pick(roles_);
    sql_ += "GRANT " + rng_.pick(column_privileges()) + " (" + sql_list(quoted) + ") ON " + what + " TO " + sql_grantee(to) +
            (to != kPublicName && rng_.chance(20) ? " WITH GRANT OPTION" : "") + ";\n";
  }

  void default_privilege() {
    const Kind kind = rng_.pick(kinds_);
    const std::string what = words(kind).default_words;
    const std::string creator = rng_.pick(roles_);
    std::string in;
    if (in_schema(kind) && rng_.chance(60)) {
      std::vector<std::string> schemas;
      for (const auto& schema : case_.schemas) {
        if (schema.exists) schemas.push_back(schema.name);
      }
      if (!schemas.empty()) in = " IN SCHEMA " + sql_name(rng_.pick(schemas));
    }
    const std::string head = "ALTER DEFAULT PRIVILEGES FOR ROLE " + sql_name(creator) + in;
    const auto privileges = rng_.some(kind_privileges(kind), 1, 3);
    if (in.empty() && rng_.chance(25)) {
      const std::string from = *words(kind).public_default != 0 && rng_.chance(60) ? kPublicName : creator;
      sql_ += head + " REVOKE " + sql_list(privileges) + " ON " + what + " FROM " + sql_grantee(from) + ";\n";
      return;
    }
    const std::string to = rng_.chance(15) ? kPublicName : rng_.pick(roles_);
    if (to == creator) return;
    sql_ += head + " GRANT " + sql_list(privileges) + " ON " + what + " TO " + sql_grantee(to) +
            (to != kPublicName && rng_.chance(25) ? " WITH GRANT OPTION" : "") + ";\n";
  }

  Rng& rng_;
  std::string& sql_;
  std::vector<std::string> roles_;
  std::vector<Kind> kinds_;
  const Case& case_;
};

}  // namespace

void make_noise(Rng& rng, Case& c) {
  Noise noise(rng, c);
  for (const auto& schema : c.schemas) {
    if (schema.exists) noise.on_object(Kind::Schema, "SCHEMA " + sql_name(schema.name), schema.owner, {}, {});
  }
  for (const auto& object : c.objects) {
    const bool built_in = object.relkind == '-' && !in_schema(object.key.kind) && object.key.kind != Kind::Parameter;
    if (built_in && !rng.chance(15)) continue;
    noise.on_object(object.key.kind, sql_object(object), object.owner, object.key.schema, object.columns);
  }
  if (rng.chance(40)) noise.on_object(Kind::Database, "DATABASE " + sql_name(c.database), c.database_owner, {}, {});
  noise.on_default_privileges();
}

}  // namespace pgcharter::property
