// Writes the document of DESIGN 7. Changes are expanded to single differences, one per line: a document can be
// searched with grep, compared with diff and read as a stream. What the differences of one step share is formatted
// once; a schema-wide grant on 50,000 tables costs little more than its bytes.

#include "codec/plan_json.h"

#include <algorithm>
#include <ostream>

#include "codec/json_text.h"

namespace pgcharter {
namespace {

Json to_json(const std::optional<Facts>& facts) {
  if (!facts) return {};
  Json values = Json::object();
  for (const auto& [key, value] : facts->values) {
    values[key] = std::visit(
        [](const auto& v) -> Json {
          if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::monostate>) {
            return {};
          } else {
            return v;
          }
        },
        value);
  }
  return facts->group.empty() ? values : Json{{facts->group, values}};
}

Json source_of(const std::optional<SourcePos>& pos) { return pos ? pgcharter::to_json(*pos) : Json(); }

/// The state of one privilege of one grantee, before or after a change.
std::string_view held_text(bool held, bool grantable) {
  if (!held) return "null";
  return grantable ? R"({"grantable":true})" : R"({"grantable":false})";
}

/// Writes the differences of records, numbering them.
class ChangeWriter {
 public:
  explicit ChangeWriter(std::ostream& out) : out_(out) {}

  void write(const ChangeRecord& r) {
    head_ = R"(,"action":")" + std::string(name(r.action)) + R"(","kind":)" + json_string(r.kind) + R"(,"object":{"database":)" +
            json_string_or_null(r.database);
    middle_ = R"(,"column":)" + json_string_or_null(r.column) + R"(},"grantee":)" + json_string_or_null(r.grantee) + R"(,"privilege":)";
    after_privilege_ = R"(,"grantable":)" + std::string(r.grantable ? (*r.grantable ? "true" : "false") : "null") + R"(,"grantor":)" +
                       json_string_or_null(r.grantor) + R"(,"creator":)" + json_string_or_null(r.creator) + R"(,"objects":)" +
                       json_string_or_null(r.default_objects);
    tail_ = (r.node.empty() ? std::string() : R"(,"node":)" + json_string(r.node)) + R"(,"reason":)" + json_string(r.reason) +
            R"(,"source":)" + json_line(source_of(r.source)) + R"(,"hazards":)" + json_line(Json(r.hazards)) + R"(,"statements":)" +
            json_line(Json(r.statements)) + "}";
    for (const ChangedObject& object : r.objects) {
      if (r.privileges.empty()) {
        facts(object, r);
        continue;
      }
      for_each(r.privileges, [&](Privilege p) {
        const bool grant = r.action == Action::Grant;
        const bool held = object.held.contains(p);
        const std::string_view now = held_text(held, object.held_grantable.contains(p));
        const bool keeps = grant || r.grantable.value_or(false);
        const bool grantable = grant && (r.grantable.value_or(false) || object.held_grantable.contains(p));
        difference(object, json_string(info(p).keyword), now, held_text(keeps, grantable));
      });
    }
  }

 private:
  std::ostream& out_;
  std::size_t count_ = 0;
  std::string head_, middle_, after_privilege_, tail_;

  /// Attributes that one step alters are differences of their own; the options of a membership are one.
  void facts(const ChangedObject& object, const ChangeRecord& r) {
    if (!r.alters_attributes()) return difference(object, "null", json_line(to_json(r.before)), json_line(to_json(r.after)));
    const auto one = [](const Facts& of, std::size_t i) { return json_line(to_json(Facts{.group = of.group, .values = {of.values[i]}})); };
    for (std::size_t i = 0; i < r.after->values.size(); ++i) difference(object, "null", one(*r.before, i), one(*r.after, i));
  }

  void difference(const ChangedObject& o, std::string_view privilege, std::string_view before, std::string_view after) {
    ++count_;
    out_ << (count_ == 1 ? "\n" : ",\n") << R"(    {"id":"c)" << count_ << '"' << head_ << R"(,"schema":)" << json_string_or_null(o.schema)
         << R"(,"name":)" << json_string_or_null(o.name) << R"(,"args":)" << (o.has_args ? json_string(o.args) : "null") << middle_
         << privilege << after_privilege_ << R"(,"before":)" << before << R"(,"after":)" << after << tail_;
  }
};

void write_member(std::ostream& out, std::string_view key, const std::string& json) { out << ",\n  \"" << key << "\": " << json; }

/// A list with one element per line.
template <typename Range, typename F>
void write_list(std::ostream& out, std::string_view key, const Range& range, F to_line) {
  out << ",\n  \"" << key << "\": [";
  bool first = true;
  for (const auto& element : range) {
    out << (first ? "\n    " : ",\n    ") << to_line(element);
    first = false;
  }
  out << (first ? "]" : "\n  ]");
}

