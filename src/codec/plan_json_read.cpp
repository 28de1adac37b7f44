// Reads the document of DESIGN 7 back. The single differences are joined again where one step made them: neighbours
// that differ only in object and privilege. Objects with equal privileges then share a record, which says exactly what
// the differences said, whatever steps they came from.
//
// Members that a later minor version adds are ignored; another major version is refused.

#include <algorithm>
#include <map>

#include "codec/json_text.h"
#include "codec/plan_json.h"

namespace pgcharter {
namespace {

std::optional<Facts> read_facts(const Json& json) {
  if (json.is_null()) return std::nullopt;
  Facts facts;
  const Json* values = &json;
  if (json.size() == 1 && json.begin()->is_object()) {
    facts.group = json.begin().key();
    values = &*json.begin();
  }
  for (const auto& [key, value] : values->items()) {
    Fact fact;
    if (value.is_boolean()) fact = value.get<bool>();
    if (value.is_number_integer()) fact = value.get<long>();
    if (value.is_string()) fact = value.get<std::string>();
    facts.values.emplace_back(key, fact);
  }
  return facts;
}

/// Collects the differences of one run and gives them back as records, grouped by their objects' privileges.
class RunCollector {
 public:
  explicit RunCollector(std::vector<ChangeRecord>& out) : out_(out) {}

  void add(ChangeRecord difference) {
    if (adds_attributes(difference)) {
      for (auto& value : difference.before->values) header_.before->values.push_back(std::move(value));
      for (auto& value : difference.after->values) header_.after->values.push_back(std::move(value));
      return;
    }
    if (objects_.empty() || !difference.same_header(header_)) {
      end_run();
      header_ = difference;
    }
    const ChangedObject& object = difference.objects.front();
    if (objects_.empty() || !same_name(objects_.back().first, object)) objects_.emplace_back(object, PrivilegeSet());
    objects_.back().second |= difference.privileges;
  }

  void end_run() {
    std::map<PrivilegeSet, std::size_t> records;
    for (auto& [object, privileges] : objects_) {
      const auto [it, inserted] = records.emplace(privileges, out_.size());
      if (inserted) {
        out_.push_back(header_);
        out_.back().objects.clear();
        out_.back().privileges = privileges;
      }
      out_[it->second].objects.push_back(std::move(object));
    }
    objects_.clear();
  }

 private:
  std::vector<ChangeRecord>& out_;
  ChangeRecord header_;
  std::vector<std::pair<ChangedObject, PrivilegeSet>> objects_;

