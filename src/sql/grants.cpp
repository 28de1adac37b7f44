// Privileges as SQL, batched: changes that say the same (verb, kind, privileges, columns, grantor) about different objects and grantees
// become rectangles of objects × grantees (rectangles.cpp). Columns of one table are joined first.
//
// REVOKE acts on the entries of one grantor: the owner where the executor is a superuser or a member of the owner (GRANT,
// "Notes"; select_best_grantor() in src/backend/utils/adt/acl.c). An entry of another grantor needs a SET ROLE around the
// statement, since GRANTED BY accepts nobody but the current user.

#include "sql/grants.h"

#include <algorithm>
#include <array>
#include <compare>
#include <memory>
#include <tuple>

#include "sql/rectangles.h"
#include "sql/writer.h"

namespace pgcharter {
namespace {

/// A statement is cut here even where it names few objects: function signatures can be long.
constexpr std::size_t kMaxText = 256 * 1024;

/// What one statement says about each of its objects and grantees.
struct GrantKey {
  int rank = 0;
  bool grant = false;
  ObjectKind kind{};
  std::vector<std::string> columns;  ///< empty: the whole object
  PrivilegeSet privileges;
  bool grant_option = false;
  bool cascade = false;
  RoleId run_as = kNoRole;
  auto operator<=>(const GrantKey&) const = default;
};

/// The changes of one key: parallel.
struct Batch {
  std::vector<RectangleItem> items;
  std::vector<std::vector<std::size_t>> steps;
};

class GrantRenderer {
 public:
  GrantRenderer(const RenderContext& context, const ImpliedSteps& implied) : context_(context), implied_(implied) {}

  void add(std::size_t step) {
    const auto& change = context_.body<ChangePrivileges>(step);
    if (!change.objects) return;
    GrantKey key{.rank = context_.plan.steps[step].rank,
                 .grant = change.grant,
                 .kind = change.kind,
                 .columns = {},
                 .privileges = change.privileges,
                 .grant_option = change.grant_option,
                 .cascade = change.cascade,
                 .run_as = kNoRole};
    if (context_.session.becomes_owner(context_.database, change) && !as_grantor(change)) {
      key.run_as = context_.objects().desired[change.objects->front()].owner;
    }
    if (change.grantor == kNoRole) {
      add(key, change.column, *change.objects, change.grantee, step);
      return;
    }
    const auto held_by_owner = [&](std::uint32_t object) { return acts_as_owner(object, change.grantor); };
    const auto by_owner = static_cast<std::size_t>(std::count_if(change.objects->begin(), change.objects->end(), held_by_owner));
    if (by_owner == change.objects->size()) {
      add(key, change.column, *change.objects, change.grantee, step);
    } else if (by_owner == 0) {
      key.run_as = change.grantor;
      add(key, change.column, *change.objects, change.grantee, step);
    } else {
      split_by_owner(key, change, held_by_owner, step);
    }
  }

  void write(std::vector<Statement>& out) {
    join_columns();
    const std::vector<std::uint32_t> schemas = batches_.empty() ? std::vector<std::uint32_t>() : schema_begins();
    for (const auto& [key, batch] : batches_) {
      for (Rectangle& rectangle : cover(batch.items, schemas)) {
        std::vector<std::size_t> steps;
        for (const std::size_t item : rectangle.items) steps.insert(steps.end(), batch.steps[item].begin(), batch.steps[item].end());
        std::sort(steps.begin(), steps.end());
        std::sort(rectangle.grantees.begin(), rectangle.grantees.end(),
                  [&](RoleId a, RoleId b) { return context_.name(a) < context_.name(b); });
        write(key, rectangle.objects, rectangle.grantees, steps, out);
      }
    }
  }

 private:
  /// Where the objects of another schema begin.
  [[nodiscard]] std::vector<std::uint32_t> schema_begins() const {
    std::vector<std::uint32_t> begins;
    for (std::uint32_t i = 1; i < context_.objects().size(); ++i) {
      if (context_.objects().object(i).id.schema != context_.objects().object(i - 1).id.schema) begins.push_back(i);
    }
    return begins;
  }

  /// Another role than the owner holds what is revoked.
  [[nodiscard]] bool as_grantor(const ChangePrivileges& change) const {
    return change.grantor != kNoRole && !acts_as_owner(change.objects->front(), change.grantor);
  }

  [[nodiscard]] bool acts_as_owner(std::uint32_t object, RoleId grantor) const {
    return grantor == context_.objects().desired[object].owner;
  }

  template <typename HeldByOwner>
  void split_by_owner(GrantKey key, const ChangePrivileges& change, const HeldByOwner& held_by_owner, std::size_t step) {
    auto owners = std::make_unique<std::vector<std::uint32_t>>();
    auto others = std::make_unique<std::vector<std::uint32_t>>();
    for (const std::uint32_t object : *change.objects) (held_by_owner(object) ? owners : others)->push_back(object);
    add(key, change.column, *owners, change.grantee, step);
    key.run_as = change.grantor;
    add(key, change.column, *others, change.grantee, step);
    parts_.push_back(std::move(owners));
    parts_.push_back(std::move(others));
  }

  void add(const GrantKey& key, const std::string& column, const std::vector<std::uint32_t>& objects, RoleId grantee, std::size_t step) {
    if (column.empty()) {
      Batch& batch = batches_[key];
      batch.items.push_back({&objects, grantee});
      batch.steps.push_back({step});
    } else {
      columns_[{key, grantee, objects}].emplace_back(column, step);
      lists_.try_emplace(objects, &objects);
    }
  }

