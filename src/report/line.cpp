// Changes in words. What many objects share is one line with a count ("SELECT on 214 tables in sales"); up to three
// objects are named. Attributes are compared as before -> after; a drift report says the same as "the database has …, the
// charter says …", because its reader did not make the change.
//
// Names and values come from manifests and catalogs: all of them pass printable() here.

#include "report/line.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/strings.h"
#include "report/unified_diff.h"

namespace pgcharter {
namespace {

constexpr std::size_t kNamed = 3;  // so many objects are named, more are counted

std::string shown(std::string_view name) { return printable(display_name(name)); }

std::string shown_grantee(const std::string& name) { return name == "public" ? "PUBLIC" : shown(name); }

std::string words(std::string_view key) {
  std::string text(key);
  std::ranges::replace(text, '_', ' ');
  return text;
}

std::string plural(const std::string& kind) {
  const auto known = object_kind_by_singular(kind);
  return words(known ? info(*known).manifest_key : std::string_view(kind + "s"));
}

std::string shown_object(const std::string& kind, const ChangedObject& o) {
  const auto known = object_kind_by_singular(kind);
  if (!known) return shown(o.name);
  return printable(display_name(ObjectName{.kind = *known, .schema = o.schema, .name = o.name, .args = o.args}));
}

using Objects = std::vector<const ChangedObject*>;

/// "table events.readings", "tables a.b, a.c", "214 tables in sales".
std::string what(const std::string& kind, const Objects& objects) {
  if (objects.size() > kNamed) {
    const std::string& schema = objects.front()->schema;
    return fmt::format("{} {}{}", objects.size(), plural(kind), schema.empty() ? "" : " in " + shown(schema));
  }
  std::vector<std::string> names;
  for (const ChangedObject* o : objects) names.push_back(shown_object(kind, *o));
  return fmt::format("{} {}", objects.size() == 1 ? words(kind) : plural(kind), join(names, ", "));
}

std::string shown_value(const Fact& value) {
  if (std::holds_alternative<std::monostate>(value)) return "nothing";
  if (const bool* truth = std::get_if<bool>(&value)) return *truth ? "true" : "false";
  if (const long* number = std::get_if<long>(&value)) return std::to_string(*number);
  const std::string& text = std::get<std::string>(value);
  return text.empty() || text.find(' ') != std::string::npos ? "'" + printable(text) + "'" : printable(text);
}

Fact value_of(const std::optional<Facts>& facts, const std::string& key) {
  if (!facts) return {};
  const auto it = std::ranges::find(facts->values, key, [](const auto& pair) { return pair.first; });
  return it == facts->values.end() ? Fact() : it->second;
}

/// What is not PostgreSQL's default in a new role: "login, connection_limit 5".
std::string notable(const Facts& facts) {
  static const RoleAttributes usual;
  std::vector<std::string> parts;
  for (const auto& [key, value] : facts.values) {
    if (const bool* truth = std::get_if<bool>(&value)) {
      if (*truth != (key == "inherit")) parts.push_back(*truth ? key : key + " false");
    } else if (value != Fact(static_cast<long>(usual.connection_limit)) && value != Fact(usual.valid_until) &&
               !std::holds_alternative<std::monostate>(value)) {
      parts.push_back(fmt::format("{} {}", key, shown_value(value)));
    }
  }
  return parts.empty() ? std::string() : " (" + join(parts, ", ") + ")";
}

class LineMaker {
 public:
  LineMaker(const ChangeRecord& record, std::vector<Line>& lines) : r_(record), lines_(lines) {}

  void make() {
    if (r_.kind == "membership") return membership();
    if (r_.kind == "default_privilege") return default_privilege();
    if (!r_.privileges.empty()) return per_schema([&](Line& line, const Objects& objects) { privileges(line, objects); });
    if (r_.action == Action::Alter && !value_is_absent("owner")) {
      return per_schema([&](Line& line, const Objects& objects) { owner(line, objects); });
    }
    thing();
  }

 private:
  const ChangeRecord& r_;
  std::vector<Line>& lines_;

