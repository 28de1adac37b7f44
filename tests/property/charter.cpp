// What the charter says. Only sensible charters are made: no contradictions, no names that do not exist, no privilege
// that a kind does not have; the refusal of those is tested elsewhere. Everything else is fair.
#include <algorithm>

#include "property/generator.h"
#include "property/matching.h"
#include "property/names.h"

namespace pgcharter::property {
namespace {

class CharterMaker {
 public:
  CharterMaker(Rng& rng, Case& c) : rng_(rng), case_(c) {
    for (const auto& role : c.roles) {
      if (role.status == Status::Declared) declared_.push_back(role.name);
      if (role.status == Status::Declared || role.status == Status::External) usable_.push_back(role.name);
    }
  }

  void make() {
    databases();
    roles();
    schemas();
    if (rng_.chance(45)) ownership();
    for (std::size_t n = rng_.between(1, 7); n > 0; --n) add_grant(rng_.chance(12) ? profile_grant() : grant());
    for (std::size_t n = rng_.below(4); n > 0; --n) add_default(default_privilege());
    scope();
  }

 private:
  void databases() {
    case_.databases_section = rng_.chance(25);
    if (case_.databases_section && rng_.chance(30)) case_.declared_database_owner = rng_.pick(declared_);
  }

  // --- roles

  void attributes(RoleSpec& role) {
    for (const auto& [flag, before] : role.before.flags) {
      const bool standard = flag == "inherit";
      role.declared.flags[flag] = standard;
      if (rng_.chance(25)) {
        role.declared.flags[flag] = flag == "superuser" ? rng_.chance(15) : rng_.chance(50);
        role.written.insert(flag);
      }
    }
    if (rng_.chance(25)) {
      role.declared.connection_limit = rng_.chance(30) ? -1 : static_cast<int>(rng_.below(100));
      role.written.insert("connection_limit");
    }
    if (rng_.chance(20)) {
      role.declared.valid_until = rng_.chance(50) ? "2031-05-06" : "2033-01-01";
      role.written.insert("valid_until");
    }
    if (rng_.chance(20)) role.comment = hard_name(rng_, "says", 70);
    static const std::vector<std::string> timeouts = {"30s", "7s", "90000"};
    if (rng_.chance(25)) role.settings["statement_timeout"] = rng_.chance(20) ? std::nullopt : std::optional(rng_.pick(timeouts));
    if (rng_.chance(10)) role.settings["application_name"] = hard_name(rng_, "app", 60);
    if (case_.databases_section && rng_.chance(15)) role.settings_in["work_mem"] = "8MB";
  }

  Edge edge(const std::string& role) {
    Edge e;
    e.role = role;
    e.admin = rng_.chance(15);
    if (rng_.chance(10))
      e.absent = true, e.admin = false;
    else if (rng_.chance(10))
      e.expires = rng_.chance(60) ? Expires::Past : Expires::Future;
    if (server_major() >= 16 && !e.absent) {
      if (rng_.chance(25)) e.inherit = rng_.chance(50);
      if (rng_.chance(20)) e.set = rng_.chance(40);
    }
    return e;
  }

  void roles() {
    std::vector<RoleSpec*> earlier;
    for (auto& role : case_.roles) {
      if (role.status == Status::Declared) {
        attributes(role);
        for (const auto* group : earlier) {
          if (rng_.chance(30)) role.member_of.push_back(edge(group->name));
        }
        if (rng_.chance(8)) role.member_of.push_back({"pg_monitor", false, false, Expires::Never});
      }
      if (role.status == Status::Declared || role.status == Status::External) earlier.push_back(&role);
    }
    for (std::size_t i = 0; i < case_.roles.size(); ++i) {
      if (case_.roles[i].status == Status::Declared && rng_.chance(15)) members(i);
    }
  }

  /// `members:` names later roles only, and no edge that a member_of of the same charter speaks about.
  void members(std::size_t group) {
    RoleSpec& role = case_.roles[group];
    for (std::size_t i = group + 1; i < case_.roles.size(); ++i) {
      const RoleSpec& member = case_.roles[i];
      if (member.status != Status::Declared && member.status != Status::External) continue;
      const bool spoken = std::any_of(member.member_of.begin(), member.member_of.end(), [&](const Edge& e) { return e.role == role.name; });
      if (!spoken && rng_.chance(40)) role.members.push_back(edge(member.name));
    }
    // A list of nothing but `absent` entries leaves open whether it is the list of all members; it is not written.
    const bool present = std::any_of(role.members.begin(), role.members.end(), [](const Edge& e) { return !e.absent; });
    role.members_written = present;
    if (!present) role.members.clear();
  }

