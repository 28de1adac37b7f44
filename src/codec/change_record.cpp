// Turns the steps of a plan into records. One visitor, one overload per kind of change and no default: a new
// kind of change does not compile until it has a form in documents (DESIGN 7).
//
// Attributes are named as in a manifest, values are what a reader compares: only what differs for an ALTER, what is
// set for a CREATE. A password shows where it comes from, never what it is.

#include "codec/change_record.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "pgcharter/names.h"

namespace pgcharter {
namespace {

constexpr std::array<std::string_view, 5> kActions{"create", "alter", "drop", "grant", "revoke"};

Fact fact(const std::optional<std::string>& text) { return text ? Fact(*text) : Fact(); }

Facts facts_of(const RoleAttributes& a) {
  return {.group = {},
          .values = {{"superuser", a.superuser},
                     {"createdb", a.createdb},
                     {"createrole", a.createrole},
                     {"inherit", a.inherit},
                     {"login", a.login},
                     {"replication", a.replication},
                     {"bypassrls", a.bypassrls},
                     {"connection_limit", static_cast<long>(a.connection_limit)},
                     {"valid_until", a.valid_until}}};
}

Facts one_fact(std::string name, Fact value) { return {.group = {}, .values = {{std::move(name), std::move(value)}}}; }

/// Leaves the values of `facts` that differ from `other`.
Facts difference(const Facts& facts, const Facts& other) {
  Facts result;
  for (std::size_t i = 0; i < facts.values.size(); ++i) {
    if (facts.values[i] != other.values[i]) result.values.push_back(facts.values[i]);
  }
  return result;
}

std::string password_text(const PasswordSource& source) {
  switch (source.kind) {
    case PasswordSource::Kind::Env:
      return "from environment variable " + source.locator;
    case PasswordSource::Kind::File:
      return "from file " + source.locator;
    case PasswordSource::Kind::KeyVault:
      return "from Key Vault " + source.locator;
  }
  return {};
}

/// Fills the parts of a record that depend on the kind of change.
class RecordBuilder {
 public:
  RecordBuilder(const Planned& planned, int database, ChangeRecord& record) : planned_(planned), database_(database), record_(record) {}

