// What the live tests of export share: PostgreSQL's own account of who may do what, and a server made to forget all of it.
#pragma once

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pgcharter/export.h"
#include "pgcharter/reconcile.h"

#include "property/spec.h"
#include "support/live_server.h"

namespace pgcharter::testing {

/// Names of databases, in the order in which they are worked on.
using Databases = std::vector<std::string>;

class ExportTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite();
  static void TearDownTestSuite();
  /// Each test begins without roles, tablespaces and databases of another.
  void TearDown() override;

  static std::unique_ptr<Connection> open(const std::string& database = "postgres", const std::string& user = {});
  static Connector connector(const std::string& usual, const std::string& user = {});
  /// The random database of a case, with its roles.
  static void create(const property::Case& c);
  static int major() { return open()->server().major(); }

  /// One line per fact about the connected database and the server: owners, aclexplode() of every catalog that has ACLs, default
  /// privileges, memberships with their options, attributes, settings and comments of roles. Sorted.
  static std::vector<std::string> facts(Connection& connection);
  /// The same with who granted what, row by row: what the inverse of an apply brings back.
  static std::vector<std::string> exact_facts(Connection& connection);
  /// The privileges and memberships that somebody else than the owner (or the superuser) granted.
  static std::vector<std::string> foreign_grants(Connection& connection);
  static std::vector<std::string> lines(Connection& connection, const std::string& sql);

  /// Makes the databases structural clones of themselves: built-in ACLs, everything owned by the superuser, no settings, no role with
  /// any attribute, membership or comment; no role at all where `drop_roles`.
  static void forget(const Databases& databases, bool settings, bool drop_roles);

  static ReconcileOptions everything_allowed();
  /// Nothing, and a failure, where the text is no charter of this server.
  static std::unique_ptr<Planned> planned(const std::string& text, const Connector& connector);
  static void apply(const std::string& text, const Connector& connector);

  /// The whole contract: exported, the plan is empty; forgotten and applied, every fact is back. Gives the charter.
  /// `section`: with `databases`, as --databases writes it; else there is one database.
  static std::string check(const Databases& databases, bool section, bool drop_roles);

  static std::unique_ptr<Sandbox> sandbox;
};

}  // namespace pgcharter::testing