  // --- schemas and owners

  void schemas() {
    for (auto& schema : case_.schemas) {
      if (schema.exists && !rng_.chance(40)) continue;
      schema.declared = true;
      if (rng_.chance(50)) schema.declared_owner = rng_.pick(usable_);
      if (rng_.chance(35)) schema.creators = rng_.some(usable_, 1, 2);
    }
  }

  std::vector<std::string> schema_names(bool existing_only) {
    std::vector<std::string> names;
    for (const auto& schema : case_.schemas) {
      if (schema.exists || (!existing_only && schema.declared)) names.push_back(schema.name);
    }
    return names;
  }

  [[nodiscard]] bool has_sequence(const ObjectSpec& table) const {
    return std::any_of(case_.objects.begin(), case_.objects.end(), [&](const ObjectSpec& other) {
      return other.key.kind == Kind::Sequence && other.key.schema == table.key.schema && other.linked_table == table.key.name;
    });
  }

  Item whole_schema(Kind kind, const std::string& schema) {
    Item item;
    item.kind = kind;
    item.schema = literal_glob(schema);
    item.name = any_glob();
    item.whole_schema = true;
    item.schema_name = schema;
    return item;
  }

  void ownership() {
    const auto names = schema_names(true);
    if (names.empty()) return;
    for (const auto& schema : rng_.some(names, 1, 2)) {
      OwnershipSpec rule;
      rule.owner = rng_.pick(usable_);
      rule.items.push_back(whole_schema(Kind::Table, schema));
      if (rng_.chance(70)) rule.items.push_back(whole_schema(Kind::Sequence, schema));
      if (rng_.chance(50)) rule.items.push_back(whole_schema(Kind::Function, schema));
      for (const auto& object : case_.objects) {
        // A table whose sequence would be matched without it is no exception: the two can't have different owners.
        const bool linked = has_sequence(object);
        const bool follows = object.key.kind == Kind::Sequence && !object.linked_table.empty();
        if (object.key.schema == schema && !linked && !follows && rng_.chance(10)) rule.except.push_back(literal(object));
      }
      case_.ownership.push_back(rule);
    }
  }

  // --- grants

  Item literal(const ObjectSpec& object) {
    Item item;
    item.kind = object.key.kind;
    item.schema = literal_glob(object.key.schema);
    item.name = literal_glob(object.key.name);
    if (object.key.kind == Kind::Function) {
      item.args = object.manifest_args;
      item.canonical_args = object.key.args;
    }
    return item;
  }

  /// Something of that kind; nothing where the case has none.
  std::optional<Item> item(Kind kind) {
    Item result;
    result.kind = kind;
    if (kind == Kind::Database) {
      result.name = literal_glob(case_.database);
      return result;
    }
    const auto schemas = schema_names(false);
    if (schemas.empty()) return std::nullopt;
    if (kind == Kind::Schema) {
      result.name = rng_.chance(65)   ? literal_glob(rng_.pick(schemas))
                    : rng_.chance(80) ? glob_around(rng_, rng_.pick(schemas))
                                      : any_glob();
      return result;
    }
    if (rng_.chance(40)) return whole_schema(kind, rng_.pick(schemas));
    if (rng_.chance(6)) {
      result.schema = any_glob();
      result.name = any_glob();
      return result;
    }
    std::vector<ObjectSpec> objects;
    for (const auto& object : case_.objects) {
      if (object.key.kind == kind) objects.push_back(object);
    }
    if (objects.empty()) return whole_schema(kind, rng_.pick(schemas));
    const ObjectSpec& object = rng_.pick(objects);
    if (rng_.chance(50)) return literal(object);
    result.schema = rng_.chance(75) ? literal_glob(object.key.schema) : glob_around(rng_, object.key.schema);
    result.name = glob_around(rng_, object.key.name);
    if (kind == Kind::Function && rng_.chance(40)) {
      result.name = literal_glob(object.key.name);
      result.schema = literal_glob(object.key.schema);
      result.all_overloads = true;
    }
    return result;
  }

  std::vector<std::string> grantees(bool with_public) {
    auto to = rng_.some(usable_, 1, 3);
    if (with_public && rng_.chance(12)) to.push_back(kPublicName);
    if (rng_.chance(3)) to.push_back("pg_monitor");
    return to;
  }