  void operator()(const CreatePrincipal& c) {
    begin(Action::Create, "role", role(c.role));
    record_.after = facts_of(c.attributes());
    record_.after->values.emplace_back("entra", to_string(c.principal));
  }
  void operator()(const BindPrincipal& c) {
    const auto text = [](const std::optional<EntraPrincipal>& p) { return p ? Fact(to_string(*p)) : Fact(); };
    begin(Action::Alter, "role", role(c.role));
    record_.before = one_fact("entra", text(c.before));
    record_.after = one_fact("entra", text(c.after));
  }
  void operator()(const RenameRole& c) {
    begin(Action::Alter, "role", role(c.role));
    record_.before = one_fact("name", c.from);
    record_.after = one_fact("name", role(c.role));
  }
  void operator()(const CreateRole& c) {
    begin(Action::Create, "role", role(c.role));
    record_.after = facts_of(c.attributes);
    if (c.password) record_.after->values.emplace_back("password", password_text(*c.password));
  }
  void operator()(const AlterRole& c) {
    begin(Action::Alter, "role", role(c.role));
    const Facts before = facts_of(c.before);
    const Facts after = facts_of(c.after);
    record_.before = difference(before, after);
    record_.after = difference(after, before);
  }
  void operator()(const SetPassword& c) {
    begin(Action::Alter, "role", role(c.role));
    record_.after = one_fact("password", password_text(c.password));
  }
  void operator()(const CommentRole& c) {
    begin(Action::Alter, "role", role(c.role));
    record_.before = one_fact("comment", fact(c.before));
    record_.after = one_fact("comment", fact(c.after));
  }
  void operator()(const ChangeSetting& c) {
    const bool of_role = c.scope.role != kNoRole;
    begin(Action::Alter, of_role ? "role" : "database", of_role ? role(c.scope.role) : c.scope.database);
    record_.database = of_role ? c.scope.database : std::string();
    record_.before = Facts{.group = "settings", .values = {{c.name, fact(c.before)}}};
    record_.after = Facts{.group = "settings", .values = {{c.name, fact(c.after)}}};
  }
  void operator()(const DropRole& c) { begin(Action::Drop, "role", role(c.role)); }
  void operator()(const ReassignOwned& c) {
    begin(Action::Alter, "role", role(c.role));
    record_.after = one_fact("reassign_owned_to", role(c.to));
  }
  void operator()(const GrantMembership& c) {
    begin(c.before ? Action::Alter : Action::Grant, "membership", role(c.after.role));
    record_.grantee = role(c.after.member);
    if (c.before) {
      record_.grantor = role(c.before->grantor);
      record_.before = options(*c.before);
    }
    record_.after = options(c.after);
  }
  void operator()(const RevokeMembership& c) {
    begin(Action::Revoke, "membership", role(c.membership.role));
    record_.grantee = role(c.membership.member);
    record_.grantor = role(c.membership.grantor);
    record_.before = options(c.membership);
  }
  void operator()(const CreateSchema& c) {
    begin(Action::Create, "schema", c.name);
    record_.after = one_fact("owner", c.owner ? Fact(role(*c.owner)) : Fact());
  }
  void operator()(const DropSchema& c) { begin(Action::Drop, "schema", c.name); }
  void operator()(const CreateExtension& c) {
    begin(Action::Create, "extension", c.extension.name);
    record_.after = facts_of(c.extension);
  }
  void operator()(const AlterExtension& c) {
    begin(Action::Alter, "extension", c.after.name);
    const Facts before = facts_of(c.before);
    const Facts after = facts_of(c.after);
    record_.before = difference(before, after);
    record_.after = difference(after, before);
  }
  void operator()(const DropExtension& c) {
    begin(Action::Drop, "extension", c.extension.name);
    record_.before = facts_of(c.extension);
  }
  void operator()(const PlaceSchema& c) {
    begin(Action::Alter, "schema", c.placement.schema);
    record_.before = one_fact("distribute", !c.placement.distribute);
    record_.after = one_fact("distribute", c.placement.distribute);
  }
  void operator()(const CreateTable& c) {
    begin(Action::Create, c.rule->id);
    std::string columns;
    for (const ColumnRule& column : c.rule->columns) {
      columns += (columns.empty() ? "" : ", ") + display_name(column.definition.name) + " " + column.definition.type;
    }
    record_.after = one_fact("columns", columns);
    if (c.owner) record_.after->values.emplace_back("owner", role(*c.owner));
  }
  void operator()(const PlaceTable& c) {
    const TablePlacement& p = c.placement;
    begin(Action::Alter, p.table);
    record_.before = one_fact("distribute", text_of(p.before.distribution, p.before.column, p.before.shards));
    std::string after = text_of(p.after.distribution, p.after.column, p.after.shards.value_or(0));
    if (p.after.colocate_with) after += ", with " + display_name(*p.after.colocate_with);
    record_.after = one_fact("distribute", after);
  }
  void operator()(const ChangeHypertable& change) {
    const DesiredHypertable& h = change.hypertable;
    begin(Action::Alter, h.table);
    record_.before = one_fact("hypertable", h.before ? Fact(text_of(*h.before)) : Fact());
    record_.after = one_fact("hypertable", text_of(h.after));
  }
  void operator()(const PutRoutine& c) {
    begin(c.before ? Action::Alter : Action::Create, object(c.object));
    record_.after = facts_of(c.after);
    if (!c.before) {
      if (c.owner) record_.after->values.emplace_back("owner", role(*c.owner));
      return;
    }
    const Facts before = facts_of(*c.before);
    const Facts after = facts_of(c.after);
    record_.before = difference(before, after);
    record_.after = difference(after, before);
  }
  void operator()(const DropObject& c) { begin(Action::Drop, c.object); }
  void operator()(const ChangeCronJob& change) {
    const DesiredCronJob& job = change.job;
    begin(!job.before ? Action::Create : job.after ? Action::Alter : Action::Drop, "cron_job", job.name);
    if (job.before) record_.before = one_fact("job", *job.before);
    if (job.after) record_.after = one_fact("job", *job.after);
  }
  void operator()(const ChangeOwner& c) {
    record_.action = Action::Alter;
    record_.kind = info(c.kind).singular;
    add_objects(c.objects, {}, {}, kNoRole);
    record_.before = one_fact("owner", role(c.before));
    record_.after = one_fact("owner", role(c.after));
  }
  void operator()(const ChangePrivileges& c) {
    record_.action = c.grant ? Action::Grant : Action::Revoke;
    record_.kind = info(c.kind).singular;
    record_.column = c.column;
    record_.grantee = role(c.grantee);
    record_.privileges = c.privileges;
    record_.grantable = c.grant_option;
    record_.grantor = role(c.grantor);
    add_objects(c.objects, c.column, c.privileges, c.grantee);
  }
  void operator()(const ChangeDefaultPrivileges& c) {
    record_.action = c.grant ? Action::Grant : Action::Revoke;
    record_.kind = "default_privilege";
    record_.objects.push_back({.schema = c.schema, .name = {}, .args = {}});
    record_.grantee = role(c.grantee);
    record_.privileges = c.privileges;
    record_.grantable = c.grant_option;
    record_.creator = role(c.creator);
    record_.default_objects = info(c.objects).singular;
    for (const DesiredDefaultAcl& acl : planned_.desired.databases[static_cast<std::size_t>(database_)].default_acls) {
      if (acl.creator == c.creator && acl.schema == c.schema && acl.objects == c.objects) note_held(acl.baseline, c.privileges, c.grantee);
    }
  }

