// JSON lines. Each is one write() to a file opened with O_APPEND, so that several applies can share a log; what was committed is brought
// to disk.

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include "pgcharter/apply_records.h"
#include "pgcharter/report.h"

#include "codec/json_text.h"
#include "codec/plan_json.h"

namespace pgcharter {
namespace {

std::string now() {
  const auto time = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)), (time - seconds).count());
}

std::string os_user() {
  const passwd* entry = getpwuid(geteuid());
  return entry != nullptr ? entry->pw_name : std::to_string(geteuid());
}

}  // namespace

class AuditLog::File {
 public:
  explicit File(const std::string& path) : path_(path), descriptor_(open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0) throw failure("open");
  }
  ~File() { close(descriptor_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void write(const std::string& event, Json fields) {
    Json line = {{"time", now()}, {"event", event}};
    line.update(fields);
    const std::string text = json_line(line) + "\n";
    const ssize_t written = ::write(descriptor_, text.data(), text.size());
    if (written != static_cast<ssize_t>(text.size())) throw failure("write");
  }

  void sync() {
    if (fdatasync(descriptor_) != 0 && errno != EINVAL && errno != EROFS) throw failure("write");  // a pipe knows no fdatasync()
  }

 private:
  [[nodiscard]] Error failure(std::string_view what) const {
    return Error(fmt::format("can't {} the audit log \"{}\": {}", what, printable(path_), std::strerror(errno)),
                 "Nothing is committed without it; give another --audit-log.");
  }

  std::string path_;
  int descriptor_;
};

AuditLog::AuditLog(const std::string& path) : file_(std::make_unique<File>(path)) {}
AuditLog::~AuditLog() = default;

void AuditLog::apply_begins(const Planned& planned, const ReconcileOptions& options) {
  Json allowed = Json::array();
  for (const Hazard hazard : options.allow) allowed.push_back(name(hazard));
  file_->write("apply-begins", {{"tool_version", kToolVersion},
                                {"os_user", os_user()},
                                {"target", to_json(planned.actual.server)},
                                {"charter", planned.charter->name},
                                {"plan", plan_hash(all_statements(planned))},
                                {"fingerprint", planned.fingerprint},
                                {"summary", to_json(planned.plan.summary)},
                                {"allowed", allowed},
                                {"rehearsal", options.rehearse}});
}

void AuditLog::apply_ends(int exit_code, const std::string& message) {
  file_->write("apply-ends", {{"exit_code", exit_code}, {"message", message}});
  file_->sync();
}

void AuditLog::begins(const std::string& what) { file_->write("transaction-begins", {{"transaction", what}}); }

void AuditLog::statement_ended(const Statement& statement, const Error* error, std::chrono::microseconds took) {
  Json fields = {{"id", statement.id},
                 {"database", text_or_null(statement.database)},
                 {"phase", name(statement.phase)},
                 {"run_as", text_or_null(statement.run_as)},
                 {"sql", statement.sql},
                 {"outcome", error == nullptr ? "done" : "failed"},
                 {"milliseconds", static_cast<double>(took.count()) / 1000.0}};
  if (!statement.node.empty()) fields["node"] = statement.node;
  if (error != nullptr) {
    fields["sqlstate"] = text_or_null(error->code);
    fields["message"] = error->what();
  }
  file_->write("statement", fields);
}

void AuditLog::committed(const std::string& what) {
  file_->write("committed", {{"transaction", what}});
  file_->sync();
}

void AuditLog::rolled_back(const std::string& what, const std::string& why) {
  file_->write("rolled-back", {{"transaction", what}, {"reason", why}});
}

}  // namespace pgcharter
