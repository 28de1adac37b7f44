// A database and its charter, from a seed: what the benchmark measures with (docs/benchmarks.md).
//
//   generate SCHEMAS TABLES ROLES wide|mixed SEED FOLDER
//
// S schemas hold T tables, T/10 views, T/10 sequences and T/20 functions each. A twelfth of the R roles own the schemas, a third are
// groups, the rest log in and are members of groups. *Wide*: every grant covers all tables, or all sequences, of a schema. *Mixed*: a few
// such grants, and overlapping subsets of a schema's tables for one to four roles, exceptions, and columns. How many grants a schema has is
// skewed, as it is in databases that have grown.
//
// Written are create.sql (no grants), charter.yaml, best.sql (the same grants in the fewest statements that we know: objects that have the
// same list and roles that have the same privileges share one, in chunks of 500 objects) and drift.sql (one per cent of the tables
// changed).
#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace {

constexpr std::size_t kChunk = 500;

using Names = std::vector<std::string>;
using Privileges = std::string;  // "SELECT, INSERT"

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  int between(int low, int high) { return low + static_cast<int>(engine_() % static_cast<std::uint64_t>(high - low + 1)); }
  bool chance(int per_cent) { return between(1, 100) <= per_cent; }
  const std::string& pick(const Names& from) { return from[static_cast<std::size_t>(between(0, static_cast<int>(from.size()) - 1))]; }
  /// Small mostly, sometimes large: the square of a uniform number.
  int skewed(int low, int high) {
    const double x = static_cast<double>(engine_() % 10000) / 10000.0;
    return low + static_cast<int>(x * x * (high - low + 1));
  }

 private:
  std::mt19937_64 engine_;
};

struct Schema {
  std::string name;
  std::string owner;
  Names tables;  // and views
  Names sequences;
};

/// What the best statements are made from: the privileges of each object, by grantee.
using Grants = std::map<std::string, std::map<std::string, std::set<std::string>>>;  // object → grantee → privileges

class Generator {
 public:
  Generator(int schemas, int tables, int roles, bool mixed, std::uint64_t seed) : random_(seed), mixed_(mixed) {
    for (int i = 0; i < std::max(1, roles / 12); ++i) owners_.push_back(fmt::format("owner_{:03}", i));
    for (int i = 0; i < std::max(2, roles / 3); ++i) groups_.push_back(fmt::format("group_{:03}", i));
    for (int i = static_cast<int>(owners_.size() + groups_.size()); i < roles; ++i) logins_.push_back(fmt::format("login_{:04}", i));
    for (const std::string& login : logins_) {
      std::set<std::string> of;
      for (int i = random_.between(1, 3); i > 0; --i) of.insert(random_.pick(groups_));
      member_of_[login] = {of.begin(), of.end()};
    }
    for (int s = 0; s < schemas; ++s) {
      Schema schema{.name = fmt::format("app_{:04}", s),
                    .owner = owners_[static_cast<std::size_t>(s) % owners_.size()],
                    .tables = {},
                    .sequences = {}};
      for (int t = 0; t < tables; ++t) schema.tables.push_back(fmt::format("table_{:04}", t));
      for (int t = 0; t < tables / 10; ++t) schema.tables.push_back(fmt::format("view_{:04}", t));
      for (int t = 0; t < tables / 10; ++t) schema.sequences.push_back(fmt::format("sequence_{:04}", t));
      schemas_.push_back(std::move(schema));
    }
    functions_ = tables / 20;
    plain_tables_ = tables;
    for (const Schema& schema : schemas_) make_grants(schema);
  }

  void write(const std::string& folder) const {
    write_database(folder + "/create.sql");
    std::ofstream(folder + "/charter.yaml") << "charter: 1\nname: benchmark\n" << roles_yaml() << schemas_yaml() << "grants:\n" << yaml_;
    write_best(folder + "/best.sql");
    write_drift(folder + "/drift.sql");
  }

 private:
  const Names& everybody() { return random_.chance(60) ? groups_ : logins_; }

  Names different(int count) {
    std::set<std::string> chosen;
    const Names& from = everybody();
    for (int i = 0; i < count; ++i) chosen.insert(random_.pick(from));
    return {chosen.begin(), chosen.end()};
  }

  void grant(const Schema& schema, const Names& to, const Names& privileges, const std::string& kind, const Names& objects,
             const std::string& text, const std::string& more = {}) {
    yaml_ += fmt::format("  - {{ to: [{}], privileges: [{}], objects: {{ {}: {} }}{} }}\n", fmt::join(to, ", "),
                         fmt::join(privileges, ", "), kind, text, more);
    for (const std::string& object : objects) {
      for (const std::string& role : to) {
        if (role == schema.owner) continue;
        auto& held = grants_[kind][kind == "schemas" ? object : schema.name + "." + object][role];
        held.insert(privileges.begin(), privileges.end());
      }
    }
  }

