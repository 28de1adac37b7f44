// Loads manifests from texts and shows findings in one line each: "a.yaml:3:5: unknown-key: unknown key …".
#pragma once

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pgcharter/charter.h"

#include "base/strings.h"

namespace pgcharter::test {

struct Loaded {
  std::optional<Charter> charter;
  Diagnostics diagnostics;

  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> result;
    for (const Diagnostic& d : diagnostics.all())
      result.push_back(to_string(d.pos) + ": " + d.code + ": " + d.message + (d.hint.empty() ? "" : " | " + d.hint));
    return result;
  }
  [[nodiscard]] std::string text() const { return join(lines(), "\n"); }
};

inline Loaded load_files(const std::vector<std::pair<std::string, std::string>>& files, std::map<std::string, std::string> vars = {}) {
  CharterSources sources;
  for (const auto& [path, text] : files) sources.documents.push_back({path, "", text});
  sources.vars = std::move(vars);
  Loaded loaded;
  loaded.charter = load_charter(sources, loaded.diagnostics);
  return loaded;
}

/// The two lines that every charter needs come first: the body begins on line 3.
inline Loaded load(const std::string& body, std::map<std::string, std::string> vars = {}) {
  return load_files({{"m.yaml", "charter: 1\nname: test\n" + body}}, std::move(vars));
}

}  // namespace pgcharter::test
