// The plan as statements. The steps are walked in runs of equal (database, phase); inside a run a change is rendered by
// itself, or collected and joined with its like. A statement stands where the first of its steps stands.
//
// The visitor has one overload per kind of change and no default: a new kind does not compile until it has its SQL.

#include <algorithm>

#include "base/hash.h"
#include "sql/batches.h"
#include "sql/context.h"
#include "sql/default_privileges.h"
#include "sql/grants.h"
#include "sql/memberships.h"
#include "sql/owners.h"
#include "sql/principals.h"
#include "sql/roles.h"
#include "sql/schemas.h"
#include "sql/tables.h"

namespace pgcharter {
namespace {

/// The statements of one run.
class RunRenderer {
 public:
  RunRenderer(const RenderContext& context, const ImpliedSteps& implied, std::size_t& secrets)
      : context_(context), implied_(implied), secrets_(secrets) {}

  void add(std::size_t step) {
    step_ = step;
    std::visit(*this, context_.plan.steps[step].change.body);
  }

  std::vector<Statement> finish() {
    render_memberships(context_, memberships_, out_);
    render_grants(context_, grants_, implied_, out_);
    render_default_privileges(context_, default_privileges_, out_);
    // An implied step may stand before the statement that carries it: the first own step decides.
    std::stable_sort(out_.begin(), out_.end(), [&](const Statement& a, const Statement& b) { return place(a) < place(b); });
    return std::move(out_);
  }

  void operator()(const CreatePrincipal& c) {
    write_in_entra_database(sql_of(context_, c));
    out_.back().stand_in = stand_in_for(context_, c);
  }
  void operator()(const BindPrincipal& c) { write_in_entra_database(sql_of(context_, c)); }
  void operator()(const RenameRole& c) { write(sql_of(context_, c)); }
  void operator()(const CreateRole& c) {
    if (!c.password) return write(sql_of(context_, c, {}));
    const std::string secret = next_secret();
    write(sql_of(context_, c, secret));
    keep_secret(secret, *c.password, c.role);
  }
  void operator()(const AlterRole& c) { write(sql_of(context_, c)); }
  void operator()(const SetPassword& c) {
    const std::string secret = next_secret();
    write(sql_of(context_, c, secret));
    keep_secret(secret, c.password, c.role);
  }
  void operator()(const CommentRole& c) { write(sql_of(context_, c)); }
  void operator()(const ChangeSetting& c) { write(sql_of(context_, c)); }
  void operator()(const DropRole& c) { write(sql_of(context_, c)); }
  void operator()(const ReassignOwned& c) { write(sql_of(context_, c)); }
  void operator()(const GrantMembership&) { memberships_.push_back(step_); }
  void operator()(const RevokeMembership&) { memberships_.push_back(step_); }
  void operator()(const CreateSchema& c) { write(sql_of(context_, c)); }
  void operator()(const DropSchema& c) { write(sql_of(c)); }
  void operator()(const CreateExtension& c) { write_all(sql_of(c)); }
  void operator()(const AlterExtension& c) { write_all(sql_of(c)); }
  void operator()(const DropExtension& c) { write(sql_of(c)); }
  void operator()(const PlaceSchema& c) { write_all(sql_of(c)); }
  void operator()(const CreateTable& c) { write_all(sql_of(context_, c)); }
  void operator()(const PlaceTable& c) {
    write_all(sql_of(c));
    for (Statement& statement : out_) {
      if (statement.sql.starts_with(kConcurrently)) statement.transactional = false;
    }
  }
  void operator()(const ChangeHypertable& c) { write_all(sql_of(c)); }
  void operator()(const PutRoutine& c) { write_all(sql_of(context_, c)); }
  void operator()(const DropObject& c) { write(sql_of(context_, c)); }
  void operator()(const ChangeCronJob& c) { write_all(sql_of(c)); }
  void operator()(const ChangeOwner&) { render_owner(context_, step_, out_); }
  void operator()(const ChangePrivileges& c) {
    if (!c.implied) grants_.push_back(step_);
  }
  void operator()(const ChangeDefaultPrivileges&) { default_privileges_.push_back(step_); }

 private:
  void write(std::string sql) { out_.push_back(context_.statement({step_}, std::move(sql))); }

