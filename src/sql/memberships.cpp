// Memberships as SQL, before and after PostgreSQL 16 (GRANT, "GRANT on Roles"; AddRoleMems() in src/backend/commands/user.c).
//
// From 16 on INHERIT is always written for a new row, because its default is the member's attribute at the moment of the
// grant; ADMIN FALSE and SET TRUE never are: they are what the server chooses, and Citus' deparser (13, 14) sends a
// statement with them to its workers with a syntax error. Switching an option on or off names only that option, so the row and its grantor
// stay; ADMIN goes through REVOKE ADMIN OPTION FOR, which refuses to leave behind what hangs on it.
//
// A row's grantor is a part of its key from 16 on. GRANTED BY is written where the server would choose another one: a
// superuser's grants are recorded as the bootstrap superuser's, everybody else's as his own.

#include "sql/memberships.h"

#include <compare>
#include <map>
#include <optional>

#include "sql/writer.h"

namespace pgcharter {
namespace {

enum class Verb { Grant, Revoke, RevokeAdminOption };

struct Options {
  std::optional<bool> admin;
  std::optional<bool> inherit;
  std::optional<bool> set;
  auto operator<=>(const Options&) const = default;
};

/// What all memberships of one statement have in common.
struct MembershipKey {
  int rank = 0;
  RoleId role{};
  Verb verb{};
  Options options;
  RoleId granted_by = kNoRole;
  auto operator<=>(const MembershipKey&) const = default;
};

class MembershipRenderer {
 public:
  explicit MembershipRenderer(const RenderContext& context) : context_(context) {}

  void add(std::size_t step) {
    std::visit(
        [&](const auto& change) {
          using Body = std::decay_t<decltype(change)>;
          if constexpr (std::is_same_v<Body, GrantMembership>) {
            add_grant(step, change);
          } else if constexpr (std::is_same_v<Body, RevokeMembership>) {
            add(step, change.membership, Verb::Revoke, {}, granted_by(change.membership));
          }
        },
        context_.plan.steps[step].change.body);
  }

  void write(std::vector<Statement>& out) const {
    for (const auto& [key, batch] : batches_) {
      Statement statement = context_.statement(batch.steps, text(key, batch.members));
      statement.checks_warnings = true;
      out.push_back(std::move(statement));
    }
  }

 private:
  struct Batch {
    std::vector<std::size_t> steps;
    std::vector<RoleId> members;
  };

  [[nodiscard]] bool has_options() const { return context_.major() >= 16; }

  void add(std::size_t step, const Membership& m, Verb verb, const Options& options, RoleId by) {
    const MembershipKey key{.rank = context_.plan.steps[step].rank, .role = m.role, .verb = verb, .options = options, .granted_by = by};
    Batch& batch = batches_[key];
    batch.steps.push_back(step);
    batch.members.push_back(m.member);
  }

  void add_grant(std::size_t step, const GrantMembership& change) {
    const Membership& after = change.after;
    Options options;
    if (!change.before) {
      if (after.admin) options.admin = true;
      if (has_options()) {
        options.inherit = after.inherit;
        if (!after.set) options.set = false;
      }
      add(step, after, Verb::Grant, options, granted_by_new(after));
      return;
    }
    const Membership& before = *change.before;
    const RoleId by = granted_by(before);
    if (before.admin && !after.admin) add(step, after, Verb::RevokeAdminOption, {}, by);
    if (!before.admin && after.admin) options.admin = true;
    if (has_options()) {
      if (before.inherit != after.inherit) options.inherit = after.inherit;
      if (before.set != after.set) options.set = after.set;
    }
    if (options != Options{}) add(step, after, Verb::Grant, options, by);
  }

  /// The grantor to be named for an existing row, or kNoRole.
  [[nodiscard]] RoleId granted_by(const Membership& row) const {
    if (!has_options() || row.grantor == kNoRole || context_.names().dangling(row.grantor)) return kNoRole;
    const ServerInfo& server = context_.plan.actual->server;
    const Role* grantor = context_.plan.actual->cluster.find_role(row.grantor);
    const bool chosen = server.superuser ? grantor != nullptr && grantor->bootstrap : context_.name(row.grantor) == server.user;
    return chosen ? kNoRole : row.grantor;
  }

  /// The same for a new row. Before 16 the grantor is informational, and only a superuser may name another one.
  [[nodiscard]] RoleId granted_by_new(const Membership& row) const {
    if (has_options() || row.grantor == kNoRole || context_.names().dangling(row.grantor)) return granted_by(row);
    const ServerInfo& server = context_.plan.actual->server;
    return server.superuser && context_.name(row.grantor) != server.user ? row.grantor : kNoRole;
  }

  [[nodiscard]] std::string text(const MembershipKey& key, const std::vector<RoleId>& members) const {
    SqlWriter sql;
    sql.keyword(key.verb == Verb::Grant ? "GRANT" : key.verb == Verb::Revoke ? "REVOKE" : "REVOKE ADMIN OPTION FOR");
    sql.identifier(context_.name(key.role)).keyword(key.verb == Verb::Grant ? "TO" : "FROM");
    sql.list(members, [&](RoleId member) { sql.identifier(context_.name(member)); });
    write_options(sql, key.options);
    if (key.granted_by != kNoRole) sql.keyword("GRANTED BY").identifier(context_.name(key.granted_by));
    return sql.take();
  }

  static void write_options(SqlWriter& sql, const Options& options) {
    std::vector<std::string_view> words;
    if (options.admin) words.emplace_back("ADMIN OPTION");
    if (options.inherit) words.emplace_back(*options.inherit ? "INHERIT TRUE" : "INHERIT FALSE");
    if (options.set) words.emplace_back(*options.set ? "SET TRUE" : "SET FALSE");
    if (words.empty()) return;
    sql.keyword("WITH").list(words, [&](std::string_view word) { sql.keyword(word); });
  }

  const RenderContext& context_;
  std::map<MembershipKey, Batch> batches_;
};

}  // namespace

void render_memberships(const RenderContext& context, const std::vector<std::size_t>& steps, std::vector<Statement>& out) {
  MembershipRenderer renderer(context);
  for (const std::size_t step : steps) renderer.add(step);
  renderer.write(out);
}

}  // namespace pgcharter
