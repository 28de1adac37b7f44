// The script for psql: one transaction per database, as apply would do it, for those who review and run SQL themselves.
//
// What psql reads itself needs care of its own (psql documentation, "Meta-Commands"): a comment ends at the end of its line,
// so provenance goes through printable(); \connect takes a conninfo string, because a plain argument that looks like one
// (a name with "=") would be taken for one, inside psql's single quotes, where \n and '' are escapes; \quit inside a script is
// a success, so a missing secret is an error of SQL.

#include <set>

#include "sql/node_script.h"
#include "sql/writer.h"

namespace pgcharter {
namespace {

/// dbname='…' as an argument of a meta-command.
std::string connect_argument(const std::string& database) {
  std::string conninfo = "dbname='";
  for (const char c : database) {
    if (c == '\'' || c == '\\') conninfo += '\\';
    conninfo += c;
  }
  conninfo += "'";
  // The double quotes are for \connect itself, which strips them like an identifier's (OT_SQLIDHACK in psql's scanner).
  std::string result = "'\"";
  for (const char c : conninfo) {
    if (c == '\'') {
      result += "''";
    } else if (c == '"') {
      result += "\"\"";
    } else if (c == '\\') {
      result += "\\\\";
    } else if (c == '\n') {
      result += "\\n";
    } else if (c == '\r') {
      result += "\\r";
    } else {
      result += c;
    }
  }
  return result + "\"'";
}

class PsqlWriter {
 public:
  PsqlWriter(const Script& script, const State& actual) : script_(script), actual_(actual) {
    std::set<std::string> databases;
    for (const Statement& statement : script.statements) {
      if (!statement.database.empty() && !is_principal_phase(statement.phase)) databases.insert(statement.database);
    }
    if (databases.size() == 1) only_database_ = *databases.begin();
    if (databases.empty()) only_database_ = actual.server.database;
  }

  std::string run(const std::vector<std::string>& comments) {
    for (const std::string& comment : comments) text_ += "-- " + printable(comment) + "\n";
    if (script_.statements.empty()) return std::move(text_);
    text_ += "-- Run it with: psql -X -v ON_ERROR_STOP=1 -f FILE\n";
    text_ += "\\set ON_ERROR_STOP on\n";
    secrets();
    for (const Statement& statement : script_.statements) {
      if (statement.node.empty()) write(statement);
    }
    end_transaction();
    write_nodes();
    return std::move(text_);
  }

 private:
  void secrets() {
    for (const Statement& statement : script_.statements) {
      for (const auto& [name, source] : statement.secrets) {
        text_ += "-- " + name + " is the password of role " + printable(display_name(statement.secret_role)) +
                 ": give it, or better its SCRAM verifier, with -v " + name + "=…\n";
        text_ += "\\if :{?" + name + "}\n\\else\n\\warn the variable " + name + " is not set\n";
        text_ += "DO $$ BEGIN RAISE EXCEPTION 'the psql variable " + name + " is not set'; END $$;\n\\quit\n\\endif\n";
      }
    }
  }

  void write(const Statement& statement) {
    const bool principal = is_principal_phase(statement.phase);  // in a transaction of its own unless the only database is that one
    const std::string& database = !only_database_.empty() && !principal ? only_database_ : statement.database;
    const std::string& target = database.empty() ? actual_.server.database : database;
    // Cluster phases and databases are transactions of their own where there are several databases.
    connect(database, target);
    if (!statement.transactional || statement.batch != batch_) end_transaction();
    batch_ = statement.batch;
    if (statement.transactional && !in_transaction_) {
      const bool citus = actual_.has_citus();
      text_ += "BEGIN;\nSET LOCAL search_path = '';\n";
      if (citus) text_ += "SET LOCAL citus.multi_shard_modify_mode TO 'sequential';\nSET LOCAL citus.propagate_set_commands TO 'local';\n";
      text_ += "SET LOCAL lock_timeout = '5s';\n";
      if (citus) text_ += "SET LOCAL citus.propagate_set_commands TO 'none';\n";
      in_transaction_ = true;
    }
    set_role(statement.run_as);
    text_ += "\n";
    if (!statement.provenance.empty()) text_ += "-- " + printable(statement.provenance) + "\n";
    if (statement.local) text_ += "SET LOCAL citus.enable_ddl_propagation TO off;\n";
    text_ += statement.sql + ";\n";
    if (statement.local) text_ += "SET LOCAL citus.enable_ddl_propagation TO DEFAULT;\n";
  }

  /// What each node gets stands in one statement, after everything that it builds on is committed.
  void write_nodes() {
    std::vector<Statement> same;
    const auto flush = [&] {
      if (!same.empty()) text_ += "\n" + node_script(same.front().node, same, "5s") + ";\n";
      same.clear();
    };
    for (const Statement& statement : script_.statements) {
      if (statement.node.empty()) continue;
      if (!same.empty() && (same.front().node != statement.node || same.front().database != statement.database)) flush();
      if (same.empty()) connect(statement.database, statement.database.empty() ? actual_.server.database : statement.database);
      if (same.empty()) text_ += "\n-- On node " + printable(statement.node) + ".";
      same.push_back(statement);
    }
    flush();
  }

  void connect(const std::string& section, const std::string& target) {
    if (connected_ && section == section_ && target == target_) return;
    end_transaction();
    text_ += "\n\\connect -reuse-previous=on " + connect_argument(target) + "\n\\encoding UTF8\n";
    connected_ = true;
    section_ = section;
    target_ = target;
  }

  void set_role(const std::string& role) {
    if (role == role_) return;
    text_ += role.empty() ? "\nRESET ROLE;\n" : "\n" + SqlWriter().keyword("SET LOCAL ROLE").identifier(role).take() + ";\n";
    role_ = role;
  }

  void end_transaction() {
    if (!in_transaction_) return;
    set_role({});
    text_ += "\nCOMMIT;\n";
    in_transaction_ = false;
  }

  const Script& script_;
  const State& actual_;
  std::string only_database_;
  std::string text_;
  std::string section_;
  std::string target_;
  std::string role_;
  int batch_ = 0;
  bool connected_ = false;
  bool in_transaction_ = false;
};

}  // namespace

std::string to_psql(const Script& script, const State& actual, std::string_view charter_name) {
  const ServerInfo& server = actual.server;
  std::vector<std::string> comments;
  comments.push_back("Charter " + std::string(charter_name) + ", planned by pgcharter" + (server.now.empty() ? "" : " at " + server.now));
  comments.push_back("for PostgreSQL " + server.version + ", database " + display_name(server.database) + ".");
  if (script.statements.empty()) comments.emplace_back("Nothing to do: the server is as the charter says.");
  return to_psql(script, actual, comments);
}

std::string to_psql(const Script& script, const State& actual, const std::vector<std::string>& comments) {
  return PsqlWriter(script, actual).run(comments);
}

}  // namespace pgcharter