  std::optional<GrantSpec> grant() {
    static const std::vector<Kind> kinds = {Kind::Schema, Kind::Schema,   Kind::Table,    Kind::Table,    Kind::Table,
                                            Kind::Table,  Kind::Sequence, Kind::Function, Kind::Function, Kind::Database};
    GrantSpec rule;
    const Kind kind = rng_.pick(kinds);
    for (std::size_t n = rng_.chance(70) ? 1 : 2; n > 0; --n) {
      if (auto made = item(kind)) rule.items.push_back(*made);
    }
    if (rule.items.empty()) return std::nullopt;
    rule.to = grantees(true);
    rule.all = rng_.chance(20);
    if (!rule.all) rule.privileges = rng_.some(kind_privileges(kind), 1, 3);
    if (kind == Kind::Table && rng_.chance(15)) {  // two kinds in one rule, with what both have
      if (auto made = item(Kind::Sequence)) {
        rule.items.push_back(*made);
        if (!rule.all) rule.privileges = {"SELECT"};
      }
    }
    if (kind == Kind::Table && rng_.chance(20)) columns(rule);
    time_and_sign(rule);
    exceptions_and_future(rule, kind);
    return rule;
  }

  void columns(GrantSpec& rule) {
    std::vector<ObjectSpec> tables;
    for (const auto& object : case_.objects) {
      if (object.key.kind == Kind::Table) tables.push_back(object);
    }
    if (tables.empty()) return;
    const ObjectSpec& table = rng_.pick(tables);
    rule.items = {literal(table)};
    rule.columns = rng_.some(table.columns, 1, 2);
    rule.all = false;
    rule.privileges = rng_.some(column_privileges(), 1, 2);
  }

  void time_and_sign(GrantSpec& rule) {
    const bool with_public = contains(rule.to, kPublicName);
    if (rng_.chance(15))
      rule.absent = true;
    else if (!with_public && rng_.chance(12))
      rule.expires = rng_.chance(60) ? Expires::Past : Expires::Future;
    if (!rule.absent && !with_public && rng_.chance(20)) rule.grantable = true;
  }

  void exceptions_and_future(GrantSpec& rule, Kind kind) {
    // `future` goes with schema.* and with *, and with kinds that have default privileges.
    const bool whole = kind != Kind::Database && std::all_of(rule.items.begin(), rule.items.end(), [](const Item& i) {
                         const auto any = [](const Glob& glob) { return glob.pieces.size() == 1 && glob.pieces[0].wildcard == '*'; };
                         return i.whole_schema || (any(i.name) && (i.kind == Kind::Schema || any(i.schema)));
                       });
    if (rule.columns.empty() && rng_.chance(20)) {
      for (const auto& object : case_.objects) {
        if (object.key.kind == kind && rng_.chance(20)) rule.except.push_back(literal(object));
      }
    }
    rule.future = whole && rule.columns.empty() && !rule.absent && rule.expires == Expires::Never && rng_.chance(55);
  }

  /// The built-in profiles, as docs/manifest.md describes them, and one of the charter's own.
  std::optional<GrantSpec> profile_grant() {
    const auto schemas = schema_names(false);
    if (schemas.empty()) return std::nullopt;
    GrantSpec rule;
    static const std::vector<std::string> profiles = {"read-only", "read-write", "mixed"};
    rule.profile = rng_.pick(profiles);
    rule.profile_schema = rng_.pick(schemas);
    rule.to = grantees(false);
    const auto add = [&](std::vector<Kind> kinds, std::vector<std::string> privileges, bool future) {
      GrantSpec inner;
      inner.to = rule.to;
      inner.privileges = std::move(privileges);
      inner.future = future;
      for (const Kind kind : kinds) {
        if (kind != Kind::Schema) {
          inner.items.push_back(whole_schema(kind, rule.profile_schema));
          continue;
        }
        Item schema;
        schema.kind = Kind::Schema;
        schema.name = literal_glob(rule.profile_schema);
        inner.items.push_back(schema);
      }
      rule.expanded.push_back(inner);
    };
    add({Kind::Schema}, {"USAGE"}, false);
    if (rule.profile == "read-only") {
      add({Kind::Table, Kind::Sequence}, {"SELECT"}, true);
    } else if (rule.profile == "read-write") {
      add({Kind::Table}, {"SELECT", "INSERT", "UPDATE", "DELETE"}, true);
      add({Kind::Sequence}, {"USAGE", "SELECT", "UPDATE"}, true);
    } else {
      add({Kind::Function}, {"EXECUTE"}, true);
      add({Kind::Table}, {"SELECT", "TRIGGER"}, false);
    }
    return rule;
  }

