// Statements for one node, inside a statement of the coordinator.
#include "sql/node_script.h"

#include <gmock/gmock.h>

namespace pgcharter {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Statement statement(std::string sql, std::string run_as = {}) {
  Statement result;
  result.sql = std::move(sql);
  result.run_as = std::move(run_as);
  result.node = "db-1.example:5432";
  return result;
}

TEST(NodeScript, RunsOnOneNodeWithPropagationOff) {
  const std::string sql = node_script("db-1.example:5432", {statement("ALTER ROLE \"a\" CREATEDB")}, "5s");
  EXPECT_THAT(sql, HasSubstr("n.nodename = 'db-1.example' AND n.nodeport = 5432"));
  EXPECT_THAT(
      sql, HasSubstr("  SET LOCAL citus.enable_ddl_propagation TO off;\n  SET LOCAL search_path TO '';\n  SET LOCAL lock_timeout TO '5s';\n"
                     "  EXECUTE $sql$ALTER ROLE \"a\" CREATEDB$sql$;\nEND IF; END"));
  EXPECT_THAT(node_script("h:1", {statement("A")}, ""), Not(HasSubstr("lock_timeout")));
}

TEST(NodeScript, ChangesTheRoleWhereItChanges) {
  const std::string sql = node_script("h:1", {statement("A", "o\"x"), statement("B", "o\"x"), statement("C")}, "");
  EXPECT_THAT(
      sql,
      HasSubstr("  SET LOCAL ROLE \"o\"\"x\";\n  EXECUTE $sql$A$sql$;\n  EXECUTE $sql$B$sql$;\n  RESET ROLE;\n  EXECUTE $sql$C$sql$;\n"));
}

TEST(NodeScript, UsesTagsThatTheTextDoesNotHold) {
  const std::string sql = node_script("h:1", {statement("COMMENT ON ROLE \"$sql$ $end$\" IS '$node$ $apply$ $sql_1$ $begin'")}, "");
  EXPECT_THAT(sql, HasSubstr("EXECUTE $sql_2$COMMENT"));
  EXPECT_THAT(sql, HasSubstr("'$node$ $apply$ $sql_1$ $begin'$sql_2$;"));
  EXPECT_TRUE(sql.starts_with("DO $apply_1$"));
  EXPECT_TRUE(sql.ends_with("$apply_1$"));
  EXPECT_THAT(sql, HasSubstr("$begin$DO $node_1$BEGIN"));
  EXPECT_THAT(sql, HasSubstr("END$node_1$$end_1$"));
}

TEST(NodeScript, QuotesTheNodesName) {
  EXPECT_THAT(node_script("a'b:1", {statement("A")}, ""), HasSubstr("n.nodename = 'a''b' AND n.nodeport = 1"));
  EXPECT_THAT(node_script("a'b:1", {statement("A")}, ""), HasSubstr("'node a''b:1: ' || answer.result"));
}

}  // namespace
}  // namespace pgcharter
