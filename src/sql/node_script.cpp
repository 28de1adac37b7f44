// run_command_on_all_nodes() looks at the first statement of a command only, and a statement that Citus propagates would be sent back from
// the node to all others. So the node gets one DO block, with propagation off. It is sent to every node, for there is no function that
// sends a command to one node, and does nothing on the others. The outer block turns the node's answer into an error.
//
// Texts stand in dollar quotes: statements stay readable, at whatever depth.

#include "sql/node_script.h"

#include <fmt/format.h>

#include "sql/dollar_quotes.h"
#include "sql/writer.h"

namespace pgcharter {
namespace {

/// What the node runs, in PL/pgSQL.
std::string body_of(const std::vector<Statement>& statements, const std::string& lock_timeout) {
  std::string text = "  SET LOCAL citus.enable_ddl_propagation TO off;\n  SET LOCAL search_path TO '';\n";
  if (!lock_timeout.empty()) text += fmt::format("  SET LOCAL lock_timeout TO {};\n", quote_literal(lock_timeout));
  std::string role;
  const auto become = [&](const std::string& other) {
    if (other == role) return;
    text += other.empty() ? "  RESET ROLE;\n" : fmt::format("  {};\n", SqlWriter().keyword("SET LOCAL ROLE").identifier(other).take());
    role = other;
  };
  for (const Statement& statement : statements) {
    become(statement.run_as);
    text += fmt::format("  EXECUTE {};\n", dollar_quoted(statement.sql, "sql"));
  }
  become({});
  return text;
}

}  // namespace

std::string node_script(const std::string& node, const std::vector<Statement>& statements, const std::string& lock_timeout) {
  const std::size_t colon = node.rfind(':');
  const std::string host = quote_literal(node.substr(0, colon));
  const std::string body = body_of(statements, lock_timeout);
  // The number of the node's group stands between two texts, each of which is quoted by itself.
  const std::string end = fmt::format(" THEN\n{}END IF; END", body);
  const std::string tag = free_tag(end, "node");
  const std::string begin = fmt::format("DO {}BEGIN IF (SELECT g.groupid FROM pg_catalog.pg_dist_local_group g) = ", tag);
  const std::string block = fmt::format(
      R"(DECLARE node record; answer record;
BEGIN
  SELECT n.nodeid, n.groupid INTO STRICT node FROM pg_catalog.pg_dist_node n
    WHERE n.nodename = {} AND n.nodeport = {} AND n.noderole::pg_catalog.text = 'primary';
  FOR answer IN SELECT a.success, a.result FROM pg_catalog.run_command_on_all_nodes({} || node.groupid || {}) a WHERE a.nodeid = node.nodeid
  LOOP
    IF NOT answer.success THEN RAISE EXCEPTION USING MESSAGE = {} || answer.result; END IF;
  END LOOP;
  IF NOT FOUND THEN RAISE EXCEPTION USING MESSAGE = {}; END IF;
END)",
      host, node.substr(colon + 1), dollar_quoted(begin, "begin"), dollar_quoted(end + tag, "end"), quote_literal("node " + node + ": "),
      quote_literal("Citus did not ask node " + node));
  return "DO " + dollar_quoted(block, "apply");
}

}  // namespace pgcharter