  void write_all(std::vector<std::string> all) {
    for (std::string& sql : all) write(std::move(sql));
  }

  void write_in_entra_database(std::string sql) {
    write(std::move(sql));
    out_.back().database = kEntraDatabase;
  }

  std::string next_secret() { return "password_" + std::to_string(++secrets_); }
  void keep_secret(const std::string& name, const PasswordSource& source, RoleId role) {
    out_.back().secrets[name] = source;
    out_.back().secret_role = context_.name(role);
  }

  [[nodiscard]] std::size_t place(const Statement& statement) const {
    for (const std::size_t step : statement.steps) {
      const auto* change = std::get_if<ChangePrivileges>(&context_.plan.steps[step].change.body);
      if (change == nullptr || !change->implied) return step;
    }
    return statement.steps.front();
  }

  const RenderContext& context_;
  const ImpliedSteps& implied_;
  std::size_t& secrets_;
  std::size_t step_ = 0;
  std::vector<std::size_t> memberships_;
  std::vector<std::size_t> grants_;
  std::vector<std::size_t> default_privileges_;
  std::vector<Statement> out_;
};

/// "weavix.yaml:42", or "weavix.yaml:42: expired 2026-01-01", or just the reason.
std::string text_of(const Reason& reason) {
  if (!reason.source) return reason.text;
  const SourcePos line{.file = reason.source->file, .line = reason.source->line};
  const std::string place = to_string(line);
  return reason.text.empty() || reason.text == "declared" ? place : place + ": " + reason.text;
}

std::string provenance_of(const Plan& plan, const std::vector<std::size_t>& steps) {
  constexpr std::size_t kShown = 3;
  std::vector<const Reason*> different;
  for (const std::size_t step : steps) {
    const Reason& reason = plan.steps[step].change.reason;
    const auto same = [&](const Reason* other) { return *other == reason; };
    if (std::any_of(different.begin(), different.end(), same)) continue;
    different.push_back(&reason);
    if (different.size() > kShown) break;
  }
  std::string result;
  for (std::size_t i = 0; i < different.size(); ++i) {
    result += i == 0 ? "" : "; ";
    result += i < kShown ? text_of(*different[i]) : "…";
  }
  return result;
}

}  // namespace

bool RenderContext::must_stay_local(RoleId run_as) const {
  if (run_as == kNoRole || !plan.actual->has_citus()) return false;
  for (const DesiredRole& role : plan.desired->roles) {
    if (role.id == run_as) return !role.attributes.login;
  }
  const Role* role = plan.actual->cluster.find_role(run_as);
  return role != nullptr && !role->attributes.login;
}

std::string plan_hash(const Script& script) {
  Sha256 hash;
  for (const Statement& s : script.statements) {
    for (const std::string* part : {&s.database, &s.run_as, &s.sql, &s.node}) {
      hash.update(*part);
      hash.update(std::string_view("\0", 1));
    }
  }
  return hash.hex();
}

Script render(const Plan& plan) {
  Script script;
  const ImpliedSteps implied(plan);
  std::vector<const Change*> changes;
  for (const Step& step : plan.steps) changes.push_back(&step.change);
  const Session session(*plan.actual, *plan.desired, changes);
  std::size_t secrets = 0;
  for (std::size_t begin = 0; begin < plan.steps.size();) {
    const Step& first = plan.steps[begin];
    const RenderContext context{.plan = plan, .session = session, .database = first.change.database, .phase = first.phase};
    RunRenderer run(context, implied, secrets);
    std::size_t end = begin;
    for (; end < plan.steps.size() && plan.steps[end].phase == first.phase && plan.steps[end].change.database == first.change.database;
         ++end) {
      run.add(end);
    }
    for (Statement& statement : run.finish()) {
      statement.provenance = provenance_of(plan, statement.steps);
      script.statements.push_back(std::move(statement));
    }
    begin = end;
  }
  // What no transaction can hold comes after the commit that it depends on.
  std::stable_partition(script.statements.begin(), script.statements.end(), [](const Statement& s) { return s.transactional; });
  for (std::size_t i = 0; i < script.statements.size(); ++i) script.statements[i].id = static_cast<int>(i) + 1;
  assign_batches(plan, script);
  return script;
}

}  // namespace pgcharter
