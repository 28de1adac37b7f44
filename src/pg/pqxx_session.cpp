// libpqxx 6.4 (Debian 12) and 7.x behind one face.
//
// 6.4 takes a run-time list of parameters as a range of char pointers and would reopen a broken connection behind our back, which would
// lose the transaction, the lock and the session settings: that is switched off. 7.10 replaced error handlers and exec_params().

#include "pg/pqxx_session.h"

namespace pgcharter {

PqxxSession::PqxxSession(const std::string& conninfo, NoticeSink sink)
    : connection_(conninfo),
#if !PGCHARTER_PQXX_NOTICE_HANDLER
      handler_(connection_, std::move(sink)),
#endif
      work_(connection_) {
#if PGCHARTER_PQXX_NOTICE_HANDLER
  connection_.set_notice_handler([sink = std::move(sink)](pqxx::zview message) { sink(std::string_view(message)); });
#endif
#if PQXX_VERSION_MAJOR < 7
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  connection_.inhibit_reactivation(true);
#pragma GCC diagnostic pop
  connection_.set_verbosity(pqxx::connection_base::verbose);
#else
  connection_.set_verbosity(pqxx::error_verbosity::verbose);
#endif
}

pqxx::result PqxxSession::exec(std::string_view sql, const std::vector<std::optional<std::string>>& parameters) {
  if (parameters.empty()) return exec(sql);
#if PQXX_VERSION_MAJOR < 7
  std::vector<const char*> values;
  values.reserve(parameters.size());
  for (const auto& parameter : parameters) values.push_back(parameter ? parameter->c_str() : nullptr);
  return work_.exec_params(std::string(sql), pqxx::prepare::make_dynamic_params(values));
#else
  pqxx::params values;
  values.reserve(parameters.size());
  for (const auto& parameter : parameters) {
    if (parameter) {
      values.append(*parameter);
    } else {
      values.append();
    }
  }
#if PGCHARTER_PQXX_NOTICE_HANDLER
  return work_.exec(sql, values);
#else
  return work_.exec_params(std::string(sql), values);
#endif
#endif
}

void PqxxSession::copy(const std::string& query, const std::function<void(std::string&)>& each) {
#if PQXX_VERSION_MAJOR < 7
  pqxx::stream_from stream(work_, "(" + query + "\n)");  // 6.4 takes the name of a table as it is written
  std::string line;
  while (stream.get_raw_line(line)) each(line);
  stream.complete();
#else
  auto stream = pqxx::stream_from::query(work_, query + '\n');
  std::string line;
  for (auto raw = stream.get_raw_line(); raw.first; raw = stream.get_raw_line()) {
    line.assign(raw.first.get(), raw.second);
    each(line);
  }
  stream.complete();
#endif
}

}  // namespace pgcharter