  /// The next attribute of the thing that the run is about, altered by the same statement.
  [[nodiscard]] bool adds_attributes(const ChangeRecord& difference) const {
    if (objects_.size() != 1 || !header_.alters_attributes() || !difference.alters_attributes()) return false;
    ChangeRecord same = header_;
    same.before = difference.before;
    same.after = difference.after;
    return same.same_header(difference) && same_name(objects_.front().first, difference.objects.front());
  }
  static bool same_name(const ChangedObject& a, const ChangedObject& b) {
    return a.schema == b.schema && a.name == b.name && a.args == b.args;
  }
};

ChangeRecord read_difference(const Json& json) {
  ChangeRecord r;
  const std::string action = text_member(json, "action");
  const auto known = action_by_name(action);
  if (!known) throw Error("the plan holds an unknown action: " + printable(action));
  r.action = *known;
  r.kind = text_member(json, "kind");
  r.node = text_member(json, "node");
  const Json& object = member(json, "object");
  r.database = text_member(object, "database");
  r.column = text_member(object, "column");
  r.objects.push_back({.schema = text_member(object, "schema"),
                       .name = text_member(object, "name"),
                       .args = text_member(object, "args"),
                       .has_args = !member(object, "args").is_null()});
  r.grantee = text_member(json, "grantee");
  r.grantor = text_member(json, "grantor");
  r.creator = text_member(json, "creator");
  r.default_objects = text_member(json, "objects");
  if (const Json& grantable = member(json, "grantable"); !grantable.is_null()) r.grantable = grantable.get<bool>();
  if (const std::string word = text_member(json, "privilege"); !word.empty()) {
    const auto privilege = privilege_by_name(word);
    if (!privilege) throw Error("the plan holds an unknown privilege: " + printable(word));
    r.privileges = PrivilegeSet::of(*privilege);
  } else {
    r.before = read_facts(member(json, "before"));
    r.after = read_facts(member(json, "after"));
  }
  r.reason = text_member(json, "reason");
  if (const Json& source = member(json, "source"); !source.is_null()) {
    r.source = SourcePos{.file = text_member(source, "file"), .line = source.value("line", 0), .column = source.value("column", 0)};
  }
  r.hazards = member(json, "hazards").get<std::vector<std::string>>();
  r.statements = member(json, "statements").get<std::vector<int>>();
  return r;
}

std::optional<Phase> phase_by_name(std::string_view text) {
  for (std::size_t i = 0; i < kPhaseCount; ++i) {
    if (name(static_cast<Phase>(i)) == text) return static_cast<Phase>(i);
  }
  return std::nullopt;
}

PasswordSource read_secret(const Json& json) {
  using Kind = PasswordSource::Kind;
  const std::string key = json.begin().key();
  return {.kind = key == "env"    ? Kind::Env
                  : key == "file" ? Kind::File
                                  : Kind::KeyVault,
          .locator = json.begin()->get<std::string>(),
          .pos = {}};
}

Statement read_statement(const Json& json) {
  const auto phase = phase_by_name(text_member(json, "phase"));
  if (!phase) throw Error("the plan holds an unknown phase: " + printable(text_member(json, "phase")));
  Statement s;
  s.id = json.at("id").get<int>();
  s.database = text_member(json, "database");
  s.phase = *phase;
  s.run_as = text_member(json, "run_as");
  s.sql = json.at("sql").get<std::string>();
  s.transactional = json.at("transactional").get<bool>();
  s.node = text_member(json, "node");
  s.local = json.value("local", false);
  s.batch = json.value("batch", 0);
  if (const Json& secrets = member(json, "secrets"); !secrets.is_null()) {
    for (const auto& [key, source] : secrets.items()) s.secrets[key] = read_secret(source);
    s.secret_role = text_member(json, "secret_role");
  }
  return s;
}

ServerInfo read_target(const Json& json) {
  ServerInfo server;
  server.host = text_member(json, "host");
  const Json& port = member(json, "port");
  server.port = port.is_number() ? std::to_string(port.get<int>()) : text_member(json, "port");
  server.database = text_member(json, "database");
  server.system_identifier = text_member(json, "system_identifier");
  server.version = text_member(json, "server_version");
  server.version_num = json.value("server_version_num", 0);
  server.platform = text_member(json, "platform");
  server.user = text_member(json, "user");
  return server;
}

Summary read_summary(const Json& json) {
  Summary s;
  s.create = json.at("create").get<std::size_t>();
  s.alter = json.at("alter").get<std::size_t>();
  s.drop = json.at("drop").get<std::size_t>();
  s.grant = json.at("grant").get<std::size_t>();
  s.revoke = json.at("revoke").get<std::size_t>();
  s.statements = json.at("statements").get<std::size_t>();
  for (const auto& [key, count] : json.at("hazards").items()) {
    if (const auto hazard = hazard_by_name(key)) s.hazards[*hazard] = count.get<std::size_t>();
  }
  return s;
}

/// A document in two parts: everything with an empty list of changes, and the lines of that list.
struct Parts {
  std::string rest;
  std::string_view changes;
};

/// Nothing where the text is not laid out as write_document_body() does it (another program may have formatted it anew). A line
/// end can't be inside a JSON string, so what is found is the list itself.
std::optional<Parts> split_document(std::string_view text) {
  constexpr std::string_view kBegin = "\n  \"changes\": [\n";
  constexpr std::string_view kEnd = "\n  ],\n  \"statements\"";
  const std::size_t begin = text.find(kBegin);
  if (begin == std::string_view::npos) return std::nullopt;
  const std::size_t first = begin + kBegin.size();
  const std::size_t end = text.find(kEnd, first);
  if (end == std::string_view::npos) return std::nullopt;
  return Parts{.rest = std::string(text.substr(0, first)) + std::string(text.substr(end)), .changes = text.substr(first, end - first)};
}

/// One small tree per line instead of a giant one.
void read_change_lines(std::string_view lines, RunCollector& collector) {
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    std::string_view line = lines.substr(0, end);
    lines = end == std::string_view::npos ? std::string_view() : lines.substr(end + 1);
    if (line.ends_with(',')) line.remove_suffix(1);
    collector.add(read_difference(Json::parse(line)));
  }
}

}  // namespace

PlanDocument read_document(std::string_view text, ReadChanges changes) {
  return with_json_errors("the plan", [&] {
    const std::optional<Parts> parts = split_document(text);
    const Json json = parts ? Json::parse(parts->rest) : Json::parse(text);
    if (!json.is_object() || !json.contains("format_version")) throw Error("the file is no plan: it has no format_version");
    check_format_version("the plan", text_member(json, "format_version"));
    if (!json.contains("changes") || !json.contains("statements")) throw Error("the file is no plan: it has no changes and statements");
    PlanDocument d;
    d.tool_version = text_member(json, "tool_version");
    d.generated_at = text_member(json, "generated_at");
    d.target = read_target(json.at("target"));
    d.charter_name = text_member(json.at("charter"), "name");
    d.fingerprint = text_member(json, "fingerprint");
    d.summary = read_summary(json.at("summary"));
    if (changes == ReadChanges::Yes) {
      RunCollector collector(d.changes);
      for (const Json& difference : json.at("changes")) collector.add(read_difference(difference));
      if (parts) read_change_lines(parts->changes, collector);
      collector.end_run();
    }
    for (const Json& statement : json.at("statements")) d.script.statements.push_back(read_statement(statement));
    if (const Json& findings = member(json, "diagnostics"); findings.is_array()) {
      d.unremovable = static_cast<std::size_t>(
          std::ranges::count_if(findings, [](const Json& finding) { return text_member(finding, "code") == kUnremovable; }));
    }
    if (const Json& coverage = member(json, "coverage"); coverage.is_object()) d.coverage = coverage.get<Coverage>();
    if (const Json& nodes = member(json, "nodes"); nodes.is_array()) {
      d.has_nodes = true;
      for (const Json& node : nodes) {
        if (!node.value("read", true)) d.unread_nodes.push_back(text_member(node, "error"));
      }
    }
    if (const Json& extras = member(json, "extras"); extras.is_array()) d.extras = extras.get<std::vector<std::string>>();
    return d;
  });
}

}  // namespace pgcharter
