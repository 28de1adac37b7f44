// Surroundings of a test: an environment of its own, a clock that only jumps, real HTTP with short time limits.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "azure/chain.h"

namespace pgcharter::testing {

class JumpingClock final : public azure::Clock {
 public:
  [[nodiscard]] azure::Instant now() const override { return now_; }
  void sleep(std::chrono::milliseconds time) override {
    sleeps.push_back(time);
    now_ += time;
  }
  void advance(std::chrono::seconds time) { now_ += time; }
  [[nodiscard]] std::chrono::milliseconds slept() const {
    std::chrono::milliseconds sum{0};
    for (const auto time : sleeps) sum += time;
    return sum;
  }

  std::vector<std::chrono::milliseconds> sleeps;

 private:
  azure::Instant now_ = std::chrono::system_clock::now();
};

class HastyClient final : public azure::HttpClient {
 public:
  azure::HttpResponse send(const azure::HttpRequest& request) override {
    azure::HttpRequest hasty = request;
    hasty.timeout = std::min(hasty.timeout, limit);
    last_used_proxy = request.use_proxy;
    return curl_.send(hasty);
  }
  std::chrono::milliseconds limit{3000};
  bool last_used_proxy = true;

 private:
  azure::CurlClient curl_;
};

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "pgcharter-azure-XXXXXX").string();
    path = mkdtemp(name.data());
    std::filesystem::permissions(
        path, std::filesystem::perms::all & ~std::filesystem::perms::others_write & ~std::filesystem::perms::group_write);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(path / name) << text;
    return (path / name).string();
  }
  /// A shell script that can be run as `name`.
  std::string program(const std::string& name, const std::string& text) const {
    const std::string made = file(name, "#!/bin/sh\n" + text);
    std::filesystem::permissions(made, std::filesystem::perms::owner_all | std::filesystem::perms::group_read |
                                           std::filesystem::perms::group_exec | std::filesystem::perms::others_read |
                                           std::filesystem::perms::others_exec);
    return made;
  }
  std::filesystem::path path;
};

class TestWorld {
 public:
  std::map<std::string, std::string> environment;
  JumpingClock clock;
  HastyClient http;
  TemporaryFolder folder;
  std::chrono::milliseconds command_limit{3000};
  std::vector<std::string> explained;
  azure::Surroundings around{.environment = [this](const std::string& name) -> std::optional<std::string> {
                               const auto found = environment.find(name);
                               return found == environment.end() || found->second.empty() ? std::nullopt : std::optional(found->second);
                             },
                             .http = http,
                             .clock = clock,
                             .run =
                                 [this](const azure::Command& command) {
                                   azure::Command hasty = command;
                                   hasty.timeout = std::min(hasty.timeout, command_limit);
                                   return azure::run_command(hasty);
                                 },
                             .arc_token_folder = folder.path.string(),
                             .arc_agent = "/nowhere/himds",
                             .explain = [this](const std::string& line) { explained.push_back(line); }};

  azure::ChainedSource source(const std::string& credential, const std::string& identity = {}, const std::string& cloud = {}) {
    return azure::ChainedSource({.credential = credential, .cloud = cloud, .identity = identity}, around);
  }
  AccessToken token(const std::string& credential, const std::string& identity = {}) {
    return source(credential, identity).token(Audience::PostgreSql);
  }
  /// The message and the hint of the failure, and everything that was explained on the way.
  std::string failure(const std::string& credential, const std::string& identity = {}) {
    try {
      token(credential, identity);
    } catch (const Error& error) {
      return std::string(error.what()) + "\nhint: " + error.hint;
    }
    return "no failure";
  }
  [[nodiscard]] std::string everything_explained() const {
    std::string all;
    for (const std::string& line : explained) all += line + "\n";
    return all;
  }
};

}  // namespace pgcharter::testing
