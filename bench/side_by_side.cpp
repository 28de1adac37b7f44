// Runs commands in turn, several rounds, and compares them with the first: wall time of the whole process and its peak memory. Machines are
// noisy, so only ratios within one run mean something; in turn, so that a slow minute hurts all of them.
//
//   side_by_side ROUNDS < LIST          each line of LIST: NAME, a tab, a command for /bin/sh
//
// Prints one line per command, separated by tabs: name, median seconds, fastest, slowest, ratio of the medians to the first, peak
// memory in MB. A command that ends with another status than 0 or 2 (drift) ends the run with status 1.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

struct Command {
  std::string name;
  std::string text;
  std::vector<double> seconds;
  long peak_kb = 0;
};

bool run(Command& command) {
  const auto began = std::chrono::steady_clock::now();
  const pid_t pid = fork();
  if (pid == 0) {
    const int null = open("/dev/null", O_WRONLY);
    dup2(null, STDOUT_FILENO);
    execl("/bin/sh", "sh", "-c", ("exec " + command.text).c_str(), nullptr);
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  if (pid < 0 || wait4(pid, &status, 0, &usage) != pid) return false;
  command.seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
  command.peak_kb = std::max(command.peak_kb, usage.ru_maxrss);
  if (WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 2)) return true;
  std::cerr << command.name << " failed: " << command.text << '\n';
  return false;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc == 2 ? std::atoi(argv[1]) : 0;
  if (rounds < 1) {
    std::cerr << "usage: side_by_side ROUNDS < LIST\n";
    return 1;
  }
  std::vector<Command> commands;
  for (std::string line; std::getline(std::cin, line);) {
    const std::size_t tab = line.find('\t');
    if (tab != std::string::npos) commands.push_back({line.substr(0, tab), line.substr(tab + 1), {}, 0});
  }
  for (int round = 0; round < rounds; ++round) {
    for (Command& command : commands) {
      if (!run(command)) return 1;
    }
  }
  for (const Command& command : commands) {
    const auto [fastest, slowest] = std::ranges::minmax(command.seconds);
    std::printf("%s\t%.3f\t%.3f\t%.3f\t%.2f\t%.0f\n", command.name.c_str(), median(command.seconds), fastest, slowest,
                median(command.seconds) / median(commands.front().seconds), static_cast<double>(command.peak_kb) / 1024.0);
  }
  return 0;
}
