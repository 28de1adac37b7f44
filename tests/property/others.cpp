// What stands outside of schemas: languages, foreign data wrappers and servers, large objects, tablespaces, parameters. Some is always
// there (sql, plpgsql, pg_default), which patterns reach, too. Tablespaces and parameters belong to the whole server: a case takes them
// away again.
#include "property/generator.h"
#include "property/names.h"

namespace pgcharter::property {
namespace {

class OtherMaker {
 public:
  OtherMaker(Rng& rng, Case& c) : rng_(rng), case_(c), owners_(existing_roles(c)) {
    for (const auto& role : c.roles) {
      if (role.exists && role.status != Status::Absent && role.before.flags.at("superuser")) superusers_.push_back(role.before_name);
    }
  }

  void make() {
    built_in(Kind::Language, "sql");
    built_in(Kind::Language, "plpgsql").extension_member = true;
    if (rng_.chance(25)) add(Kind::Language, hard_name(rng_, "lang", 35), 'l', owner());
    // Foreign tables need a server, so there is always one.
    add(Kind::Wrapper, "nothing", 'W', "");
    add(Kind::Server, "nowhere", 'X', "");
    // The owner of a wrapper must be a superuser.
    if (rng_.chance(25)) add(Kind::Wrapper, hard_name(rng_, "wrap", 35), 'W', superusers_.empty() ? "" : rng_.pick(superusers_));
    if (rng_.chance(30)) add(Kind::Server, hard_name(rng_, "serv", 35), 'X', owner());
    if (rng_.chance(40)) large_objects();
    tablespaces();
    if (server_major() >= 15 && rng_.chance(40)) parameters();
  }

 private:
  std::string owner() { return owners_.empty() || rng_.chance(50) ? std::string() : rng_.pick(owners_); }

  ObjectSpec& add(Kind kind, const std::string& name, char relkind, const std::string& owner) {
    ObjectSpec object;
    object.key = {kind, "", name, ""};
    object.relkind = relkind;
    object.owner = owner;
    case_.objects.push_back(object);
    return case_.objects.back();
  }
  ObjectSpec& built_in(Kind kind, const std::string& name) { return add(kind, name, '-', ""); }

  void large_objects() {
    for (std::size_t n = rng_.between(1, 3); n > 0; --n)
      add(Kind::LargeObject, std::to_string(40000 + 10 * n + rng_.below(10)), 'L', owner());
  }

  void tablespaces() {
    built_in(Kind::Tablespace, "pg_default");
    built_in(Kind::Tablespace, "pg_global");
    if (!rng_.chance(20)) return;
    for (std::size_t n = rng_.between(1, 2); n > 0; --n) {
      add(Kind::Tablespace, hard_name(rng_, "p" + std::to_string(case_.seed) + "_ts" + std::to_string(n), 35), 'T', owner());
    }
  }

  void parameters() {
    struct Parameter {
      const char* name;
      const char* spelled;
    };
    static const std::vector<Parameter> all = {{"work_mem", "Work_Mem"},
                                               {"datestyle", "DateStyle"},
                                               {"log_statement", "log_statement"},
                                               {"app.level", "app.level"},
                                               {"work_mem_limit.x$", "work_mem_limit.X$"}};
    for (const auto& parameter : rng_.some(all, 1, 3)) {
      ObjectSpec& object = add(Kind::Parameter, parameter.name, '-', "");
      object.manifest_name = rng_.chance(50) ? parameter.name : parameter.spelled;
    }
  }

  Rng& rng_;
  Case& case_;
  std::vector<std::string> owners_;
  std::vector<std::string> superusers_;
};

}  // namespace

void make_others(Rng& rng, Case& c) { OtherMaker(rng, c).make(); }

std::vector<std::string> clean_up_sql(const Case& c) {
  std::vector<std::string> statements;
  std::vector<std::string> names;
  for (const auto& role : c.roles) {
    names.push_back(sql_name(role.name));
    if (role.before_name != role.name) names.push_back(sql_name(role.before_name));
  }
  for (const auto& object : c.objects) {
    if (object.relkind == 'T') statements.push_back("DROP TABLESPACE IF EXISTS " + sql_name(object.key.name));
  }
  // The catalogs are written directly: there are privileges that no REVOKE takes away again.
  statements.emplace_back("UPDATE pg_catalog.pg_tablespace SET spcacl = NULL, spcowner = 10 WHERE spcacl IS NOT NULL OR spcowner <> 10");
  std::string dependent = "'pg_catalog.pg_tablespace'::pg_catalog.regclass";
  if (server_major() >= 15) {
    statements.emplace_back("DELETE FROM pg_catalog.pg_parameter_acl");
    dependent += ", 'pg_catalog.pg_parameter_acl'::pg_catalog.regclass";
  }
  statements.push_back("DELETE FROM pg_catalog.pg_shdepend WHERE classid IN (" + dependent + ")");
  statements.push_back("DROP ROLE IF EXISTS " + sql_list(names));
  return statements;
}

}  // namespace pgcharter::property
