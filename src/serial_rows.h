// Several databases read at a time into one State: the servers' work goes on side by side, while rows, whose names and lists are interned
// in tables that all databases share, are taken by one thread at a time.
#pragma once

#include <mutex>

#include "pgcharter/connection.h"

namespace pgcharter {

class SerialRows final : public Connection {
 public:
  SerialRows(Connection& connection, std::mutex& mutex) : connection_(connection), mutex_(mutex) {}

  [[nodiscard]] const ServerInfo& server() const override { return connection_.server(); }
  void query(const Query& query, const std::vector<std::optional<std::string>>& parameters,
             const std::function<void(const Row&)>& each) override {
    std::unique_lock lock(mutex_, std::defer_lock);
    connection_.query(query, parameters, [&](const Row& row) {
      if (!lock.owns_lock()) lock.lock();
      each(row);
    });
  }
  void stream(const Query& query, const std::vector<std::optional<std::string>>& parameters,
              const std::function<void(const Row&)>& each) override {
    connection_.stream(query, parameters, [&](const Row& row) {
      const std::lock_guard lock(mutex_);  // row by row: between two of them the server may take its time
      each(row);
    });
  }
  std::vector<Notice> execute(std::string_view sql) override { return connection_.execute(sql); }
  std::string scram_verifier(const std::string& role, const std::string& password) override {
    return connection_.scram_verifier(role, password);
  }
  void cancel() noexcept override { connection_.cancel(); }
  [[nodiscard]] long round_trips() const override { return connection_.round_trips(); }

 private:
  Connection& connection_;
  std::mutex& mutex_;
};

}  // namespace pgcharter
