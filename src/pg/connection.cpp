// Connection over libpqxx.
//
// A session is hardened before anything else runs, in one round trip: with an empty search_path every name is printed and resolved
// qualified (CVE-2018-1058), values are printed in one form whatever the role's or the database's settings say, and JIT compilation,
// which costs more than our largest query, is off; work_mem is what grouping 50,000 lists takes without files on disk. Transactions belong
// to the caller; libpqxx sees one endless nontransaction.

#include "pgcharter/connection.h"

#include <cassert>

#include "model/literals.h"
#include "pg/conninfo.h"
#include "pg/copy_row.h"
#include "pg/error.h"
#include "pg/pqxx_session.h"
#include "pg/scram.h"

namespace pgcharter {
namespace {

constexpr std::string_view kHarden =
    "SET search_path = ''; SET standard_conforming_strings = on; SET client_min_messages = warning; SET DateStyle = ISO; "
    "SET TimeZone = 'UTC'; SET IntervalStyle = postgres; SET extra_float_digits = 1; SET bytea_output = hex; "
    "SET quote_all_identifiers = off; SET escape_string_warning = off; SET check_function_bodies = on; SET jit = off; SET xmloption = "
    "content; SET work_mem = '64MB'";

// The identifier is the only part that may be forbidden: a provider can revoke EXECUTE on pg_control_system().
constexpr Query kServer{"server_info", R"(
select pg_catalog.current_setting('server_version_num'), pg_catalog.current_setting('server_version'),
       pg_catalog.current_database(), current_user, coalesce((select r.rolsuper from pg_catalog.pg_roles r where r.rolname = current_user), false),
       pg_catalog.to_char(pg_catalog.clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
       (select c.system_identifier::pg_catalog.text from pg_catalog.pg_control_system() c),
       coalesce(pg_catalog.current_setting('createrole_self_grant', true), ''),
       pg_catalog.current_setting('max_locks_per_transaction')::int8 *
         (pg_catalog.current_setting('max_connections')::int8 + pg_catalog.current_setting('max_prepared_transactions')::int8),
       pg_catalog.pg_relation_size('pg_catalog.pg_class'))"};
constexpr Query kServerWithoutIdentifier{"server_info_limited", R"(
select pg_catalog.current_setting('server_version_num'), pg_catalog.current_setting('server_version'),
       pg_catalog.current_database(), current_user, coalesce((select r.rolsuper from pg_catalog.pg_roles r where r.rolname = current_user), false),
       pg_catalog.to_char(pg_catalog.clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), null,
       coalesce(pg_catalog.current_setting('createrole_self_grant', true), ''),
       pg_catalog.current_setting('max_locks_per_transaction')::int8 *
         (pg_catalog.current_setting('max_connections')::int8 + pg_catalog.current_setting('max_prepared_transactions')::int8),
       pg_catalog.pg_relation_size('pg_catalog.pg_class'))"};

class ResultRow final : public Row {
 public:
  explicit ResultRow(const pqxx::row& row) : row_(row) {}
  [[nodiscard]] bool is_null(int column) const override { return at(column).is_null(); }
  [[nodiscard]] std::string_view text(int column) const override {
    const auto field = at(column);
    return {field.c_str(), static_cast<std::size_t>(field.size())};
  }

 private:
  const pqxx::row& row_;

  [[nodiscard]] pqxx::field at(int column) const {
    assert(column >= 0 && column < static_cast<int>(row_.size()));
    return row_[static_cast<pqxx::row::size_type>(column)];
  }
};

class PqxxBackedConnection final : public Connection {
 public:
  explicit PqxxBackedConnection(const std::string& conninfo) : session_(conninfo, [this](std::string_view text) { take_notice(text); }) {
    execute(kHarden);
    read_server_info();
  }

  [[nodiscard]] const ServerInfo& server() const override { return server_; }

  void query(const Query& query, const std::vector<std::optional<std::string>>& parameters,
             const std::function<void(const Row&)>& each) override {
    const pqxx::result result = guarded(query.sql, [&] { return session_.exec(query.sql, parameters); });
    for (const auto& row : result) each(ResultRow(row));
  }

  void stream(const Query& query, const std::vector<std::optional<std::string>>& parameters,
              const std::function<void(const Row&)>& each) override {
    std::vector<std::string> literals;
    for (const auto& parameter : parameters) literals.push_back(parameter ? session_.quote(*parameter) : "null");
    CopyRow row;
    guarded(query.sql, [&] {
      session_.copy(with_literals(query.sql, literals), [&](std::string& line) {
        row.take(line);
        each(row);
      });
      return pqxx::result();
    });
  }

  std::vector<Notice> execute(std::string_view sql) override {
    notices_.clear();
    guarded(sql, [&] { return session_.exec(sql); });
    return std::move(notices_);
  }

  std::string scram_verifier(const std::string& role, const std::string& password) override { return make_scram_verifier(role, password); }

  void cancel() noexcept override {
    try {
      session_.connection().cancel_query();
    } catch (...) {  // best effort: the query then ends by itself
    }
  }

  [[nodiscard]] long round_trips() const override { return round_trips_; }

 private:
  std::vector<Notice> notices_;
  ServerInfo server_;
  long round_trips_ = 0;
  PqxxSession session_;  // last: it calls take_notice()

  template <typename Action>
  pqxx::result guarded(std::string_view sql, const Action& action) {
    ++round_trips_;
    try {
      return action();
    } catch (const Error&) {
      throw;  // of whoever takes the rows
    } catch (const std::exception& failure) {
      throw session_.connection().is_open() ? to_error(failure, sql) : to_lost_error(failure, sql);
    }
  }

  void take_notice(std::string_view text) {
    ServerMessage message = parse_server_message(text);
    // 00000 is INFO, which no setting keeps away; what has no SQLSTATE is libpq's own talk.
    if (message.sqlstate.empty() || message.sqlstate == "00000") return;
    notices_.push_back({std::move(message.sqlstate), std::move(message.message)});
  }

  void read_server_info() {
    const auto take = [this](const Row& row) {
      server_.version_num = static_cast<int>(std::stol(std::string(row.text(0))));
      server_.version = row.text(1);
      server_.database = row.text(2);
      server_.user = row.text(3);
      server_.superuser = row.boolean(4);
      server_.now = row.text(5);
      server_.system_identifier = row.text(6);
      server_.self_grant = row.text(7);
      server_.lock_slots = row.number(8);
      server_.catalog_bytes = row.number(9);
    };
    try {
      query(kServer, {}, take);
    } catch (const Error& error) {
      if (error.code != "42501") throw;
      query(kServerWithoutIdentifier, {}, take);
    }
    const char* host = session_.connection().hostname();
    const char* port = session_.connection().port();
    server_.host = host != nullptr ? host : "";
    server_.port = port != nullptr ? port : "";
  }
};

}  // namespace

std::unique_ptr<Connection> connect(const ConnectOptions& options, const std::optional<std::string>& database) {
  const std::string conninfo = to_conninfo(options, database);
  try {
    return std::make_unique<PqxxBackedConnection>(conninfo);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& failure) {
    throw to_connect_error(failure);
  }
}

}  // namespace pgcharter
