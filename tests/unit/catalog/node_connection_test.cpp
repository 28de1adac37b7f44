// Nodes that are asked through the coordinator.
#include "catalog/node_connection.h"

#include <gmock/gmock.h>

#include "support/scripted_connection.h"

namespace pgcharter {
namespace {

using ::testing::HasSubstr;
using testing::ScriptedConnection;

const CitusNode kOne{.id = 2, .group = 1, .host = "127.0.0.1", .port = 9701};
const CitusNode kTwo{.id = 3, .group = 2, .host = "127.0.0.1", .port = 9702};

std::string xml(const std::string& value) { return "<table>\n\n<row>\n  <t>" + value + "</t>\n</row>\n\n</table>\n"; }

std::vector<std::string> first_column(Connection& connection, const Query& query,
                                      const std::vector<std::optional<std::string>>& parameters = {}) {
  std::vector<std::string> result;
  connection.query(query, parameters, [&](const Row& row) { result.emplace_back(row.text(0)); });
  return result;
}

TEST(NodeConnection, PicksTheRowOfItsNode) {
  ScriptedConnection coordinator;
  coordinator.info.port = "9700";
  coordinator.answer("has_xml", {{"t"}});
  coordinator.answer("on_all_nodes", {{"1", "t", xml("(zero)")}, {"2", "t", xml("(a&lt;&amp;b&gt;)\n(&amp;lt;)")}, {"3", "t", xml("(b)")}});
  NodeQueries queries(coordinator);
  NodeConnection one(queries, kOne);
  NodeConnection two(queries, kTwo);
  EXPECT_EQ(one.server().port, "9701");
  EXPECT_EQ(first_column(one, {"q", "select 1"}), (std::vector<std::string>{"a<&b>", "&lt;"}));
  EXPECT_EQ(first_column(two, {"q", "select 1"}), (std::vector<std::string>{"b"}));
  EXPECT_EQ(coordinator.asked.size(), 2U) << "both nodes answered the same question";
  first_column(one, {"q", "select 1"});
  EXPECT_EQ(coordinator.asked.size(), 3U) << "an answer is handed out once";
}

TEST(NodeConnection, AsksOneNodeWhereParametersAreItsOwn) {
  ScriptedConnection coordinator;
  coordinator.answer("has_xml", {{"t"}});
  coordinator.answer("on_all_nodes", {{"2", "t", ""}, {"3", "t", xml("(b)")}});
  NodeQueries queries(coordinator);
  NodeConnection one(queries, kOne);
  NodeConnection two(queries, kTwo);
  EXPECT_TRUE(first_column(one, {"q", "select $1 -- of $1"}, {"{1,2}'"}).empty());
  EXPECT_EQ(first_column(two, {"q", "select $1 -- of $1"}, {"{1,2}'"}), (std::vector<std::string>{"b"}));
  ASSERT_EQ(coordinator.asked.size(), 3U);
  const std::string command = coordinator.asked[1].parameters.at(0).value_or("");
  EXPECT_THAT(command, HasSubstr("from pg_catalog.pg_dist_local_group g) = 1"));
  EXPECT_THAT(command, HasSubstr("select ''{1,2}''''''"));
  EXPECT_THAT(command, HasSubstr("set_config('search_path', '', true)"));
}

TEST(NodeConnection, AsksWithoutXmlWhereThereIsNone) {
  ScriptedConnection coordinator;
  Error none("unsupported XML feature");
  none.code = "0A000";
  coordinator.fail("has_xml", none);
  coordinator.answer("on_all_nodes", {{"2", "t", "(a&lt;)\n(b)"}});
  NodeQueries queries(coordinator);
  NodeConnection one(queries, kOne);
  EXPECT_EQ(first_column(one, {"q", "select 1"}), (std::vector<std::string>{"a&lt;", "b"}));
}

TEST(NodeConnection, NamesTheNodeThatCanNotBeRead) {
  ScriptedConnection coordinator;
  coordinator.answer("has_xml", {{"t"}});
  coordinator.answer("on_all_nodes", {{"2", "f", "failed to connect to 127.0.0.1:9701"}});
  NodeQueries queries(coordinator);
  for (const auto& [node, why] : {std::pair(kOne, "node 127.0.0.1:9701 can't be read: failed to connect to 127.0.0.1:9701"),
                                  std::pair(kTwo, "node 127.0.0.1:9702 can't be read: Citus did not ask it")}) {
    NodeConnection connection(queries, node);
    try {
      first_column(connection, {"q", "select 1"});
      ADD_FAILURE() << why;
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), why);
    }
  }
}

}  // namespace
}  // namespace pgcharter
