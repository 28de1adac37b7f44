// The spec as manifests: one or two files, one line per entry, in flow style, with every scalar in a style of its own.
// Where a form is optional (a list of one, a shorthand, a variable), chance decides whether it is used.
#include "property/generator.h"
#include "property/names.h"

namespace pgcharter::property {
namespace {

/// A privilege as manifests write it.
std::string lower(std::string text) {
  for (char& c : text) {
    if (c == ' ') c = '_';
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

std::string escaped_dollars(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '$' && i + 1 < text.size() && text[i + 1] == '{') result += '$';
    result += text[i];
  }
  return result;
}

class YamlMaker {
 public:
  YamlMaker(Rng& rng, Case& c) : rng_(rng), case_(c), files_(rng.chance(40) ? 2 : 1) {}

  void make() {
    std::string head = "charter: 1\nname: " + scalar("case " + std::to_string(case_.seed)) + "\n";
    if (case_.scope.written) head += scope();
    roles();
    files_[0] = head + files_[0];
    std::string indent;
    std::string* out = &some_file();
    if (case_.databases_section) {
      *out += "databases:\n  " + scalar(case_.database) + ":\n";
      indent = "    ";
      if (case_.declared_database_owner) *out += indent + "owner: " + scalar(*case_.declared_database_owner) + "\n";
      *out += indent + "settings: {}\n";
    }
    database_sections(*out, indent);
    if (!case_.vars.empty()) {
      std::string vars = "vars:\n";
      for (const auto& [name, value] : case_.vars) vars += "  " + name + ": " + scalar(value) + "\n";
      some_file() += vars;
    }
    case_.documents = files_;
  }

 private:
  std::string& some_file() { return files_[rng_.below(files_.size())]; }
  std::string scalar(const std::string& text) { return yaml_scalar(rng_, text); }

  /// A name that is taken as it is; now and then through a variable.
  std::string name(const std::string& text) {
    if (!rng_.chance(8)) return scalar(text);
    return "\"${" + variable(text) + "}\"";
  }

  std::string variable(const std::string& value) {
    const std::string key = "v" + std::to_string(case_.vars.size());
    case_.vars[key] = value;
    return key;
  }

  std::string pattern(const Item& item) {
    const bool can_vary = in_schema(item.kind) && item.schema.pieces.size() == 1 && item.schema.pieces[0].wildcard == 0;
    if (!can_vary || !rng_.chance(10)) return scalar(item_text(rng_, item));
    Item rest = item;
    rest.schema = literal_glob("x");
    std::string text = item_text(rng_, rest);
    text = text.substr(text[0] == '"' ? 3 : 1);
    return yaml_scalar(rng_, "${" + variable(item.schema.pieces[0].literal) + "}" + escaped_dollars(text), true);
  }

  std::string list(const std::vector<std::string>& items, bool as_list_always = false) {
    if (items.size() == 1 && !as_list_always && rng_.chance(60)) return items[0];
    std::string text;
    for (const auto& item : items) text += (text.empty() ? "" : ", ") + item;
    return "[" + text + "]";
  }

  std::string names(const std::vector<std::string>& items, bool as_list_always = false) {
    std::vector<std::string> scalars;
    for (const auto& item : items) scalars.push_back(name(item));
    return list(scalars, as_list_always);
  }

  std::string objects(const std::vector<Item>& items) {
    std::map<Kind, std::vector<std::string>> by_kind;
    for (const auto& item : items) by_kind[item.kind].push_back(pattern(item));
    std::string text;
    for (const auto& [kind, patterns] : by_kind) text += (text.empty() ? "" : ", ") + std::string(words(kind).key) + ": " + list(patterns);
    return "{ " + text + " }";
  }

  std::string globs(const std::vector<Glob>& patterns) {
    std::vector<std::string> items;
    for (const auto& glob : patterns) items.push_back(scalar(glob_text(rng_, glob, false, false)));
    return list(items, true);
  }