  /// Columns of the same objects that one grantee gets the same privileges on share a column list.
  void join_columns() {
    for (auto& [where, columns] : columns_) {
      const auto& [key, grantee, objects] = where;
      std::sort(columns.begin(), columns.end());
      GrantKey joined = key;
      std::vector<std::size_t> steps;
      for (const auto& [column, step] : columns) {
        if (joined.columns.empty() || joined.columns.back() != column) joined.columns.push_back(column);
        steps.push_back(step);
      }
      Batch& batch = batches_[joined];
      batch.items.push_back({lists_.at(objects), grantee});
      batch.steps.push_back(std::move(steps));
    }
  }

  void write(const GrantKey& key, const std::vector<std::uint32_t>& objects, const std::vector<RoleId>& grantees,
             const std::vector<std::size_t>& steps, std::vector<Statement>& out) const {
    std::string sql = text(key, objects, grantees);
    if (sql.size() > kMaxText && objects.size() > 1) {
      const auto middle = objects.begin() + static_cast<std::ptrdiff_t>(objects.size() / 2);
      write(key, {objects.begin(), middle}, grantees, steps, out);
      write(key, {middle, objects.end()}, grantees, steps, out);
      return;
    }
    Statement statement = context_.statement(steps, std::move(sql));
    if (key.cascade) implied_.add_to(statement.steps, context_, key.kind, key.privileges, objects);
    if (key.run_as != kNoRole) statement.run_as = context_.name(key.run_as);
    statement.local = context_.must_stay_local(key.run_as);
    statement.objects = objects;
    statement.checks_warnings = true;
    out.push_back(std::move(statement));
  }

  [[nodiscard]] std::string text(const GrantKey& key, const std::vector<std::uint32_t>& objects,
                                 const std::vector<RoleId>& grantees) const {
    SqlWriter sql;
    sql.keyword(key.grant ? "GRANT" : "REVOKE");
    if (!key.grant && key.grant_option) sql.keyword("GRANT OPTION FOR");
    write_privileges(sql, key);
    sql.keyword("ON").keyword(info(key.kind).sql_keyword);
    sql.list(objects, [&](std::uint32_t object) { sql.qualified(context_.objects().object(object).id, context_.is_overloaded(object)); });
    sql.keyword(key.grant ? "TO" : "FROM");
    sql.list(grantees, [&](RoleId role) { sql.grantee(context_.names(), role); });
    if (key.grant && key.grant_option) sql.keyword("WITH GRANT OPTION");
    if (key.cascade) sql.keyword("CASCADE");
    return sql.take();
  }

  /// SELECT ("a", "b"), UPDATE ("a", "b"): each privilege has a column list of its own.
  static void write_privileges(SqlWriter& sql, const GrantKey& key) {
    if (key.columns.empty()) {
      sql.privileges(key.privileges);
      return;
    }
    std::vector<Privilege> each;
    for (const Privilege privilege : {Privilege::Select, Privilege::Insert, Privilege::Update, Privilege::References}) {
      if (key.privileges.contains(privilege)) each.push_back(privilege);
    }
    sql.list(each, [&](Privilege privilege) {
      sql.privileges(PrivilegeSet::of(privilege)).open();
      sql.list(key.columns, [&](const std::string& column) { sql.identifier(column); });
      sql.close();
    });
  }

  const RenderContext& context_;
  const ImpliedSteps& implied_;
  std::map<GrantKey, Batch> batches_;
  std::map<std::tuple<GrantKey, RoleId, std::vector<std::uint32_t>>, std::vector<std::pair<std::string, std::size_t>>> columns_;
  std::map<std::vector<std::uint32_t>, const std::vector<std::uint32_t>*> lists_;
  std::vector<std::unique_ptr<std::vector<std::uint32_t>>> parts_;
};

}  // namespace

ImpliedSteps::ImpliedSteps(const Plan& plan) {
  for (std::size_t step = 0; step < plan.steps.size(); ++step) {
    const auto* change = std::get_if<ChangePrivileges>(&plan.steps[step].change.body);
    if (change == nullptr || !change->implied || !change->objects) continue;
    auto& by_object = steps_[{plan.steps[step].change.database, change->kind}];
    for (const std::uint32_t object : *change->objects) by_object[object].push_back(step);
  }
}

void ImpliedSteps::add_to(std::vector<std::size_t>& steps, const RenderContext& context, ObjectKind kind, PrivilegeSet privileges,
                          const std::vector<std::uint32_t>& objects) const {
  const auto found = steps_.find({context.database, kind});
  if (found == steps_.end()) return;
  for (const std::uint32_t object : objects) {
    const auto here = found->second.find(object);
    if (here == found->second.end()) continue;
    for (const std::size_t step : here->second) {
      if (context.body<ChangePrivileges>(step).privileges.intersects(privileges)) steps.push_back(step);
    }
  }
  std::sort(steps.begin(), steps.end());
  steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
}

void render_grants(const RenderContext& context, const std::vector<std::size_t>& steps, const ImpliedSteps& implied,
                   std::vector<Statement>& out) {
  GrantRenderer renderer(context, implied);
  for (const std::size_t step : steps) renderer.add(step);
  renderer.write(out);
}

}  // namespace pgcharter