  [[nodiscard]] bool value_is_absent(const std::string& key) const {
    return std::holds_alternative<std::monostate>(value_of(r_.after, key));
  }

  Line begin(Concern concern, std::string key) const {
    Line line;
    line.node = r_.node;
    line.database = r_.database;
    line.concern = concern;
    line.key = std::move(key);
    line.hazards = r_.hazards;
    const bool adds = r_.action == Action::Create || r_.action == Action::Grant;
    line.sign = r_.action == Action::Alter ? '~' : adds ? '+' : '-';
    if (adds) line.contrast = "the charter has it, the database does not";
    if (r_.action == Action::Revoke || r_.action == Action::Drop) line.contrast = "the database has it, the charter does not";
    if (r_.source) line.reason = fmt::format("{}:{}", printable(r_.source->file.str()), r_.source->line);
    std::string_view why = r_.reason;
    if (r_.source) {  // that it is declared, the position says
      if (why.starts_with("declared")) why.remove_prefix(std::string_view("declared").size());
      if (why.starts_with(", ")) why.remove_prefix(2);
    }
    if (!why.empty()) line.reason += (line.reason.empty() ? "" : ", ") + printable(why);
    return line;
  }

  /// One line for the objects of each schema; they stand sorted.
  template <typename F>
  void per_schema(F f) {
    for (std::size_t i = 0; i < r_.objects.size();) {
      Objects objects;
      const std::string& schema = r_.objects[i].schema;
      for (; i < r_.objects.size() && r_.objects[i].schema == schema; ++i) objects.push_back(&r_.objects[i]);
      Line line = begin(Concern::Grants, r_.grantee + '\0' + schema);
      if (objects.size() > kNamed) {
        for (const ChangedObject* o : objects) line.objects.push_back(shown_object(r_.kind, *o));
      }
      f(line, objects);
      lines_.push_back(std::move(line));
    }
  }

  [[nodiscard]] std::string privilege_words() const {
    const std::string column = r_.column.empty() ? "" : fmt::format(" ({})", shown(r_.column));
    const bool option_only = r_.action == Action::Revoke && r_.grantable.value_or(false);
    return fmt::format("{}{}{}", option_only ? "grant option for " : "", to_sql(r_.privileges), column);
  }

  [[nodiscard]] std::string direction() const {
    if (r_.action == Action::Grant) {
      return fmt::format("to {}{}", shown_grantee(r_.grantee), r_.grantable.value_or(false) ? " with grant option" : "");
    }
    return fmt::format("from {}{}", shown_grantee(r_.grantee), r_.grantor.empty() ? "" : ", granted by " + shown(r_.grantor));
  }

  void privileges(Line& line, const Objects& objects) {
    line.subject = fmt::format("{} on {} {}", privilege_words(), what(r_.kind, objects), direction());
  }

  void owner(Line& line, const Objects& objects) {
    const std::string before = shown_value(value_of(r_.before, "owner"));
    const std::string after = shown_value(value_of(r_.after, "owner"));
    line.concern = Concern::Owners;
    line.key = objects.front()->schema;
    line.subject = "owner of " + what(r_.kind, objects);
    line.change = fmt::format("{} -> {}", before, after);
    line.contrast = fmt::format("the database has {}, the charter says {}", before, after);
  }

  void membership() {
    Line line = begin(Concern::Memberships, r_.grantee);
    const std::string edge = fmt::format("{} in {}", shown(r_.grantee), shown(r_.objects.front().name));
    const std::string by = r_.grantor.empty() ? "" : ", granted by " + shown(r_.grantor);
    if (r_.action == Action::Alter) {
      line.subject = "membership of " + edge;
      compare(line, true);
    } else {
      line.subject = fmt::format("membership of {}{}{}", edge, value_of(r_.after, "admin") == Fact(true) ? " with admin option" : "",
                                 r_.action == Action::Revoke ? by : "");
    }
    lines_.push_back(std::move(line));
  }

