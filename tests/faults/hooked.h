// A Connection that tells before each call. What is told is all calls of an apply but those that open a connection.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "pgcharter/connection.h"

namespace pgcharter::testing {

class HookedConnection final : public Connection {
 public:
  using Hook = std::function<void(HookedConnection&, std::string_view sql, bool is_statement)>;

  HookedConnection(std::unique_ptr<Connection> inner, Hook hook) : inner_(std::move(inner)), hook_(std::move(hook)) {
    inner_->query({"pid", "select pg_catalog.pg_backend_pid()"}, {}, [this](const Row& row) { pid = static_cast<int>(row.number(0)); });
  }

  int pid = 0;
  bool is_lock = false;  ///< it has asked for the advisory lock

  [[nodiscard]] const ServerInfo& server() const override { return inner_->server(); }
  void query(const Query& query, const std::vector<std::optional<std::string>>& parameters,
             const std::function<void(const Row&)>& each) override {
    hook_(*this, query.sql, false);
    inner_->query(query, parameters, each);
  }
  std::vector<Notice> execute(std::string_view sql) override {
    if (sql.find("pg_advisory_xact_lock") != std::string_view::npos) is_lock = true;
    hook_(*this, sql, true);
    return inner_->execute(sql);
  }
  std::string scram_verifier(const std::string& role, const std::string& password) override {
    return inner_->scram_verifier(role, password);
  }
  void cancel() noexcept override { inner_->cancel(); }
  [[nodiscard]] long round_trips() const override { return inner_->round_trips(); }

 private:
  std::unique_ptr<Connection> inner_;
  Hook hook_;
};

}  // namespace pgcharter::testing
