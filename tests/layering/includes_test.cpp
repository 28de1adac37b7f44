// Every file names the standard headers of what it uses, or a header of ours does that it includes; by a list of the usual names. Builds
// with precompiled headers, or of several files at a time, are blind to a missing one; so are most standard libraries, each in its own way.
#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "layering/source_files.h"

namespace {

using Files = std::map<std::string, std::string>;  // by path as it is included: "sql/writer.h", "pgcharter/plan.h"

struct Header {
  std::string_view name;
  std::vector<std::string_view> declares;  ///< in std, or std::ranges
};
const std::vector<Header>& headers() {
  static const std::vector<Header> all = {
      {"algorithm", {"all_of",         "any_of",   "binary_search",    "clamp",       "copy",
                     "copy_if",        "count",    "count_if",         "equal",       "fill",
                     "find",           "find_if",  "for_each",         "includes",    "is_sorted",
                     "lower_bound",    "max",      "max_element",      "min",         "minmax",
                     "min_element",    "mismatch", "none_of",          "partition",   "remove_if",
                     "replace",        "reverse",  "rotate",           "search",      "set_union",
                     "set_difference", "sort",     "stable_partition", "stable_sort", "upper_bound",
                     "transform",      "unique",   "adjacent_find"}},
      {"array", {"array", "to_array"}},
      {"atomic", {"atomic"}},
      {"charconv", {"from_chars", "to_chars"}},
      {"chrono", {"chrono"}},
      {"cstdint", {"int8_t", "int16_t", "int32_t", "int64_t", "uint8_t", "uint16_t", "uint32_t", "uint64_t"}},
      {"deque", {"deque"}},
      {"filesystem", {"filesystem"}},
      {"fstream", {"ifstream", "ofstream"}},
      {"functional", {"function"}},
      {"future", {"async", "future"}},
      {"iterator", {"back_inserter", "inserter", "make_move_iterator"}},
      {"limits", {"numeric_limits"}},
      {"map", {"map", "multimap"}},
      {"memory", {"make_shared", "make_unique", "shared_ptr", "unique_ptr", "weak_ptr"}},
      {"mutex", {"lock_guard", "mutex", "once_flag", "scoped_lock", "unique_lock"}},
      {"numeric", {"accumulate", "iota"}},
      {"optional", {"nullopt", "optional"}},
      {"random", {"mt19937_64", "random_device"}},
      {"regex", {"regex"}},
      {"set", {"multiset", "set"}},
      {"span", {"span"}},
      {"sstream", {"istringstream", "ostringstream", "stringstream"}},
      {"string", {"string", "to_string"}},
      {"string_view", {"string_view"}},
      {"thread", {"thread", "this_thread"}},
      {"tuple", {"make_tuple", "tie", "tuple"}},
      {"unordered_map", {"unordered_map"}},
      {"unordered_set", {"unordered_set"}},
      {"variant", {"get_if", "holds_alternative", "monostate", "variant", "visit"}},
      {"vector", {"vector"}},
  };
  return all;
}

std::string_view identifier(std::string_view text) {
  const auto end = std::ranges::find_if_not(text, [](char c) { return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0; });
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

/// The standard headers that the text needs, each with the name that needs it.
std::map<std::string, std::string> needed(const std::string& text) {
  static const std::map<std::string_view, std::string_view> home = [] {
    std::map<std::string_view, std::string_view> map;
    for (const Header& header : headers()) {
      for (const std::string_view name : header.declares) map.emplace(name, header.name);
    }
    return map;
  }();
  std::map<std::string, std::string> result;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::string_view code = std::string_view(line).substr(0, line.find("//"));
    for (std::size_t at = code.find("std::"); at != std::string_view::npos; at = code.find("std::", at + 1)) {
      std::string_view rest = code.substr(at + 5);
      if (rest.starts_with("ranges::")) rest.remove_prefix(8);
      const std::string_view name = identifier(rest);
      if (const auto found = home.find(name); found != home.end()) result.emplace(found->second, name);
    }
    if (code.find("fmt::") != std::string_view::npos && !code.starts_with("namespace")) result.emplace("fmt/format.h", "fmt::");
  }
  return result;
}

/// What a file includes, and what the headers of ours include that it does.
void gather(const Files& files, const std::string& path, std::set<std::string>& seen, std::set<std::string>& included) {
  const auto file = files.find(path);
  if (file == files.end() || !seen.insert(path).second) return;
  std::istringstream lines(file->second);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("#include ")) continue;
    const std::string name = line.substr(10, line.find_first_of(">\"", 10) - 10);
    included.insert(name);
    gather(files, name, seen, included);
  }
}

std::vector<std::string> findings(const Files& files, const std::string& path) {
  std::set<std::string> seen;
  std::set<std::string> included;
  gather(files, path, seen, included);
  std::vector<std::string> result;
  for (const auto& [header, name] : needed(files.at(path))) {
    const bool other = header == "string_view" && included.contains("string");  // which has it by the standard's word
    if (!included.contains(header) && !other) result.push_back(path + ": " + name + " needs <" + header + ">");
  }
  return result;
}

TEST(Includes, EveryFileNamesWhatItUses) {
  const Files files = source_files();
  EXPECT_GT(files.size(), 100U);
  for (const auto& [path, text] : files) {
    for (const std::string& finding : findings(files, path)) ADD_FAILURE() << finding;
  }
}

TEST(Includes, AreFollowedThroughHeadersOfOurs) {
  const Files files = {
      {"a.h", "#include <vector>\n#include \"b.h\"\n"},
      {"b.h", "#include <map>\n"},
      {"a.cpp", "#include \"a.h\"\nstd::vector<int> a; std::map<int, int> b; std::ranges::sort(a); // std::set\nfmt::format(\"\");"}};
  EXPECT_EQ(findings(files, "a.cpp"), (std::vector<std::string>{"a.cpp: sort needs <algorithm>", "a.cpp: fmt:: needs <fmt/format.h>"}));
}

}  // namespace
