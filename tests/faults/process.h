// The program itself, as a child process: for signals, exit codes and what it prints.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace pgcharter::testing {

/// A folder that goes with its owner.
class WorkFolder {
 public:
  WorkFolder();
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string write(const std::string& name, const std::string& text) const;

 private:
  std::filesystem::path folder_;
};

struct Ended {
  int exit_code = -1;  ///< -1: a signal ended it
  int signal = 0;
  std::string out, err;
};

class Process {
 public:
  /// pgcharter with these arguments.
  Process(const WorkFolder& folder, const std::vector<std::string>& arguments);
  ~Process();  ///< kills it where it still runs
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void send(int signal) const;
  Ended wait();

 private:
  std::string out_, err_;
  pid_t pid_ = -1;
};

inline Ended run_program(const WorkFolder& folder, const std::vector<std::string>& arguments) { return Process(folder, arguments).wait(); }

}  // namespace pgcharter::testing
