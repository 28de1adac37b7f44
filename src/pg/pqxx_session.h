// The differences between libpqxx 6.4 and 7.x, in one place.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pqxx/pqxx>

#if PQXX_VERSION_MAJOR > 7 || (PQXX_VERSION_MAJOR == 7 && PQXX_VERSION_MINOR >= 10)
#define PGCHARTER_PQXX_NOTICE_HANDLER 1
#else
#define PGCHARTER_PQXX_NOTICE_HANDLER 0
#endif

namespace pgcharter {

using NoticeSink = std::function<void(std::string_view)>;

#if !PGCHARTER_PQXX_NOTICE_HANDLER
#if PQXX_VERSION_MAJOR < 7
using PqxxConnection = pqxx::connection_base;
#else
using PqxxConnection = pqxx::connection;
#endif

/// Hands notices to a sink and stops them there.
class NoticeHandler : public pqxx::errorhandler {
 public:
  NoticeHandler(PqxxConnection& connection, NoticeSink sink) : pqxx::errorhandler(connection), sink_(std::move(sink)) {}
  bool operator()(char const message[]) noexcept override {
    try {
      sink_(message);
    } catch (...) {  // out of memory: a notice is lost, libpq's callback must not throw
    }
    return false;
  }

 private:
  NoticeSink sink_;
};
#endif

/// An open libpqxx connection and the one "transaction" it does everything in: BEGIN and COMMIT are plain statements of the caller.
class PqxxSession {
 public:
  PqxxSession(const std::string& conninfo, NoticeSink sink);

  pqxx::result exec(std::string_view sql) { return work_.exec(std::string(sql)); }
  pqxx::result exec(std::string_view sql, const std::vector<std::optional<std::string>>& parameters);
  /// COPY (query) TO STDOUT, line by line.
  void copy(const std::string& query, const std::function<void(std::string&)>& each);
  std::string quote(const std::string& text) { return work_.quote(text); }
  pqxx::connection& connection() { return connection_; }

 private:
  pqxx::connection connection_;
#if !PGCHARTER_PQXX_NOTICE_HANDLER
  NoticeHandler handler_;
#endif
  pqxx::nontransaction work_;
};

}  // namespace pgcharter
