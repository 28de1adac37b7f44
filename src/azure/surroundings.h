// What token sources see of the world: environment, network, clock, programs. Tests replace the clock and the environment; the network
// they use is real, on loopback.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "azure/http.h"
#include "azure/process.h"

namespace pgcharter::azure {

using Instant = std::chrono::system_clock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() const = 0;
  /// Throws Error where the user interrupts.
  virtual void sleep(std::chrono::milliseconds time) = 0;
};

class SystemClock final : public Clock {
 public:
  explicit SystemClock(std::function<bool()> interrupted = {}) : interrupted_(std::move(interrupted)) {}
  [[nodiscard]] Instant now() const override { return std::chrono::system_clock::now(); }
  void sleep(std::chrono::milliseconds time) override;

 private:
  std::function<bool()> interrupted_;
};

/// Every secret that was seen, so that none of them comes back in a text of another party.
class Secrets {
 public:
  void add(const std::string& secret);
  /// `text` without control characters, known secrets and whatever looks like a token; cut to a line's length.
  [[nodiscard]] std::string scrub(std::string_view text) const;

 private:
  std::vector<std::string> known_;
};

struct Surroundings {
  std::function<std::optional<std::string>(const std::string& name)> environment;  ///< nothing: not set, or empty
  HttpClient& http;
  Clock& clock;
  CommandRunner run;
  std::string arc_token_folder = "/var/opt/azcmagent/tokens";
  std::string arc_agent = "/opt/azcmagent/bin/himds";
  std::function<void(const std::string&)> explain;  ///< one line for -v; may be empty
  Secrets secrets{};

  [[nodiscard]] std::optional<std::string> env(const std::string& name) const { return environment(name); }
  /// An environment variable that is a secret.
  std::optional<std::string> secret_env(const std::string& name);
  void tell(const std::string& line) const;
};

/// The process's environment.
std::optional<std::string> process_environment(const std::string& name);

/// A small file, without its final line end. Throws Error that names the path.
std::string read_small_file(const std::string& path, const std::string& what);

}  // namespace pgcharter::azure
