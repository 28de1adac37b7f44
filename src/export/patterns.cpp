// The choice between `schema.*` and a list of names, privilege by privilege. Privileges that the same objects lack share one pattern, with
// those objects under `except`. A pattern says something about objects to come as well, so a list is never replaced by a pattern with more
// than a few exceptions, however short the text would be.

#include "export/patterns.h"

#include <algorithm>
#include <map>

namespace pgcharter {
namespace {

enum class Form { Grantable, Plain, Absent };

bool needs(const Holding& h, Form form, Privilege p) {
  if (form == Form::Absent) return h.absent.contains(p);
  return h.grantable.contains(p) || (form == Form::Plain && h.plain.contains(p));
}

bool has(const Holding& h, Form form, Privilege p) {
  return form == Form::Absent ? !h.held.contains(p) : form == Form::Plain ? h.held.contains(p) : h.options.contains(p);
}

std::size_t width_of(const std::vector<std::string>& names, const std::vector<std::size_t>& which) {
  std::size_t width = 0;
  for (const std::size_t i : which) width += names[i].size() + 2;
  return width;
}

}  // namespace

bool is_pattern_better(const std::vector<std::string>& names, const std::vector<std::size_t>& needed,
                       const std::vector<std::size_t>& except) {
  constexpr std::size_t kFew = 4;           // one of so many may be excepted
  constexpr std::size_t kExceptWidth = 28;  // `, except: { tables: [] }` and the pattern
  if (needed.size() < 2) return false;
  if (except.empty()) return true;
  return except.size() * kFew <= names.size() && kExceptWidth + width_of(names, except) < width_of(names, needed);
}

std::vector<PatternChoice> choose_patterns(const std::vector<Holding>& holdings, const std::vector<std::string>& names,
                                           PrivilegeSet builtin) {
  std::vector<PatternChoice> choices;
  PrivilegeSet all_needed;
  for (const Holding& h : holdings) all_needed |= h.plain | h.grantable | h.absent;
  PrivilegeSet by_option;  // said by a pattern with grant option
  for (const Form form : {Form::Grantable, Form::Plain, Form::Absent}) {
    std::map<std::vector<std::size_t>, PrivilegeSet> groups;  // privileges that the same objects lack
    for_each(form == Form::Plain ? all_needed - by_option : all_needed, [&](Privilege p) {
      std::vector<std::size_t> except;
      std::vector<std::size_t> needed;
      for (std::size_t i = 0; i < holdings.size(); ++i) {
        if (needs(holdings[i], form, p)) needed.push_back(i);
        if (!has(holdings[i], form, p)) except.push_back(i);
      }
      if (needed.empty()) return;
      const bool usual = form == Form::Plain && except.empty() && builtin.contains(p);
      if (!usual && !is_pattern_better(names, needed, except)) return;
      groups[except] |= PrivilegeSet::of(p);
      if (form == Form::Grantable) by_option |= PrivilegeSet::of(p);
    });
    for (const auto& [except, privileges] : groups) {
      choices.push_back({.privileges = privileges, .grantable = form == Form::Grantable, .absent = form == Form::Absent, .except = except});
    }
  }
  return choices;
}

void subtract(const PatternChoice& choice, Holding& holding) {
  if (choice.absent) {
    holding.absent -= choice.privileges;
    return;
  }
  holding.plain -= choice.privileges;
  if (choice.grantable) holding.grantable -= choice.privileges;
}

}  // namespace pgcharter