 private:
  const Planned& planned_;
  int database_;
  ChangeRecord& record_;

  [[nodiscard]] std::string role(RoleId id) const { return id == kNoRole ? std::string() : planned_.actual.names->name(id); }

  void begin(Action action, std::string_view kind, std::string object) {
    record_.action = action;
    record_.kind = kind;
    record_.objects.push_back({.schema = {}, .name = std::move(object), .args = {}});
  }

  void begin(Action action, const ObjectName& id) {
    record_.action = action;
    record_.kind = info(id.kind).singular;
    const bool signature = info(id.kind).identity == IdentityShape::Signature;
    record_.objects.push_back({.schema = id.schema, .name = id.name, .args = id.args, .has_args = signature});
  }
  [[nodiscard]] const ObjectName& object(std::uint32_t i) const {
    return planned_.desired.databases[static_cast<std::size_t>(database_)].objects.object(i).id;
  }

  static std::string text_of(Distribution distribution, const std::string& column, int shards) {
    std::string text(name(distribution));
    if (distribution != Distribution::Hash) return text;
    text += " by " + column;
    if (shards > 0) text += ", " + std::to_string(shards) + " shards";
    return text;
  }
  static std::string text_of(const Hypertable& h) {
    return "by " + h.column + (h.interval.empty() ? "" : ", chunks of " + h.interval) + (h.retention ? ", kept for " + *h.retention : "");
  }
  static Facts facts_of(const RoutineDefinition& r) {
    std::string settings;
    for (const auto& [key, value] : r.settings) settings += (settings.empty() ? "" : "; ") + key + " = " + value;
    return {.group = {},
            .values = {{"body", r.body},
                       {"language", r.language},
                       {"security", std::string(r.definer ? "definer" : "invoker")},
                       {"volatility", std::string(r.volatility == 'i'   ? "immutable"
                                                  : r.volatility == 's' ? "stable"
                                                                        : "volatile")},
                       {"settings", settings}}};
  }

  static Facts options(const Membership& m) {
    return {.group = {}, .values = {{"admin", m.admin}, {"inherit", m.inherit}, {"set", m.set}}};
  }
  static Facts facts_of(const Extension& e) {
    const auto text = [](const std::string& value) { return value.empty() ? Fact() : Fact(value); };
    return {.group = {}, .values = {{"schema", text(e.schema)}, {"version", text(e.version)}}};
  }
  static Facts facts_of(const RoleAttributes& a) { return pgcharter::facts_of(a); }

