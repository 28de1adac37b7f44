// What exists before the charter: roles, schemas and objects, with names that are hard to quote and owners of every sort.
//
// Roles live in the whole server, so their names begin with the seed; the objects live in a database of the case's own.
#include <algorithm>

#include "property/executor.h"
#include "property/generator.h"
#include "property/names.h"

namespace pgcharter::property {
namespace {

Attributes random_attributes(Rng& rng) {
  Attributes a;
  a.flags = {{"superuser", rng.chance(3)}, {"createdb", rng.chance(15)},    {"createrole", rng.chance(15)}, {"inherit", rng.chance(80)},
             {"login", rng.chance(40)},    {"replication", rng.chance(10)}, {"bypassrls", rng.chance(10)}};
  if (rng.chance(20)) a.connection_limit = static_cast<int>(rng.below(50));
  if (rng.chance(20)) a.valid_until = rng.chance(50) ? "2031-05-06" : "2020-02-29";
  return a;
}

void make_roles(Rng& rng, Case& c) {
  const std::size_t count = rng.between(4, 10);
  for (std::size_t i = 0; i < count; ++i) {
    RoleSpec role;
    role.name =
        hard_name(rng, "p" + std::to_string(c.seed) + "_" + std::string(1, static_cast<char>('a' + i)) + std::to_string(rng.below(3)), 40);
    role.before_name = role.name;
    const std::size_t dice = rng.below(100);
    // Two declared ones at least: with less there is nothing to test.
    role.status = i < 2 || dice < 55 ? Status::Declared : dice < 72 ? Status::External : dice < 93 ? Status::Undeclared : Status::Absent;
    role.exists = role.status == Status::External || role.status == Status::Undeclared || rng.chance(65);
    role.before = random_attributes(rng);
    if (role.status == Status::Declared && role.exists && rng.chance(10)) {
      role.before_name = hard_name(rng, "p" + std::to_string(c.seed) + "_old" + std::to_string(i), 30);
    }
    c.roles.push_back(role);
  }
}

void make_schemas(Rng& rng, Case& c, const std::vector<std::string>& owners) {
  static const std::vector<std::string> stems = {"events", "ev_raw", "app", "null", "s1", "Reports"};
  for (const auto& stem : rng.some(stems, 1, 4)) {
    SchemaSpec schema;
    schema.name = hard_name(rng, stem, 35);
    schema.exists = rng.chance(80);
    if (schema.exists && !owners.empty() && rng.chance(60)) schema.owner = rng.pick(owners);
    c.schemas.push_back(schema);
  }
  if (rng.chance(30)) {
    SchemaSpec schema;
    schema.name = "public";
    schema.exists = true;
    schema.owner = "pg_database_owner";
    c.schemas.push_back(schema);
  }
}

/// Names of one schema share pg_class, so a name is used once; functions are kept apart for clarity only.
class ObjectMaker {
 public:
  ObjectMaker(Rng& rng, Case& c, const std::vector<std::string>& owners, std::string schema)
      : rng_(rng), case_(c), owners_(owners), schema_(std::move(schema)) {}

  void make() {
    const std::size_t count = rng_.between(1, 6);
    for (std::size_t i = 0; i < count; ++i) {
      switch (rng_.below(10)) {
        case 0:
          relation('v', {});
          break;
        case 1:
          relation('m', {});
          break;
        case 2:
          relation('f', {});
          break;
        case 3:
          partitioned();
          break;
        case 4:
          sequence({}, owner());
          break;
        case 5:
          function();
          break;
        case 6:
          type();
          break;
        default:
          table();
          break;
      }
    }
  }

 private:
  std::string name(const char* stem) { return hard_name(rng_, stem + std::to_string(++number_), 35); }
  std::string owner() { return owners_.empty() || rng_.chance(50) ? std::string() : rng_.pick(owners_); }

  ObjectSpec& relation(char relkind, const std::string& fixed_owner) {
    static const std::vector<const char*> stems = {"t", "log_", "log_a", "null", "Tab"};
    ObjectSpec object;
    object.key = {Kind::Table, schema_, name(rng_.pick(stems)), ""};
    object.relkind = relkind;
    object.owner = fixed_owner.empty() ? owner() : fixed_owner;
    const std::size_t columns = rng_.between(1, 3);
    for (std::size_t i = 0; i < columns; ++i) object.columns.push_back(hard_name(rng_, "c" + std::to_string(i), 30));
    case_.objects.push_back(object);
    return case_.objects.back();
  }

  void table() {
    const ObjectSpec copy = relation('r', {});
    if (rng_.chance(35)) sequence(copy.key.name, copy.owner);
  }

