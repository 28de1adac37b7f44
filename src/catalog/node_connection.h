// The nodes of a Citus cluster, asked through the coordinator: their own addresses can't be reached from everywhere (docs/citus.md).
#pragma once

#include <map>
#include <memory>
#include <string>

#include "pgcharter/connection.h"

namespace pgcharter {

/// Asks the nodes of one database. What is the same question for all nodes is sent once: every node answers it in that call.
class NodeQueries {
 public:
  /// `coordinator` holds no locks as long as this is used: the nodes would wait for them.
  explicit NodeQueries(Connection& coordinator) : coordinator_(coordinator) {}

  /// The rows of a query on one node, as records of text. Throws Error that names the node.
  std::string ask(const CitusNode& node, const Query& query, const std::vector<std::optional<std::string>>& parameters);

  [[nodiscard]] Connection& coordinator() { return coordinator_; }

 private:
  struct Answer {
    bool success = false;
    std::string text;
  };

  Connection& coordinator_;
  std::optional<bool> has_xml_;
  std::map<std::string, std::map<int, Answer>> answers_;  ///< by command and nodeid; each is handed out once

  bool has_xml();
  Answer take(const std::string& command, int nodeid);
};

/// One node as a connection, for reading its catalogs. Every query has a snapshot of its own; nothing is executed.
class NodeConnection final : public Connection {
 public:
  NodeConnection(NodeQueries& queries, CitusNode node);

  [[nodiscard]] const ServerInfo& server() const override { return server_; }
  void query(const Query& query, const std::vector<std::optional<std::string>>& parameters,
             const std::function<void(const Row&)>& each) override;
  std::vector<Notice> execute(std::string_view sql) override;
  std::string scram_verifier(const std::string& role, const std::string& password) override;
  void cancel() noexcept override { queries_.coordinator().cancel(); }
  [[nodiscard]] long round_trips() const override { return queries_.coordinator().round_trips(); }

 private:
  NodeQueries& queries_;
  CitusNode node_;
  ServerInfo server_;
};

}  // namespace pgcharter
