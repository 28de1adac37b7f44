// The sources of the program, by path as they are included: "sql/writer.h", "pgcharter/plan.h".
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

inline std::map<std::string, std::string> source_files() {
  namespace fs = std::filesystem;
  std::map<std::string, std::string> files;
  for (const char* root : {"src", "include"}) {
    const fs::path base = fs::path(PGCHARTER_SOURCE_DIR) / root;
    for (const auto& entry : fs::recursive_directory_iterator(base)) {
      if (entry.path().extension() != ".cpp" && entry.path().extension() != ".h") continue;
      std::ostringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      files[fs::relative(entry.path(), base).generic_string()] = text.str();
    }
  }
  return files;
}
