// Default privileges as SQL. A statement grants to a product: creators × schemas × grantees. The product is built one factor
// at a time: grantees of one creator and schema, then the schemas whose grantees are equal, then the creators whose schemas are.
//
// A global entry (no IN SCHEMA) and those of schemas never share a statement: they are different rows of pg_default_acl, and the
// global one replaces the built-in default where the others only add to it (ALTER DEFAULT PRIVILEGES, "Notes").

#include "sql/default_privileges.h"

#include <algorithm>
#include <compare>
#include <map>
#include <set>

#include "sql/writer.h"

namespace pgcharter {
namespace {

/// What one statement says about each of its creators, schemas and grantees.
struct Key {
  bool grant = false;
  ObjectKind objects{};
  PrivilegeSet privileges;
  bool grant_option = false;
  bool global = false;
  auto operator<=>(const Key&) const = default;
};

using Steps = std::vector<std::size_t>;

void append(Steps& to, const Steps& from) { to.insert(to.end(), from.begin(), from.end()); }

struct Grantees {
  std::set<RoleId> roles;
  Steps steps;
};
struct Product {
  std::set<RoleId> creators;
  Steps steps;
};
using Factors = std::pair<std::set<std::string>, std::set<RoleId>>;  // schemas, grantees

std::string text(const RenderContext& context, const Key& key, const Factors& factors, const std::set<RoleId>& creators) {
  const auto by_name = [&](const std::set<RoleId>& roles) {
    std::vector<RoleId> sorted(roles.begin(), roles.end());
    std::sort(sorted.begin(), sorted.end(), [&](RoleId a, RoleId b) { return context.name(a) < context.name(b); });
    return sorted;
  };
  SqlWriter sql;
  sql.keyword("ALTER DEFAULT PRIVILEGES FOR ROLE");
  sql.list(by_name(creators), [&](RoleId role) { sql.identifier(context.name(role)); });
  if (!key.global) {
    sql.keyword("IN SCHEMA").list(factors.first, [&](const std::string& schema) { sql.identifier(schema); });
  }
  sql.keyword(key.grant ? "GRANT" : "REVOKE");
  if (!key.grant && key.grant_option) sql.keyword("GRANT OPTION FOR");
  sql.privileges(key.privileges).keyword("ON").keyword(info(key.objects).default_privileges_keyword).keyword(key.grant ? "TO" : "FROM");
  sql.list(by_name(factors.second), [&](RoleId role) { sql.grantee(context.names(), role); });
  if (key.grant && key.grant_option) sql.keyword("WITH GRANT OPTION");
  return sql.take();
}

}  // namespace

void render_default_privileges(const RenderContext& context, const std::vector<std::size_t>& steps, std::vector<Statement>& out) {
  std::map<Key, std::map<RoleId, std::map<std::string, Grantees>>> rows;  // key → creator → schema → grantees
  for (const std::size_t step : steps) {
    const auto& change = context.body<ChangeDefaultPrivileges>(step);
    const Key key{change.grant, change.objects, change.privileges, change.grant_option, change.schema.empty()};
    Grantees& grantees = rows[key][change.creator][change.schema];
    grantees.roles.insert(change.grantee);
    grantees.steps.push_back(step);
  }
  for (const auto& [key, creators] : rows) {
    std::map<Factors, Product> products;
    for (const auto& [creator, schemas] : creators) {
      std::map<std::set<RoleId>, std::pair<std::set<std::string>, Steps>> by_grantees;
      for (const auto& [schema, grantees] : schemas) {
        auto& [names, carried] = by_grantees[grantees.roles];
        names.insert(schema);
        append(carried, grantees.steps);
      }
      for (const auto& [grantees, schemas_of] : by_grantees) {
        Product& product = products[{schemas_of.first, grantees}];
        product.creators.insert(creator);
        append(product.steps, schemas_of.second);
      }
    }
    for (auto& [factors, product] : products) {
      std::sort(product.steps.begin(), product.steps.end());
      out.push_back(context.statement(std::move(product.steps), text(context, key, factors, product.creators)));
    }
  }
}

}  // namespace pgcharter