  std::string scope() {
    const ScopeSpec& s = case_.scope;
    std::string text = "scope:\n";
    if (s.roles) text += "  roles: " + globs(*s.roles) + "\n";
    if (s.schemas) text += "  schemas: " + globs(*s.schemas) + "\n";
    if (s.public_in_scope) text += "  public: true\n";
    if (!s.without_families.empty()) {
      text += "  families: [roles, schema";
      for (const char* family : {"memberships", "grants", "default_privileges", "owners"}) {
        if (!s.without_families.contains(family)) text += std::string(", ") + family;
      }
      text += "]\n";
    }
    if (!s.ignore.empty()) text += "  ignore: " + objects(s.ignore) + "\n";
    return text + "  mode: " + (s.additive ? "additive" : "authoritative") + "\n";
  }

  static std::string expiry(Expires expires) {
    return expires == Expires::Past ? ", expires: 2020-03-04" : expires == Expires::Future ? ", expires: 2199-12-31" : "";
  }

  std::string edges(const std::vector<Edge>& items) {
    std::vector<std::string> texts;
    for (const auto& edge : items) {
      const bool plain = !edge.admin && !edge.absent && edge.expires == Expires::Never && !edge.inherit && !edge.set;
      if (plain && rng_.chance(80)) {
        texts.push_back(name(edge.role));
        continue;
      }
      std::string text = "{ role: " + name(edge.role);
      if (edge.admin) text += ", admin: true";
      if (edge.inherit) text += *edge.inherit ? ", inherit: true" : ", inherit: false";
      if (edge.set) text += *edge.set ? ", set: true" : ", set: false";
      if (edge.absent) text += ", ensure: absent";
      texts.push_back(text + expiry(edge.expires) + " }");
    }
    return list(texts, true);
  }

  std::string settings(const std::map<std::string, std::optional<std::string>>& items) {
    std::string text;
    for (const auto& [key, value] : items) text += (text.empty() ? "" : ", ") + key + ": " + (value ? scalar(*value) : "null");
    return "{ " + text + " }";
  }

  std::string role(const RoleSpec& r) {
    if (r.status == Status::External) return "{ external: true }";
    if (r.status == Status::Absent) return "{ ensure: absent }";
    std::vector<std::string> parts;
    for (const auto& [flag, on] : r.declared.flags) {
      if (r.written.contains(flag)) parts.push_back(flag + ": " + (on ? "true" : "false"));
    }
    if (r.written.contains("connection_limit")) parts.push_back("connection_limit: " + std::to_string(r.declared.connection_limit));
    if (r.written.contains("valid_until")) parts.push_back("valid_until: " + r.declared.valid_until);
    if (r.comment) parts.push_back("comment: " + scalar(*r.comment));
    if (!r.settings.empty()) parts.push_back("settings: " + settings(r.settings));
    if (!r.settings_in.empty()) parts.push_back("settings_in: { " + scalar(case_.database) + ": " + settings(r.settings_in) + " }");
    if (!r.member_of.empty()) parts.push_back("member_of: " + edges(r.member_of));
    if (r.members_written) parts.push_back("members: " + edges(r.members));
    if (r.before_name != r.name) parts.push_back("renamed_from: " + scalar(r.before_name));
    std::string text;
    for (const auto& part : parts) text += (text.empty() ? "" : ", ") + part;
    return "{ " + text + " }";
  }

  void roles() {
    std::vector<std::string> sections(files_.size());
    for (const auto& r : case_.roles) {
      if (r.status != Status::Undeclared) sections[rng_.below(sections.size())] += "  " + scalar(r.name) + ": " + role(r) + "\n";
    }
    for (std::size_t i = 0; i < sections.size(); ++i) {
      if (!sections[i].empty()) files_[i] += "roles:\n" + sections[i];
    }
  }

  std::string privileges(bool all, const std::vector<std::string>& items) {
    std::vector<std::string> words;
    if (all) words.emplace_back(rng_.chance(50) ? "all" : "ALL");
    for (const auto& item : items) words.push_back(rng_.chance(80) ? lower(item) : item);
    return list(words, true);
  }