  void default_privilege() {
    const std::string& schema = r_.objects.front().schema;
    Line line = begin(Concern::DefaultPrivileges, r_.grantee + '\0' + schema);
    line.subject = fmt::format("{} on future {} of {} {} {}", privilege_words(), plural(r_.default_objects), shown(r_.creator),
                               schema.empty() ? "in all schemas" : "in " + shown(schema), direction());
    lines_.push_back(std::move(line));
  }

  void thing() {
    const ChangedObject& object = r_.objects.front();
    const bool setting = r_.after && !r_.after->group.empty();
    const Concern concern = setting                                       ? Concern::ParameterSettings
                            : r_.kind == "role"                           ? Concern::Roles
                            : r_.kind == "extension"                      ? Concern::Extensions
                            : r_.kind == "table" || r_.kind == "cron_job" ? Concern::Tables
                            : r_.kind == "function"                       ? Concern::Functions
                                                                          : Concern::Schemas;
    Line line = begin(concern, object.schema + '\0' + object.name);
    line.subject = fmt::format("{} {}", words(r_.kind), shown_object(r_.kind, object));
    if (concern == Concern::Tables || concern == Concern::Functions) return structure(std::move(line));
    if (r_.action == Action::Create && r_.after) line.subject += notable(*r_.after);
    if (r_.action == Action::Alter) compare(line, false);
    lines_.push_back(std::move(line));
  }

  /// A table or a function: its columns, or how its body changes.
  void structure(Line line) {
    if (r_.action == Action::Create) {
      const Fact columns = value_of(r_.after, "columns");
      if (const auto* text = std::get_if<std::string>(&columns)) line.subject += fmt::format(" ({})", printable(*text));
      const Fact owner = value_of(r_.after, "owner");
      if (const auto* text = std::get_if<std::string>(&owner)) line.subject += ", owned by " + shown(*text);
    }
    if (const std::string* body = std::get_if<std::string>(&body_of(r_.after))) {
      const std::string* before = std::get_if<std::string>(&body_of(r_.before));
      line.details = unified_diff(before != nullptr ? *before : std::string(), *body);
    }
    if (r_.action == Action::Alter) compare(line, false);
    lines_.push_back(std::move(line));
  }
  static const Fact& body_of(const std::optional<Facts>& facts) {
    static const Fact kNone;
    if (!facts) return kNone;
    const auto it = std::ranges::find(facts->values, "body", [](const auto& pair) { return pair.first; });
    return it == facts->values.end() ? kNone : it->second;
  }

  /// Appends what differs, as before -> after.
  void compare(Line& line, bool only_differences) const {
    std::vector<std::string> arrows;
    std::vector<std::string> contrasts;
    for (const auto& [key, after] : r_.after.value_or(Facts()).values) {
      const Fact before = value_of(r_.before, key);
      if (only_differences && before == after) continue;
      if (key == "body") {  // its lines stand below
        arrows.emplace_back("body");
        contrasts.emplace_back("its body differs");
        continue;
      }
      const std::string label = r_.after->group.empty() ? key : "setting " + printable(key);
      if (!r_.before) {
        arrows.push_back(fmt::format("{} {}", label, shown_value(after)));
        contrasts.push_back(fmt::format("the charter says {} {}", label, shown_value(after)));
      } else {
        arrows.push_back(fmt::format("{} {} -> {}", label, shown_value(before), shown_value(after)));
        contrasts.push_back(fmt::format("{}: the database has {}, the charter says {}", label, shown_value(before), shown_value(after)));
      }
    }
    line.contrast = join(contrasts, "; ");
    line.change = join(arrows, ", ");
  }
};

}  // namespace

std::string_view title(Concern concern) {
  static constexpr std::array<std::string_view, 10> kTitles{"Roles",  "Memberships", "Settings", "Schemas", "Extensions",
                                                            "Tables", "Functions",   "Owners",   "Grants",  "Default privileges"};
  return kTitles[static_cast<std::size_t>(concern)];
}

void add_lines(const ChangeRecord& record, std::vector<Line>& lines) { LineMaker(record, lines).make(); }

}  // namespace pgcharter