  void add_grant(const std::optional<GrantSpec>& rule) {
    if (!rule) return;
    const auto pieces = rule->profile.empty() ? std::vector<GrantSpec>{*rule} : rule->expanded;
    for (const auto& piece : pieces) {
      for (const auto* other : flat_grants(case_)) {
        if (piece.absent != other->absent && contradicts(case_, piece.absent ? piece : *other, piece.absent ? *other : piece)) return;
      }
    }
    case_.grants.push_back(*rule);
  }

  // --- default privileges

  std::optional<DefaultSpec> default_privilege() {
    static const std::vector<Kind> kinds = {Kind::Table, Kind::Table, Kind::Sequence, Kind::Function, Kind::Schema};
    DefaultSpec rule;
    rule.kind = rng_.pick(kinds);
    rule.by = rng_.some(usable_, 1, 2);
    const auto schemas = schema_names(false);
    if (rule.kind != Kind::Schema && !schemas.empty() && rng_.chance(60)) rule.in = rng_.some(schemas, 1, 2);
    for (const auto& to : rng_.some(usable_, 1, 3)) {
      if (!contains(rule.by, to)) rule.to.push_back(to);
    }
    rule.absent = rng_.chance(15);
    // PUBLIC's built-in EXECUTE can be taken away globally only.
    if ((!rule.absent || rule.in.empty()) && rng_.chance(20)) rule.to.push_back(kPublicName);
    if (rule.to.empty()) return std::nullopt;
    rule.all = rng_.chance(20);
    if (!rule.all) rule.privileges = rng_.some(kind_privileges(rule.kind), 1, 3);
    rule.grantable = !rule.absent && !contains(rule.to, kPublicName) && rng_.chance(20);
    return rule;
  }

  /// Present and absent of one (grantee, kind) never meet, whatever the creator: coarse, and enough.
  void add_default(const std::optional<DefaultSpec>& rule) {
    if (!rule) return;
    for (const auto& to : rule->to) {
      for (const auto& other : case_.defaults) {
        if (other.absent != rule->absent && other.kind == rule->kind && contains(other.to, to)) return;
      }
      for (const auto* grant : flat_grants(case_)) {
        const bool kind = std::any_of(grant->items.begin(), grant->items.end(), [&](const Item& i) { return i.kind == rule->kind; });
        if (rule->absent && grant->future && kind && contains(grant->to, to)) return;
      }
    }
    case_.defaults.push_back(*rule);
  }

  // --- scope

  void scope() {
    ScopeSpec& s = case_.scope;
    s.written = rng_.chance(50);
    if (!s.written) return;
    if (rng_.chance(30)) {
      s.schemas.emplace();
      for (const auto& name : rng_.some(schema_names(false), 1, 3))
        s.schemas->push_back(rng_.chance(70) ? literal_glob(name) : glob_around(rng_, name));
      if (s.schemas->empty() || rng_.chance(20)) s.schemas->push_back(any_glob());
    }
    if (rng_.chance(30)) {
      s.roles.emplace();
      std::vector<std::string> names;
      for (const auto& role : case_.roles) {
        if (role.status == Status::Declared || role.status == Status::Undeclared) names.push_back(role.name);
      }
      for (const auto& name : rng_.some(names, 1, 4)) s.roles->push_back(rng_.chance(80) ? literal_glob(name) : glob_around(rng_, name));
    }
    s.public_in_scope = rng_.chance(30);
    s.additive = rng_.chance(20);
    // A role can't be dropped while something that the charter may not touch depends on it.
    for (const auto& role : case_.roles) {
      if (role.exists && role.status == Status::Absent) return;
    }
    if (rng_.chance(15)) {
      static const std::vector<std::string> families = {"memberships", "default_privileges", "owners", "grants"};
      s.without_families.insert(rng_.pick(families));
    }
    if (rng_.chance(15)) {
      for (const auto& object : case_.objects) {
        // A sequence follows its table: a rule for the one would contradict the leaving alone of the other.
        if (object.key.kind == Kind::Table && !has_sequence(object) && rng_.chance(30)) s.ignore.push_back(literal(object));
      }
    }
  }

  Rng& rng_;
  Case& case_;
  std::vector<std::string> declared_;
  std::vector<std::string> usable_;
};

}  // namespace

void make_charter(Rng& rng, Case& c) { CharterMaker(rng, c).make(); }

}  // namespace pgcharter::property