  std::string grant(const GrantSpec& g) {
    if (!g.profile.empty()) {
      return "{ to: " + names(g.to) + ", profile: " + g.profile + ", with: { schema: " + name(g.profile_schema) + " } }";
    }
    std::string text = "{ to: " + names(g.to) + ", privileges: " + privileges(g.all, g.privileges) + ", objects: " + objects(g.items);
    if (!g.except.empty()) text += ", except: " + objects(g.except);
    if (!g.columns.empty()) text += ", columns: " + names(g.columns, true);
    if (g.grantable) text += ", grantable: true";
    if (g.extension_members) text += ", extension_members: true";
    if (g.future) text += ", future: true";
    if (g.future && !g.except.empty()) text += ", except_future: ignore";
    if (g.absent) text += ", ensure: absent";
    return text + expiry(g.expires) + " }";
  }

  std::string default_privilege(const DefaultSpec& d) {
    std::string text = "{ by: " + names(d.by);
    if (!d.in.empty()) text += ", in: " + names(d.in);
    text += ", to: " + names(d.to) + ", privileges: " + privileges(d.all, d.privileges) + ", objects: " + words(d.kind).key;
    if (d.grantable) text += ", grantable: true";
    if (d.absent) text += ", ensure: absent";
    return text + " }";
  }

  void database_sections(std::string& first, const std::string& indent) {
    // Sections of a `databases:` entry stay in its file; top-level ones may stand in any file.
    const auto add = [&](const char* key, const std::vector<std::string>& entries) {
      if (entries.empty()) return;
      std::string text = indent + key + ":\n";
      for (const auto& entry : entries) text += indent + "  " + entry + "\n";
      (indent.empty() ? some_file() : first) += text;
    };
    std::vector<std::string> entries;
    for (const auto& schema : case_.schemas) {
      if (!schema.declared) continue;
      std::vector<std::string> parts;
      if (schema.declared_owner) parts.push_back("owner: " + name(*schema.declared_owner));
      if (!schema.creators.empty()) parts.push_back("creators: " + names(schema.creators, true));
      std::string text;
      for (const auto& part : parts) text += (text.empty() ? "" : ", ") + part;
      entries.push_back(scalar(schema.name) + ": {" + text + "}");
    }
    add("schemas", entries);
    entries.clear();
    for (const auto& rule : case_.ownership) {
      std::string text = "- { owner: " + name(rule.owner) + ", of: " + objects(rule.items);
      if (!rule.except.empty()) text += ", except: " + objects(rule.except);
      entries.push_back(text + " }");
    }
    add("ownership", entries);
    bool mixed = false;
    std::vector<std::string> halves[2];
    for (const auto& rule : case_.grants) {
      halves[indent.empty() ? rng_.below(2) : 0].push_back("- " + grant(rule));
      mixed = mixed || rule.profile == "mixed";
    }
    if (files_.size() == 2 && indent.empty()) {
      for (std::size_t i = 0; i < 2; ++i) {
        std::string text = "grants:\n";
        for (const auto& entry : halves[i]) text += "  " + entry + "\n";
        if (!halves[i].empty()) files_[i] += text;
      }
    } else {
      halves[0].insert(halves[0].end(), halves[1].begin(), halves[1].end());
      add("grants", halves[0]);
    }
    entries.clear();
    for (const auto& rule : case_.defaults) entries.push_back("- " + default_privilege(rule));
    add("default_privileges", entries);
    if (!mixed) return;
    files_[0] +=
        "profiles:\n  mixed:\n    params: [schema]\n    grants:\n      - { privileges: [usage], objects: { schemas: \"${schema}\" } }\n"
        "      - { privileges: [execute], objects: { functions: \"${schema}.*\" }, future: true }\n"
        "      - { privileges: [select, trigger], objects: { tables: \"${schema}.*\" } }\n";
  }

  Rng& rng_;
  Case& case_;
  std::vector<std::string> files_;
};

}  // namespace

void make_yaml(Rng& rng, Case& c) { YamlMaker(rng, c).make(); }

}  // namespace pgcharter::property