Json charter_json(const Charter& charter) {
  Json files = Json::array();
  for (const CharterFile& file : charter.files) files.push_back({{"path", file.path}, {"sha256", file.sha256}});
  return {{"name", text_or_null(charter.name)}, {"files", files}};
}

Json secret_json(const PasswordSource& source) {
  static constexpr const char* kKinds[] = {"env", "file", "key_vault"};
  return {{kKinds[static_cast<int>(source.kind)], source.locator}};
}

Json to_json(const Statement& statement) {
  Json json = {{"id", statement.id},
               {"database", text_or_null(statement.database)},
               {"phase", name(statement.phase)},
               {"run_as", text_or_null(statement.run_as)},
               {"sql", statement.sql},
               {"transactional", statement.transactional}};
  if (!statement.node.empty()) json["node"] = statement.node;
  if (statement.local) json["local"] = true;
  if (statement.batch > 0) json["batch"] = statement.batch;
  if (!statement.secrets.empty()) {
    Json secrets = Json::object();
    for (const auto& [key, source] : statement.secrets) secrets[key] = secret_json(source);
    json["secrets"] = secrets;
    json["secret_role"] = statement.secret_role;
  }
  return json;
}

}  // namespace

Json to_json(const Summary& summary) {
  Json hazards = Json::object();
  for (const auto& [hazard, count] : hazard_counts(summary)) hazards[hazard] = count;
  return {{"create", summary.create}, {"alter", summary.alter},           {"drop", summary.drop}, {"grant", summary.grant},
          {"revoke", summary.revoke}, {"statements", summary.statements}, {"hazards", hazards}};
}

void write_document_body(std::ostream& out, const Planned& planned) {
  out << "{\n  \"format_version\": " << json_string(kFormatVersion);
  write_member(out, "tool_version", json_string(kToolVersion));
  write_member(out, "generated_at", json_string(planned.generated_at));
  write_member(out, "target", json_line(pgcharter::to_json(planned.actual.server)));
  write_member(out, "charter", json_line(charter_json(*planned.charter)));
  write_member(out, "fingerprint", json_string(planned.fingerprint));
  write_member(out, "summary", json_line(to_json(planned.plan.summary)));
  out << ",\n  \"changes\": [";
  ChangeWriter changes(out);
  for_each_record(planned, [&](const ChangeRecord& record) { changes.write(record); });
  out << (changes_anything(planned) ? "\n  ]" : "]");
  write_list(out, "statements", all_statements(planned).statements, [](const Statement& s) { return json_line(to_json(s)); });
  write_member(out, "effective_access", R"({"gained": [], "lost": []})");
  write_member(out, "expectations", "[]");
  write_list(out, "diagnostics", planned.diagnostics.all(), [](const Diagnostic& d) { return json_line(pgcharter::to_json(d)); });
  Json coverage = Json::object();
  for (const auto& [what, count] : coverage_of(planned)) coverage[what] = count;
  write_member(out, "coverage", json_line(coverage));
  if (!planned.nodes.empty()) {
    write_list(out, "nodes", planned.nodes, [](const NodePlanned& n) {
      return json_line(
          {{"node", n.node.text()}, {"group", n.node.group}, {"read", n.planned != nullptr}, {"error", text_or_null(n.error)}});
    });
  }
  write_list(out, "extras", planned.desired.extras, [](const std::string& text) { return json_string(text); });
}

void write_json(std::ostream& out, const Planned& planned) {
  write_document_body(out, planned);
  out << "\n}\n";
}

void write_result_json(std::ostream& out, const Planned& planned, const ApplyOutcome& outcome) {
  write_document_body(out, planned);
  write_member(out, "result",
               json_line({{"changed", outcome.changed},
                          {"rehearsed", outcome.rehearsed},
                          {"not_rehearsed", Json(outcome.not_rehearsed)},
                          {"statements", outcome.statements},
                          {"attempts", outcome.attempts}}));
  out << "\n}\n";
}

void write_diagnostics_json(std::ostream& out, const Diagnostics& diagnostics) {
  out << "{\n  \"format_version\": " << json_string(kFormatVersion);
  write_member(out, "tool_version", json_string(kToolVersion));
  write_member(out, "valid", diagnostics.has_errors() ? "false" : "true");
  write_list(out, "diagnostics", diagnostics.all(), [](const Diagnostic& d) { return json_line(pgcharter::to_json(d)); });
  out << "\n}\n";
}

}  // namespace pgcharter
