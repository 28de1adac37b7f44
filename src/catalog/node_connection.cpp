// run_command_on_all_nodes() runs one command on each node, as the connected role, and answers with one text per node: one row, one column.
// So the rows of a query are aggregated, as records. It is the only way that is open on every cluster, managed ones among them.
//
// The session on the node is Citus' own, with whatever search_path the role has there, and only the command's first statement counts. So
// the query itself is a text that query_to_xml() parses, after set_config() has hardened the session: names then resolve, and print, as
// they do on our own connections. Of XML that function only escapes < > & and carriage returns. A server that was built without libxml has
// it not: there the query is a part of the command, and names print as they should, but its operators are found by the role's own path.
//
// Citus' answer holds nothing of what the coordinator has not committed, and waits for the coordinator's locks. Whoever asks holds none.

#include "catalog/node_connection.h"

#include <cassert>

#include <fmt/format.h>

#include "pgcharter/names.h"

#include "catalog/record_text.h"
#include "model/literals.h"

namespace pgcharter {
namespace {

constexpr Query kOnAllNodes{"on_all_nodes", R"(
select n.nodeid, n.success, n.result from pg_catalog.run_command_on_all_nodes($1) n)"};

constexpr Query kHasXml{"has_xml", R"(
select pg_catalog.query_to_xml('select 1 as t', false, false, '') is not null)"};

constexpr std::string_view kFeatureNotSupported = "0A000";
constexpr std::string_view kBegin = "<t>";
constexpr std::string_view kEnd = "</t>";

/// `group` -1: for every node; else all others answer nothing.
std::string command_for(std::string_view sql, int group, bool xml) {
  const std::string rows = fmt::format("select pg_catalog.string_agg(r::pg_catalog.text, pg_catalog.chr(10)) as t from (\n{}\n) r", sql);
  std::string when =
      "pg_catalog.set_config('search_path', '', true) = '' and pg_catalog.set_config('DateStyle', 'ISO', true) <> ''"
      " and pg_catalog.set_config('TimeZone', 'UTC', true) <> '' and pg_catalog.set_config('quote_all_identifiers', 'off', true) <> ''";
  if (group >= 0) when = fmt::format("(select g.groupid from pg_catalog.pg_dist_local_group g) = {} and {}", group, when);
  const std::string value =
      xml ? fmt::format("pg_catalog.query_to_xml({}, false, false, '')::pg_catalog.text", quote_literal(rows)) : "(" + rows + ")";
  return fmt::format("select case when {} then {} end", when, value);
}

/// The one value in an answer of query_to_xml(); empty where it is NULL.
std::string value_of(std::string_view xml) {
  const std::size_t begin = xml.find(kBegin);
  const std::size_t end = xml.rfind(kEnd);
  if (begin == std::string_view::npos || end == std::string_view::npos) return {};
  std::string_view text = xml.substr(begin + kBegin.size(), end - begin - kBegin.size());
  static constexpr std::pair<std::string_view, char> kEntities[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&#x0d;", '\r'}};
  std::string value;
  while (!text.empty()) {
    std::size_t length = 1;
    char c = text.front();
    for (const auto& [entity, stands_for] : kEntities) {
      if (!text.starts_with(entity)) continue;
      length = entity.size();
      c = stands_for;
    }
    value += c;
    text.remove_prefix(length);
  }
  return value;
}

}  // namespace

bool NodeQueries::has_xml() {
  if (has_xml_) return *has_xml_;
  try {
    coordinator_.query(kHasXml, {}, [&](const Row& row) { has_xml_ = row.boolean(0); });
  } catch (const Error& error) {
    if (error.code != kFeatureNotSupported) throw;
    has_xml_ = false;
  }
  return has_xml_.value_or(false);
}

NodeQueries::Answer NodeQueries::take(const std::string& command, int nodeid) {
  if (const auto known = answers_.find(command); known != answers_.end() && known->second.contains(nodeid)) {
    return known->second.extract(nodeid).mapped();
  }
  std::map<int, Answer>& answers = answers_[command];
  answers.clear();
  coordinator_.query(kOnAllNodes, {command}, [&](const Row& row) {
    answers[static_cast<int>(row.number(0))] = {.success = row.boolean(1), .text = std::string(row.text(2))};
  });
  if (!answers.contains(nodeid)) return {.success = false, .text = "Citus did not ask it"};
  return answers.extract(nodeid).mapped();
}

std::string NodeQueries::ask(const CitusNode& node, const Query& query, const std::vector<std::optional<std::string>>& parameters) {
  std::vector<std::string> literals;
  for (const auto& parameter : parameters) literals.push_back(parameter ? quote_literal(*parameter) : "null");
  // Parameters are the oids of one node.
  const std::string command = command_for(with_literals(query.sql, literals), parameters.empty() ? -1 : node.group, has_xml());
  const Answer answer = take(command, node.id);
  if (!parameters.empty()) answers_.erase(command);
  if (answer.success) return has_xml() ? value_of(answer.text) : answer.text;
  Error error(fmt::format("node {} can't be read: {}", node.text(), answer.text));
  error.statement = query.name;
  throw error;
}

NodeConnection::NodeConnection(NodeQueries& queries, CitusNode node)
    : queries_(queries), node_(std::move(node)), server_(queries.coordinator().server()) {
  server_.host = node_.host;
  server_.port = std::to_string(node_.port);
}

void NodeConnection::query(const Query& query, const std::vector<std::optional<std::string>>& parameters,
                           const std::function<void(const Row&)>& each) {
  const std::string rows = queries_.ask(node_, query, parameters);
  RecordText record(rows);
  while (record.next()) each(record);
}

std::vector<Notice> NodeConnection::execute(std::string_view /*sql*/) {
  assert(false && "nodes are only read through this connection");
  throw Error("nodes are only read through this connection");
}

std::string NodeConnection::scram_verifier(const std::string& role, const std::string& password) {
  return queries_.coordinator().scram_verifier(role, password);
}

}  // namespace pgcharter
