// What an apply leaves behind for others: an audit log, and the script that undoes it. Both watch the apply.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pgcharter/apply.h"
#include "pgcharter/reconcile.h"

namespace pgcharter {

/// One JSON object per line, appended to a file of mode 0600: who did what to which server, statement by statement, with its outcome
/// (docs/reliability.md, "The audit log"). Holds no secret: statements have placeholders, and errors are scrubbed. A line that can't be
/// written is an Error, so nothing is committed that the log does not hold.
class AuditLog final : public ApplyObserver {
 public:
  /// Opens the file; throws Error where it can't be appended to.
  explicit AuditLog(const std::string& path);
  ~AuditLog() override;
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;

  /// The first line: the plan as a whole, before anybody is asked.
  void apply_begins(const Planned& planned, const ReconcileOptions& options);
  /// The last one. `exit_code` as in docs/exit-codes.md; `message` is empty where all went well.
  void apply_ends(int exit_code, const std::string& message);

  void begins(const std::string& what) override;
  void statement_ended(const Statement& statement, const Error* error, std::chrono::microseconds took) override;
  void committed(const std::string& what) override;
  void rolled_back(const std::string& what, const std::string& why) override;

 private:
  class File;
  std::unique_ptr<File> file_;
};

/// The inverse of what is committed, as a script for psql in a file of mode 0600. The file is complete before each COMMIT, so it never
/// lacks anything that was done; what was rolled back is taken out again.
class InverseFile final : public ApplyObserver {
 public:
  /// Throws Error where the file can't be written. `planned` must outlive this.
  InverseFile(std::string path, const Planned& planned);

  void inverse(const std::string& what, const Inverse& inverse) override;
  void rolled_back(const std::string& what, const std::string& why) override;

  /// What no section of the file brings back.
  [[nodiscard]] const std::vector<std::string>& not_restored() const { return not_restored_; }
  /// For a rehearsal: the sections stay, although everything is rolled back.
  void keep_rolled_back() { keep_ = true; }

 private:
  void write() const;

  std::string path_;
  const Planned& planned_;
  std::vector<std::pair<std::string, std::string>> sections_;  ///< what, script: in the order in which they were done
  std::vector<std::string> not_restored_;
  bool keep_ = false;
};

}  // namespace pgcharter
