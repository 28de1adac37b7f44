// A Connection that answers from a script: a named query gives rows or an error, a statement is recorded. What nobody scripted fails the
// test, so that a query that is new or renamed can't pass unseen.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pgcharter/connection.h"

namespace pgcharter::testing {

using Cell = std::optional<std::string>;
using Rows = std::vector<std::vector<Cell>>;

class ScriptedConnection : public Connection {
 public:
  struct Asked {
    std::string name;
    std::vector<Cell> parameters;
  };

  ServerInfo info;
  std::vector<Asked> asked;           ///< queries, in order
  std::vector<std::string> executed;  ///< statements, in order
  bool cancelled = false;

  /// What a query answers, each time it is asked.
  void answer(const std::string& name, Rows rows) { answers_[name] = std::move(rows); }
  void fail(const std::string& name, Error error) { failures_.insert_or_assign(name, std::move(error)); }
  /// What a statement that contains `part` causes; other statements are recorded and do nothing.
  void warn_on(const std::string& part, Notice notice) { warnings_.emplace_back(part, std::move(notice)); }
  void fail_on(const std::string& part, Error error) { statement_failures_.emplace_back(part, std::move(error)); }

  [[nodiscard]] const ServerInfo& server() const override { return info; }

  void query(const Query& query, const std::vector<std::optional<std::string>>& parameters,
             const std::function<void(const Row&)>& each) override {
    ++round_trips_;
    asked.push_back({std::string(query.name), parameters});
    if (const auto failure = failures_.find(std::string(query.name)); failure != failures_.end()) throw failure->second;
    const auto answer = answers_.find(std::string(query.name));
    if (answer == answers_.end()) {
      ADD_FAILURE() << "nobody scripted an answer to the query " << query.name;
      throw Error("no answer to " + std::string(query.name));
    }
    for (const auto& cells : answer->second) each(ScriptedRow(cells));
  }

  std::vector<Notice> execute(std::string_view sql) override {
    ++round_trips_;
    executed.emplace_back(sql);
    for (const auto& [part, error] : statement_failures_) {
      if (sql.find(part) != std::string_view::npos) throw error;
    }
    std::vector<Notice> notices;
    for (const auto& [part, notice] : warnings_) {
      if (sql.find(part) != std::string_view::npos) notices.push_back(notice);
    }
    return notices;
  }

  std::string scram_verifier(const std::string& role, const std::string& password) override {
    return "SCRAM-SHA-256$4096:salt$" + role + ":" + std::to_string(password.size());
  }
  void cancel() noexcept override { cancelled = true; }
  [[nodiscard]] long round_trips() const override { return round_trips_; }

 private:
  class ScriptedRow final : public Row {
   public:
    explicit ScriptedRow(const std::vector<Cell>& cells) : cells_(cells) {}
    [[nodiscard]] bool is_null(int column) const override { return !cells_.at(static_cast<std::size_t>(column)); }
    [[nodiscard]] std::string_view text(int column) const override {
      const Cell& cell = cells_.at(static_cast<std::size_t>(column));
      return cell ? std::string_view(*cell) : std::string_view();
    }

   private:
    const std::vector<Cell>& cells_;
  };

  std::map<std::string, Rows> answers_;
  std::map<std::string, Error> failures_;
  std::vector<std::pair<std::string, Notice>> warnings_;
  std::vector<std::pair<std::string, Error>> statement_failures_;
  long round_trips_ = 0;
};

}  // namespace pgcharter::testing
