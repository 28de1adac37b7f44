// Running a program of the developer's machine (az, azd) for its output.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace pgcharter::azure {

struct Command {
  std::string program;  ///< a path
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> environment;  ///< added to this process's
  std::chrono::milliseconds timeout{13000};
};

struct CommandResult {
  int exit_code = -1;
  std::string out, err;  ///< up to 1 MiB each
  bool timed_out = false;
  bool started = false;
};

using CommandRunner = std::function<CommandResult(const Command&)>;

/// No shell; working directory "/", nothing on standard input. The program and its children are killed when the time is up or
/// `interrupted` says so (then Error).
CommandResult run_command(const Command& command, const std::function<bool()>& interrupted = {});

/// The first executable file of that name on `path` (as PATH); empty where there is none.
std::string find_program(const std::string& name, const std::string& path);

}  // namespace pgcharter::azure
