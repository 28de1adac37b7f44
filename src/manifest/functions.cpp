// functions: functions and procedures, by their signature.
//
// With a body the charter says all that CREATE OR REPLACE says. Without one the function must exist, and only its owner and its settings
// are the charter's; so a key that needs a body is an error there, not a promise that nobody keeps. Argument and result types become part
// of CREATE FUNCTION and are checked for being types. A profile may bring functions; the same function from two places must be the same.
#include <algorithm>
#include <array>
#include <tuple>

#include <fmt/format.h>

#include "base/strings.h"
#include "manifest/sections.h"
#include "model/column_types.h"

namespace pgcharter {

namespace {

std::optional<std::string> read_returns(Reader& reader, const Node& node) {
  const auto written = reader.text(node, "\"returns\"");
  if (!written) return std::nullopt;
  auto type = result_type(*written);
  if (type) return type;
  reader.error("bad-type", node, trim(*written).empty() ? "\"returns\" is empty" : fmt::format("\"{}\" is no type of a result", *written),
               "Write void, trigger, integer, setof text or table(id bigint, name text); leave it out for a procedure.");
  return std::nullopt;
}

std::optional<std::string> read_body(Reader& reader, const Node& node) {
  auto written = reader.text(node, "\"body\"");
  if (!written) return std::nullopt;
  if (trim(*written).empty()) {
    reader.error("empty", node, "\"body\" is empty");
    return std::nullopt;
  }
  if (written->find('\0') != std::string::npos) {
    reader.error("bad-expression", node, "\"body\" holds a zero byte, which no function can");
    return std::nullopt;
  }
  return written;
}

std::optional<std::string> read_language(Reader& reader, const Node& node) {
  auto name = reader.name(node, "the language");
  if (!name) return std::nullopt;
  const std::string lower = to_lower(*name);
  if (lower != "c" && lower != "internal") return name;
  reader.error("invalid-combination", node, fmt::format("a function in {} is no text that a charter could hold", *name),
               "Leave \"language\" and \"body\" out: its owner and settings can be managed.");
  return std::nullopt;
}

void read_parts(Reader& reader, const Node& node, FunctionRule& rule) {
  constexpr std::array<std::string_view, 2> kSecurity{"definer", "invoker"};
  constexpr std::array<std::string_view, 3> kVolatility{"immutable", "stable", "volatile"};
  if (const Node* value = node.find("ensure")) rule.ensure = reader.ensure(*value).value_or(Ensure::Present);
  if (const Node* value = node.find("owner")) rule.owner = reader.role(*value, "the owner");
  if (const Node* value = node.find("returns")) rule.returns = read_returns(reader, *value);
  if (const Node* value = node.find("language")) rule.language = read_language(reader, *value);
  if (const Node* value = node.find("body")) rule.body = read_body(reader, *value);
  if (const Node* value = node.find("security")) {
    if (const auto word = reader.word(*value, "\"security\"", kSecurity)) rule.definer = *word == 0;
  }
  if (const Node* value = node.find("volatility")) {
    if (const auto word = reader.word(*value, "\"volatility\"", kVolatility)) rule.volatility = kVolatility[*word].front();
  }
  if (const Node* value = node.find("settings")) {
    rule.settings = read_settings(reader, *value, "\"settings\"");
    rule.settings_written = true;
  }
}

// Keys that need each other, or exclude each other.
void check_parts(Reader& reader, const NodeEntry& entry, const FunctionRule& rule) {
  const Node& node = entry.value;
  if (rule.ensure == Ensure::Absent) {
    for (const NodeEntry& part : node.entries) {
      if (part.key.text == "ensure") continue;
      reader.error("invalid-combination", part.key, fmt::format("\"{}\" has no meaning for an absent function", part.key.text));
    }
    return;
  }
  if (node.find("body") == nullptr) {
    for (const NodeEntry& part : node.entries) {
      const std::string& key = part.key.text;
      if (key != "returns" && key != "language" && key != "security" && key != "volatility") continue;
      reader.error("invalid-combination", part.key, fmt::format("\"{}\" needs a \"body\"", key),
                   "Without a body the function must exist, and only its owner and settings are the charter's.");
    }
    return;
  }
  if (node.find("language") == nullptr) {
    reader.error("missing-key", entry.key, fmt::format("the function \"{}\" has a \"body\" and no \"language\"", entry.key.text),
                 "Write language: sql or language: plpgsql.");
  }
  if (node.find("returns") == nullptr && node.find("volatility") != nullptr) {
    reader.error("missing-key", *node.find("volatility"), "\"volatility\" needs \"returns\"",
                 "Without \"returns\" it is a procedure, which has none.");
  }
}

bool has_mode(std::string_view arguments) {
  return std::ranges::any_of(split(arguments, ','), [](const std::string& argument) {
    const std::string lower = to_lower(trim(argument));
    return lower.starts_with("inout ") || lower.starts_with("variadic ") || lower.starts_with("out ");
  });
}

// Names of arguments and modes: what a signature in SQL may have and a key may not.
bool check_arguments(Reader& reader, const Node& key, const FunctionRule& rule) {
  const std::string& text = key.text;
  const auto open = text.rfind('(');
  const bool modes = open != std::string::npos && has_mode(std::string_view(text).substr(open + 1));
  if (modes && rule.body) {
    reader.error("bad-name", key, "a function of a charter has arguments of mode IN only",
                 "What it gives back is written in \"returns\"; make functions with other arguments in a migration.");
    return false;
  }
  if (is_type_list(rule.id.args)) return true;
  reader.error("bad-name", key, fmt::format("the arguments ({}) are no list of types", rule.id.args),
               "Write the types without names: events.f(regclass, interval); the body calls them $1, $2.");
  return false;
}

bool same_settings(const SettingRules& a, const SettingRules& b) {
  return std::ranges::equal(
      a, b, [](const auto& left, const auto& right) { return left.first == right.first && left.second.value == right.second.value; });
}

bool same_function(const FunctionRule& a, const FunctionRule& b) {
  const auto parts = [](const FunctionRule& f) {
    return std::tie(f.ensure, f.owner, f.returns, f.language, f.definer, f.body, f.volatility, f.settings_written);
  };
  return parts(a) == parts(b) && same_settings(a.settings, b.settings);
}

void add_function(Reader& reader, const Node& key, FunctionRule rule, DatabaseCharter& database) {
  const auto [known, fresh] = database.functions.emplace(rule.id, rule);
  if (fresh) return;
  const std::string first = to_string(known->second.pos);
  if (rule.profile.empty()) {
    reader.error("duplicate-key", key, fmt::format("the function \"{}\" is there twice", key.text),
                 fmt::format("The first one is at {}.", first));
  } else if (!same_function(known->second, rule)) {
    reader.error("profile-conflict", rule.pos,
                 fmt::format("the profile \"{}\" brings the function \"{}\", which is declared differently", rule.profile, key.text),
                 fmt::format("The other place is {}.", first));
  }
}

}  // namespace

void read_functions(Reader& reader, const Node& node, const GrantRule* profile, DatabaseCharter& database) {
  if (!reader.is_map(node, "\"functions\"")) return;
  for (const NodeEntry& entry : node.entries) {
    const auto id = reader.object_key(ObjectKind::Function, entry.key);
    if (!reader.check_keys(entry.value, kFunctionMapping, "a function")) continue;
    FunctionRule rule;
    rule.pos = profile != nullptr ? profile->pos : reader.pos(entry.key);
    if (profile != nullptr) rule.profile = profile->profile;
    read_parts(reader, entry.value, rule);
    check_parts(reader, entry, rule);
    if (!id) continue;
    rule.id = *id;
    if (profile != nullptr) {
      for (auto& [name, setting] : rule.settings) setting.pos = profile->pos;
    }
    if (check_arguments(reader, entry.key, rule)) add_function(reader, entry.key, std::move(rule), database);
  }
}

}  // namespace pgcharter