  void partitioned() {
    const ObjectSpec parent = relation('p', {});
    ObjectSpec& part = relation('P', {});
    part.columns = parent.columns;
    part.linked_table = parent.key.name;
  }

  void sequence(const std::string& table, const std::string& sequence_owner) {
    ObjectSpec object;
    object.key = {Kind::Sequence, schema_, name("q"), ""};
    object.relkind = rng_.chance(50) ? 'S' : 'I';  // 'I': an identity column's, where it has a table
    object.owner = sequence_owner;
    object.linked_table = table;
    case_.objects.push_back(object);
  }

  void function() {
    struct Signature {
      const char* canonical;
      const char* spelled;
    };
    static const std::vector<Signature> signatures = {{"", ""},
                                                      {"integer", "int"},
                                                      {"integer, text", "int4,text"},
                                                      {"bigint[]", "int8[]"},
                                                      {"character varying", "varchar"},
                                                      {"timestamp with time zone, boolean", "timestamptz, bool"}};
    const std::string base = name("fn");
    const std::size_t form = rng_.below(4);
    const auto chosen = rng_.some(signatures, 1, form == 0 ? 3 : 1);
    for (const auto& signature : chosen) {
      ObjectSpec object;
      object.relkind = form == 1 ? 'a' : form == 2 ? 'w' : 'u';  // aggregate, procedure, function
      object.key = {Kind::Function, schema_, base, form == 1 ? "integer" : signature.canonical};
      object.manifest_args = rng_.chance(50) ? object.key.args : form == 1 ? "int" : signature.spelled;
      object.owner = owner();
      case_.objects.push_back(object);
    }
  }

  void type() {
    static const std::vector<char> forms = {'e', 'd', 'c', 'R'};
    ObjectSpec object;
    object.relkind = rng_.pick(forms);
    object.key = {Kind::Type, schema_, name("ty"), ""};
    object.owner = owner();
    case_.objects.push_back(object);
    if (object.relkind != 'R') return;
    // A range comes with functions that make its values and those of its multirange; one stands for all that share a name.
    const std::string multirange = name("mr");
    case_.objects.back().linked_table = multirange;
    for (const char* args : {"integer, integer", "integer, integer, text"}) made({Kind::Function, schema_, object.key.name, args});
    made({Kind::Function, schema_, multirange, ""});
  }

  void made(const ObjectKey& key) {
    ObjectSpec object;
    object.key = key;
    object.relkind = '-';
    object.manifest_args = key.args;
    case_.objects.push_back(object);
  }

  Rng& rng_;
  Case& case_;
  const std::vector<std::string>& owners_;
  std::string schema_;
  int number_ = 0;
};

/// Members of an extension belong to whoever made it, and have what it gave them.
void choose_members(Rng& rng, Case& c) {
  for (auto& object : c.objects) {
    const bool plain = object.linked_table.empty() && object.relkind != '-' && object.relkind != 'p' && !cluster_wide(object.key.kind) &&
                       object.key.kind != Kind::LargeObject && object.key.kind != Kind::Language;
    const bool linked = std::any_of(c.objects.begin(), c.objects.end(), [&](const ObjectSpec& other) {
      return other.key.schema == object.key.schema && other.linked_table == object.key.name;
    });
    if (!plain || linked || !rng.chance(8)) continue;
    object.extension_member = true;
    object.owner.clear();
  }
}

}  // namespace

std::vector<std::string> existing_roles(const Case& c) {
  std::vector<std::string> names;
  for (const auto& role : c.roles) {
    if (role.exists && role.status != Status::Absent) names.push_back(role.before_name);
  }
  return names;
}

void make_universe(Rng& rng, Case& c) {
  make_roles(rng, c);
  limit_attributes(c);
  const auto owners = existing_roles(c);
  c.database = hard_name(rng, "p" + std::to_string(c.seed) + "_db", 30);
  if (!owners.empty() && rng.chance(30)) c.database_owner = rng.pick(owners);
  make_schemas(rng, c, owners);
  for (const auto& schema : c.schemas) {
    if (schema.exists) ObjectMaker(rng, c, owners, schema.name).make();
  }
  make_others(rng, c);
  choose_members(rng, c);
}

Case generate(std::uint64_t seed) {
  Rng rng(seed);
  Case c;
  c.seed = seed;
  make_universe(rng, c);
  make_bootstrap(rng, c);
  make_charter(rng, c);
  limit_attributes(c);
  make_yaml(rng, c);
  return c;
}

}  // namespace pgcharter::property
