// Grants, profiles and default privileges of a charter. What contradicts an earlier entry is not taken.
#include <algorithm>

#include "property/generator.h"
#include "property/items.h"
#include "property/matching.h"
#include "property/names.h"

namespace pgcharter::property {
namespace {

class GrantMaker {
 public:
  GrantMaker(Rng& rng, Case& c) : rng_(rng), case_(c), items_(rng, c) {}

  void make() {
    for (std::size_t n = rng_.between(1, 9); n > 0; --n) add_grant(rng_.chance(12) ? profile_grant() : grant());
    for (std::size_t n = rng_.below(4); n > 0; --n) add_default(default_privilege());
  }

 private:
  Kind some_kind() {
    std::vector<Kind> kinds = {Kind::Schema, Kind::Table, Kind::Table, Kind::Table, Kind::Function, Kind::Type};
    for (const KindWords& row : all_kinds()) kinds.push_back(row.kind);
    return rng_.pick(kinds);
  }

  /// Two kinds in one rule, with a privilege that both have.
  void second_kind(GrantSpec& rule, Kind first) {
    std::vector<Kind> others;
    for (const KindWords& row : all_kinds()) {
      const std::string& shared = row.privileges.front();
      if (row.kind != first && contains(kind_privileges(first), shared)) others.push_back(row.kind);
    }
    if (others.empty()) return;
    const Kind second = rng_.pick(others);
    const auto made = items_.item(second);
    if (!made) return;
    rule.items.push_back(*made);
    if (!rule.all) rule.privileges = {kind_privileges(second).front()};
  }

  std::optional<GrantSpec> grant() {
    GrantSpec rule;
    const Kind kind = some_kind();
    for (std::size_t n = rng_.chance(70) ? 1 : 2; n > 0; --n) {
      if (auto made = items_.item(kind)) rule.items.push_back(*made);
    }
    if (rule.items.empty()) return std::nullopt;
    rule.to = items_.grantees(true);
    rule.all = rng_.chance(20);
    if (!rule.all) rule.privileges = rng_.some(kind_privileges(kind), 1, 3);
    if (rng_.chance(15)) second_kind(rule, kind);
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
    rule.items = {items_.literal(table)};
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
    const bool whole = std::all_of(rule.items.begin(), rule.items.end(), [](const Item& i) {
      const auto any = [](const Glob& glob) { return glob.pieces.size() == 1 && glob.pieces[0].wildcard == '*'; };
      return *words(i.kind).default_words != 0 && (i.whole_schema || (any(i.name) && (!in_schema(i.kind) || any(i.schema))));
    });
    if (rule.columns.empty() && kind != Kind::Parameter && rng_.chance(20)) {
      for (const auto& object : case_.objects) {
        if (object.key.kind == kind && rng_.chance(20)) rule.except.push_back(items_.literal(object));
      }
    }
    rule.extension_members = rule.columns.empty() && rng_.chance(12);
    rule.future = whole && rule.columns.empty() && !rule.absent && rule.expires == Expires::Never && rng_.chance(55);
  }

  /// The built-in profiles, as docs/manifest.md describes them, and one of the charter's own.
  std::optional<GrantSpec> profile_grant() {
    const auto schemas = items_.schema_names(false);
    if (schemas.empty()) return std::nullopt;
    GrantSpec rule;
    static const std::vector<std::string> profiles = {"read-only", "read-write", "mixed"};
    rule.profile = rng_.pick(profiles);
    rule.profile_schema = rng_.pick(schemas);
    rule.to = items_.grantees(false);
    const auto add = [&](std::vector<Kind> kinds, std::vector<std::string> privileges, bool future) {
      GrantSpec inner;
      inner.to = rule.to;
      inner.privileges = std::move(privileges);
      inner.future = future;
      for (const Kind kind : kinds) {
        if (kind != Kind::Schema) {
          inner.items.push_back(items_.whole_schema(kind, rule.profile_schema));
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
    DefaultSpec rule;
    rule.kind = rng_.chance(25) ? Kind::Table : rng_.pick(default_kinds());
    rule.by = rng_.some(items_.usable(), 1, 2);
    const auto schemas = items_.schema_names(false);
    if (in_schema(rule.kind) && !schemas.empty() && rng_.chance(60)) rule.in = rng_.some(schemas, 1, 2);
    for (const auto& to : rng_.some(items_.usable(), 1, 3)) {
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

  Rng& rng_;
  Case& case_;
  ItemMaker items_;
};

}  // namespace

void make_grants(Rng& rng, Case& c) { GrantMaker(rng, c).make(); }

}  // namespace pgcharter::property