  void make_grants(const Schema& schema) {
    static const std::vector<Names> kTablePrivileges{{"select"},
                                                     {"select"},
                                                     {"select", "insert", "update"},
                                                     {"select", "insert", "update", "delete"},
                                                     {"select", "insert", "update", "delete", "truncate", "references", "trigger"}};
    const auto privileges = [&] { return kTablePrivileges[static_cast<std::size_t>(random_.between(0, 4))]; };
    std::set<std::string> users;
    const int wide = mixed_ ? random_.between(2, 4) : random_.skewed(3, 18);
    for (int i = 0; i < wide; ++i) {
      const Names to = different(random_.between(1, 4));
      users.insert(to.begin(), to.end());
      grant(schema, to, privileges(), "tables", schema.tables, fmt::format("\"{}.*\"", schema.name));
      if (random_.chance(60)) grant(schema, to, {"usage", "select"}, "sequences", schema.sequences, fmt::format("\"{}.*\"", schema.name));
    }
    const int subsets = mixed_ ? random_.skewed(6, 24) : 0;
    for (int i = 0; i < subsets; ++i) {
      const Names to = different(random_.between(1, 4));
      users.insert(to.begin(), to.end());
      Names chosen;
      const int share = random_.between(5, 60);
      for (const std::string& table : schema.tables) {
        if (random_.chance(share)) chosen.push_back(table);
      }
      if (chosen.empty()) continue;
      Names full;
      for (const std::string& table : chosen) full.push_back(schema.name + "." + table);
      grant(schema, to, privileges(), "tables", chosen, fmt::format("[{}]", fmt::join(full, ", ")));
    }
    if (mixed_) except_and_columns(schema, users);
    grant(schema, {users.begin(), users.end()}, {"usage"}, "schemas", {schema.name}, schema.name);
  }

  void except_and_columns(const Schema& schema, std::set<std::string>& users) {
    const Names to = different(1);
    users.insert(to.begin(), to.end());
    Names rest(schema.tables.begin() + 1, schema.tables.end());
    grant(schema, to, {"select"}, "tables", rest, fmt::format("\"{}.*\"", schema.name),
          fmt::format(", except: {{ tables: {}.{} }}", schema.name, schema.tables.front()));
    const std::string& reader = random_.pick(logins_);
    users.insert(reader);
    yaml_ += fmt::format("  - {{ to: {}, privileges: [select], objects: {{ tables: {}.{} }}, columns: [id, note] }}\n", reader, schema.name,
                         schema.tables.front());
    columns_.push_back(fmt::format("GRANT SELECT (id, note) ON {}.{} TO {};", schema.name, schema.tables.front(), reader));
  }

  [[nodiscard]] std::string roles_yaml() const {
    std::string text = "roles:\n";
    for (const Names* names : {&owners_, &groups_}) {
      for (const std::string& name : *names) text += fmt::format("  {}: {{}}\n", name);
    }
    for (const std::string& name : logins_)
      text += fmt::format("  {}: {{ login: true, member_of: [{}] }}\n", name, fmt::join(member_of_.at(name), ", "));
    return text;
  }

  [[nodiscard]] std::string schemas_yaml() const {
    std::string text = "schemas:\n";
    for (const Schema& schema : schemas_) text += fmt::format("  {}: {{ owner: {} }}\n", schema.name, schema.owner);
    return text;
  }

  void write_database(const std::string& path) const {
    std::ofstream out(path);
    out << "SET client_min_messages = warning;\nSET synchronous_commit = off;\n";
    for (const Names* names : {&owners_, &groups_}) {
      for (const std::string& name : *names) out << "CREATE ROLE " << name << ";\n";
    }
    for (const std::string& name : logins_)
      out << "CREATE ROLE " << name << " LOGIN IN ROLE " << fmt::format("{}", fmt::join(member_of_.at(name), ", ")) << ";\n";
    for (const Schema& schema : schemas_) {
      out << fmt::format("CREATE SCHEMA {0} AUTHORIZATION {1};\nSET ROLE {1};\n", schema.name, schema.owner);
      out << fmt::format(
          "DO $$ BEGIN\n  FOR i IN 0..{1} LOOP EXECUTE format('CREATE TABLE {0}.table_%s (id int, note text, amount numeric)', "
          "lpad(i::text, 4, '0')); END LOOP;\n"
          "  FOR i IN 0..{2} LOOP EXECUTE format('CREATE VIEW {0}.view_%1$s AS SELECT id FROM {0}.table_%1$s', lpad(i::text, 4, '0')); "
          "EXECUTE format('CREATE SEQUENCE {0}.sequence_%s', lpad(i::text, 4, '0')); END LOOP;\n"
          "  FOR i IN 0..{3} LOOP EXECUTE format('CREATE FUNCTION {0}.function_%s(int) RETURNS int LANGUAGE sql AS ''SELECT $1''', "
          "lpad(i::text, 4, '0')); END "
          "LOOP;\nEND $$;\nRESET ROLE;\n",
          schema.name, plain_tables_ - 1, plain_tables_ / 10 - 1, functions_ - 1);
    }
    out << "VACUUM ANALYZE;\n";
  }

