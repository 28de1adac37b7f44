// What the charter says. Only sensible charters are made: no contradictions, no names that do not exist, no privilege
// that a kind does not have; the refusal of those is tested elsewhere. Everything else is fair.
#include <algorithm>

#include "property/generator.h"
#include "property/items.h"
#include "property/names.h"

namespace pgcharter::property {
namespace {

class CharterMaker {
 public:
  CharterMaker(Rng& rng, Case& c) : rng_(rng), case_(c), items_(rng, c) {
    for (const auto& role : c.roles) {
      if (role.status == Status::Declared) declared_.push_back(role.name);
    }
  }

  void make() {
    databases();
    roles();
    schemas();
    if (rng_.chance(45)) ownership();
    make_grants(rng_, case_);
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
      if (rng_.chance(50)) schema.declared_owner = rng_.pick(items_.usable());
      if (rng_.chance(35)) schema.creators = rng_.some(items_.usable(), 1, 2);
    }
  }

  void schema_ownership(const std::string& schema) {
    OwnershipSpec rule;
    rule.owner = rng_.pick(items_.usable());
    rule.items.push_back(items_.whole_schema(Kind::Table, schema));
    for (const Kind kind : {Kind::Sequence, Kind::Function, Kind::Type}) {
      if (rng_.chance(60)) rule.items.push_back(items_.whole_schema(kind, schema));
    }
    for (const auto& object : case_.objects) {
      // A table whose sequence would be matched without it is no exception: the two can't have different owners.
      const bool follows = object.key.kind == Kind::Sequence && !object.linked_table.empty();
      if (object.key.schema == schema && !items_.has_sequence(object) && !follows && rng_.chance(10))
        rule.except.push_back(items_.literal(object));
    }
    case_.ownership.push_back(rule);
  }

  /// Those who may own a foreign data wrapper when the charter has been applied.
  [[nodiscard]] std::vector<std::string> superusers() const {
    std::vector<std::string> names;
    for (const auto& role : case_.roles) {
      const bool declared = role.status == Status::Declared && role.declared.flags.at("superuser");
      if (declared || (role.status == Status::External && role.before.flags.at("superuser"))) names.push_back(role.name);
    }
    return names;
  }

  void other_ownership(Kind kind) {
    const auto owners = kind == Kind::Wrapper ? superusers() : items_.usable();
    const auto item = items_.item(kind);
    if (owners.empty() || !item) return;
    // Members of an extension keep their owner here: what the extension gave them is counted from it.
    for (const auto& object : case_.objects) {
      if (object.extension_member && item->kind == object.key.kind && item->name.pieces.size() == 1 &&
          item->name.pieces[0].literal == object.key.name)
        return;
    }
    case_.ownership.push_back({rng_.pick(owners), {*item}, {}});
  }

  /// Of two rules about one thing the later one counts, so some speak about one thing.
  void ownership() {
    const auto names = items_.schema_names(true);
    for (const auto& schema : rng_.some(names, names.empty() ? 0 : 1, std::min<std::size_t>(names.size(), 2))) {
      schema_ownership(schema);
      if (rng_.chance(20)) schema_ownership(schema);
    }
    for (const Kind kind :
         {Kind::Database, Kind::Schema, Kind::Language, Kind::Wrapper, Kind::Server, Kind::Tablespace, Kind::LargeObject}) {
      if (rng_.chance(20)) other_ownership(kind);
    }
  }

  // --- scope

  void scope() {
    ScopeSpec& s = case_.scope;
    s.written = rng_.chance(50);
    if (!s.written) return;
    if (rng_.chance(30)) {
      s.schemas.emplace();
      for (const auto& name : rng_.some(items_.schema_names(false), 1, 3))
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
        const bool plain = object.key.kind != Kind::Sequence && object.key.kind != Kind::Parameter && !items_.has_sequence(object);
        if (plain && rng_.chance(object.key.kind == Kind::Table ? 30 : 10)) s.ignore.push_back(items_.literal(object));
      }
    }
  }

  Rng& rng_;
  Case& case_;
  ItemMaker items_;
  std::vector<std::string> declared_;
};

}  // namespace

void make_charter(Rng& rng, Case& c) { CharterMaker(rng, c).make(); }

}  // namespace pgcharter::property