  void note_held(AclId acl, PrivilegeSet privileges, RoleId grantee) {
    const Acl& entries = (*planned_.actual.acls)[acl];
    record_.objects.back().held = privileges_of(entries, grantee) & privileges;
    record_.objects.back().held_grantable = grantable_of(entries, grantee) & privileges;
  }

  void add_objects(const ObjectList& list, const std::string& column, PrivilegeSet privileges, RoleId grantee) {
    const DesiredObjects& all =
        database_ < 0 ? planned_.desired.cluster : planned_.desired.databases[static_cast<std::size_t>(database_)].objects;
    record_.objects.reserve(list->size());
    for (const std::uint32_t i : *list) {
      const ObjectName& id = all.object(i).id;
      const bool signature = info(id.kind).identity == IdentityShape::Signature;
      record_.objects.push_back({.schema = id.schema, .name = id.name, .args = id.args, .has_args = signature});
      if (privileges.empty()) continue;
      if (column.empty()) {
        note_held(all.desired[i].baseline, privileges, grantee);
      } else {
        const auto it = std::ranges::lower_bound(all.columns, std::tie(i, column), {},
                                                 [](const DesiredColumn& c) { return std::tie(c.object, c.name); });
        if (it != all.columns.end() && it->object == i && it->name == column) note_held(it->baseline, privileges, grantee);
      }
    }
  }
};

std::vector<std::vector<int>> statements_by_step(const Planned& planned) {
  std::vector<std::vector<int>> result(planned.plan.steps.size());
  for (const Statement& statement : planned.script.statements) {
    for (const std::size_t step : statement.steps) result.at(step).push_back(statement.id);
  }
  return result;
}

}  // namespace

std::string_view name(Action action) { return kActions[static_cast<std::size_t>(action)]; }

std::optional<Action> action_by_name(std::string_view name) {
  const auto it = std::ranges::find(kActions, name);
  if (it == kActions.end()) return std::nullopt;
  return static_cast<Action>(it - kActions.begin());
}

bool ChangeRecord::same_header(const ChangeRecord& other) const {
  const auto header = [](const ChangeRecord& r) {
    return std::tie(r.action, r.kind, r.node, r.database, r.column, r.grantee, r.grantable, r.grantor, r.creator, r.default_objects,
                    r.before, r.after, r.reason, r.source, r.hazards, r.statements);
  };
  return header(*this) == header(other);
}

namespace {

void for_each_record(const Planned& planned, const std::string& node, const std::function<void(const ChangeRecord&)>& each) {
  const std::vector<std::vector<int>> statements = statements_by_step(planned);
  for (std::size_t i = 0; i < planned.plan.steps.size(); ++i) {
    const Step& step = planned.plan.steps[i];
    ChangeRecord record;
    record.node = node;
    if (const int database = step.change.database; database >= 0) {
      record.database = planned.desired.databases[static_cast<std::size_t>(database)].objects.database;
    }
    std::visit(RecordBuilder(planned, step.change.database, record), step.change.body);
    record.reason = step.change.reason.text;
    record.source = step.change.reason.source;
    for (const Hazard hazard : step.hazards) record.hazards.emplace_back(name(hazard));
    record.statements = statements[i];
    each(record);
  }
}

}  // namespace

void for_each_record(const Planned& planned, const std::function<void(const ChangeRecord&)>& each) {
  for_each_record(planned, {}, each);
  for (const NodePlanned& node : planned.nodes) {
    if (node.planned != nullptr) for_each_record(*node.planned, node.node.text(), each);
  }
}

Coverage coverage_of(const Planned& planned) { return planned.desired.coverage; }

std::vector<std::pair<std::string, std::size_t>> hazard_counts(const Summary& summary) {
  std::vector<std::pair<std::string, std::size_t>> result;
  for (const auto& [hazard, count] : summary.hazards) result.emplace_back(name(hazard), count);
  return result;
}

}  // namespace pgcharter
