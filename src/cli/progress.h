// What an apply does, for a person who waits: one line that is rewritten where standard error is a terminal, and what was
// committed.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cli/options.h"

namespace pgcharter::cli {

class Progress final : public ApplyObserver {
 public:
  Progress(const Options& options, Terminal& terminal) : options_(options), terminal_(terminal) {}
  ~Progress() override { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void statement_begins(const Statement& statement, std::size_t index, std::size_t count) override;
  void message(const std::string& text) override;
  void committed(const std::string& what) override;

  /// "nothing was committed", or what was.
  [[nodiscard]] std::string committed_so_far(bool one_is_unknown) const;
  void clear();

 private:
  const Options& options_;
  Terminal& terminal_;
  std::vector<std::string> committed_;
  std::chrono::steady_clock::time_point began_;  ///< of the transaction's first statement
  bool line_shown_ = false;
};

}  // namespace pgcharter::cli
