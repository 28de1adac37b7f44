// The values that ${…} stands for in one run.
//
// Values from outside (--var, PGCHARTER_VAR_*) are data and are not searched for variables; defaults are part of the
// manifest and may be made of other variables. They are resolved in rounds, so their order does not matter, and what
// is left after the last round refers to itself.
#include "manifest/variables.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"

namespace pgcharter {

namespace {

bool is_variable_name(std::string_view name) {
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

std::vector<std::string> variables_in(std::string_view text) {
  std::vector<std::string> names;
  for (std::size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 2)) {
    const auto end = text.find('}', at);
    if (end == std::string_view::npos) break;
    if (at == 0 || text[at - 1] != '$') names.emplace_back(text.substr(at + 2, end - at - 2));
  }
  return names;
}

}  // namespace

Variables resolve_variables(Reader& reader, const Node& vars, const CharterSources& sources) {
  Variables values = sources.environment;
  for (const auto& [name, value] : sources.vars) values[name] = value;
  std::map<std::string, Node> waiting;
  for (const NodeEntry& entry : vars.entries) {
    const std::string& name = entry.key.text;
    if (!is_variable_name(name)) {
      reader.error("bad-name", entry.key, fmt::format("\"{}\" is no name of a variable", name),
                   "Letters, digits, _ and - make a name; it begins with no digit.");
      continue;
    }
    if (entry.value.is_null() && entry.value.text.empty()) continue;  // must come from outside
    const auto value = reader.text(entry.value, fmt::format("the variable \"{}\"", name));
    if (value && !values.contains(name)) waiting.emplace(name, entry.value);
  }
  for (bool progress = true; progress;) {
    progress = false;
    for (auto it = waiting.begin(); it != waiting.end();) {
      const auto used = variables_in(it->second.text);
      if (std::any_of(used.begin(), used.end(), [&](const std::string& name) { return waiting.contains(name); })) {
        ++it;
        continue;
      }
      Node value = it->second;
      reader.expand(value, values);
      values[it->first] = value.text;
      it = waiting.erase(it);
      progress = true;
    }
  }
  for (const auto& [name, node] : waiting) {
    reader.error("undefined-variable", node, fmt::format("the variable \"{}\" refers to itself", name));
    values[name];
  }
  return values;
}

void check_overrides(Reader& reader, const Node& vars, const CharterSources& sources) {
  if (!sources.documents.empty()) return;  // a saved plan brings the values that it was made with
  std::vector<std::string> known;
  for (const NodeEntry& entry : vars.entries) known.push_back(entry.key.text);
  for (const auto& [name, value] : sources.vars) {
    if (vars.find(name) != nullptr || reader.used_variables().contains(name)) continue;
    const auto near = nearest(name, known);
    reader.error("unknown-variable", SourcePos{}, fmt::format("no manifest has the variable \"{}\" that --var sets", name),
                 near ? fmt::format("Did you mean \"{}\"?", *near) : "");
  }
}

}  // namespace pgcharter
