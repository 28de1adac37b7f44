// The one seam to a server. Implemented with libpqxx in src/pg, and by a script in tests.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pgcharter/diagnostics.h"
#include "pgcharter/state.h"

namespace pgcharter {

/// A query of src/catalog/queries: its file name without ".sql", and its text.
struct Query {
  std::string_view name;
  std::string_view sql;
};

/// One row, valid during the callback only.
class Row {
 public:
  virtual ~Row() = default;
  [[nodiscard]] virtual bool is_null(int column) const = 0;
  /// Text form; empty for NULL.
  [[nodiscard]] virtual std::string_view text(int column) const = 0;
  [[nodiscard]] bool boolean(int column) const { return text(column) == "t"; }
  [[nodiscard]] long number(int column) const;
};

/// A warning or notice that the server sent with a statement.
struct Notice {
  std::string sqlstate;
  std::string message;
};

/// The secret that a key vault holds under a URL. Throws Error.
using VaultReader = std::function<std::string(const std::string& url)>;

class Connection {
 public:
  virtual ~Connection() = default;

  [[nodiscard]] virtual const ServerInfo& server() const = 0;

  /// Runs a named query with text parameters ($1 …) and hands over each row.
  virtual void query(const Query& query, const std::vector<std::optional<std::string>>& parameters,
                     const std::function<void(const Row&)>& each) = 0;

  /// The same for an answer that may be large: rows are handed over as they arrive, while the server works on. Queries only.
  virtual void stream(const Query& query, const std::vector<std::optional<std::string>>& parameters,
                      const std::function<void(const Row&)>& each) {
    this->query(query, parameters, each);
  }

  /// Runs statements and returns the warnings they caused. Throws Error.
  virtual std::vector<Notice> execute(std::string_view sql) = 0;

  /// The SCRAM-SHA-256 verifier of a password (PQencryptPasswordConn).
  virtual std::string scram_verifier(const std::string& role, const std::string& password) = 0;

  /// Asks the server to cancel what runs now; callable from another thread. Best effort, never throws.
  virtual void cancel() noexcept = 0;

  /// How many queries and statements were sent, for -v.
  [[nodiscard]] virtual long round_trips() const = 0;

  /// How passwords that stand in key vaults are read, as the same user who opened the connection; may be empty.
  [[nodiscard]] const VaultReader& vault_reader() const { return vault_reader_; }
  void set_vault_reader(VaultReader reader) { vault_reader_ = std::move(reader); }

 private:
  VaultReader vault_reader_;
};

/// How to reach the server, with psql's meaning; what is empty is left to libpq.
struct ConnectOptions {
  std::string dbname;  ///< a name, a conninfo string or a URI
  std::string host;
  std::string port;
  std::string user;
  std::string password;         ///< from a credential; empty: libpq's own ways
  std::string minimal_sslmode;  ///< at least this one; what the user says beyond it stays, a weaker one is an Error
  std::string application_name = "pgcharter";
  int connect_timeout = 10;  ///< seconds; only where the user said none
};

/// Opens and hardens a connection: search_path = '' (so that every name is printed qualified), client_encoding UTF8,
/// application_name, standard_conforming_strings on, lock_timeout as given later by the caller. `database` replaces the database of
/// `options`, everything else stays. Throws Error whose texts never hold a password.
std::unique_ptr<Connection> connect(const ConnectOptions& options, const std::optional<std::string>& database = {});

/// How reconcile opens a connection to one database (nothing: the one the user named).
using Connector = std::function<std::unique_ptr<Connection>(const std::optional<std::string>& database)>;

}  // namespace pgcharter