  static std::string upper(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
  }

  /// Objects × grantees with equal privileges: by object first (equal lists), and roles with the same privileges in such a list together;
  /// or by grantee first. The better of the two, for each schema.
  static Names rectangles(const std::map<std::string, std::map<std::string, std::set<std::string>>>& objects, const std::string& keyword) {
    std::map<std::map<std::string, std::set<std::string>>, Names> by_list;
    std::map<std::set<std::string>, std::map<std::string, Names>> by_privileges;  // privileges → grantee → objects
    for (const auto& [object, list] : objects) {
      by_list[list].push_back(object);
      for (const auto& [role, privileges] : list) by_privileges[privileges][role].push_back(object);
    }
    const auto statement = [&](const std::set<std::string>& privileges, const Names& on, const Names& to, Names& out) {
      for (std::size_t begin = 0; begin < on.size(); begin += kChunk) {
        const auto end = std::min(begin + kChunk, on.size());
        out.push_back(
            fmt::format("GRANT {} ON {} {} TO {};", upper(fmt::format("{}", fmt::join(privileges, ", "))), keyword,
                        fmt::join(on.begin() + static_cast<std::ptrdiff_t>(begin), on.begin() + static_cast<std::ptrdiff_t>(end), ", "),
                        fmt::join(to, ", ")));
      }
    };
    Names first;
    for (const auto& [list, on] : by_list) {
      std::map<std::set<std::string>, Names> to;
      for (const auto& [role, privileges] : list) to[privileges].push_back(role);
      for (const auto& [privileges, roles] : to) statement(privileges, on, roles, first);
    }
    Names second;
    for (const auto& [privileges, grantees] : by_privileges) {
      std::map<Names, Names> same;  // objects → roles
      for (const auto& [role, on] : grantees) same[on].push_back(role);
      for (const auto& [on, roles] : same) statement(privileges, on, roles, second);
    }
    return first.size() <= second.size() ? first : second;
  }

  void write_best(const std::string& path) const {
    std::ofstream out(path);
    out << "SET search_path = '';\n";
    for (const auto& [kind, keyword] : {std::pair("schemas", "SCHEMA"), std::pair("tables", "TABLE"), std::pair("sequences", "SEQUENCE")}) {
      const auto found = grants_.find(kind);
      if (found == grants_.end()) continue;
      std::map<std::string, std::map<std::string, std::map<std::string, std::set<std::string>>>> schemas;
      for (const auto& [object, list] : found->second) {
        // Schemas have nothing in common with each other but their kind.
        schemas[std::string(kind) == "schemas" ? "" : object.substr(0, object.find('.'))][object] = list;
      }
      for (const auto& [schema, objects] : schemas) {
        for (const std::string& sql : rectangles(objects, keyword)) out << sql << '\n';
      }
    }
    for (const std::string& sql : columns_) out << sql << '\n';
  }

  void write_drift(const std::string& path) const {
    std::ofstream out(path);
    Random random(4711);
    out << "SET synchronous_commit = off;\nBEGIN;\n";
    for (const Schema& schema : schemas_) {
      for (int i = 0; i < plain_tables_; ++i) {
        if (!random.chance(1)) continue;
        const std::string table = fmt::format("{}.table_{:04}", schema.name, i);
        out << fmt::format("{} ON {} {} {};\n", random.chance(50) ? "GRANT TRIGGER" : "GRANT INSERT", table, "TO", random.pick(groups_));
        if (random.chance(50)) out << fmt::format("REVOKE SELECT ON {} FROM {};\n", table, random.pick(groups_));
      }
    }
    out << "COMMIT;\n";
  }

  Random random_;
  bool mixed_;
  Names owners_;
  Names groups_;
  Names logins_;
  std::map<std::string, Names> member_of_;
  std::vector<Schema> schemas_;
  int functions_ = 0;
  int plain_tables_ = 0;
  std::map<std::string, Grants> grants_;  // kind → object → grantee → privileges
  Names columns_;
  std::string yaml_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) {
    std::cerr << "usage: generate SCHEMAS TABLES ROLES wide|mixed SEED FOLDER\n";
    return 1;
  }
  Generator(std::stoi(argv[1]), std::stoi(argv[2]), std::stoi(argv[3]), std::string(argv[4]) == "mixed", std::stoull(argv[5]))
      .write(argv[6]);
  return 0;
}
