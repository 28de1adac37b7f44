// load_charter: files → trees → one tree → charter.
//
// The order is forced: variables are gathered over all files before any scalar is expanded, keys are expanded before
// files are merged by key, and references are checked when all roles are known. Findings are put into the order of the
// files at the end, since the order of reading means nothing to whoever has to repair them. Lines that hold a secret by
// mistake are cut before anything is handed out.
#include <algorithm>
#include <future>
#include <tuple>

#include <fmt/format.h>

#include "base/files.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/strings.h"
#include "manifest/merge.h"
#include "manifest/sections.h"
#include "manifest/variables.h"
#include "manifest/yaml_reader.h"

namespace pgcharter {

namespace {

constexpr std::size_t kLargeCharter = std::size_t{1} << 20U;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

void add_path(std::vector<std::string>& paths, const std::string& path) {
  if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(path);
}

std::vector<CharterFile> read_files(const CharterSources& sources, Diagnostics& found) {
  if (!sources.documents.empty()) return sources.documents;
  std::vector<std::string> paths;
  for (const std::string& path : sources.paths) {
    if (path == "-" || !is_directory(path)) {
      add_path(paths, path);
      continue;
    }
    const auto below = yaml_files_below(path);
    if (below.empty()) found.error("empty", {path, 0, 0}, "the folder holds no manifest", "Manifests end in .yaml or .yml.");
    for (const std::string& file : below) add_path(paths, file);
  }
  std::vector<CharterFile> files;
  for (const std::string& path : paths) {
    files.push_back({path, {}, path == "-" ? sources.standard_input : read_file(path, kMaximalManifestSize)});
  }
  return files;
}

/// Fills in the sums, where the files are large while the caller goes on.
std::future<void> hash_beside(std::vector<CharterFile>& files) {
  return std::async(are_large(files) ? std::launch::async : std::launch::deferred, [&files] {
    for (CharterFile& file : files) file.sha256 = sha256_hex(file.text.str());
  });
}

SharedText without_mark(const SharedText& text) {
  return text.str().starts_with(kByteOrderMark) ? SharedText(text.str().substr(kByteOrderMark.size())) : text;
}

// Everything but vars and profiles, whose texts are expanded when they are used.
void expand_manifest(Reader& reader, Node& root) {
  for (NodeEntry& entry : root.entries) {
    if (entry.key.text == "profiles") {
      reader.report_duplicates(entry.value);
    } else if (entry.key.text != "vars") {
      reader.expand(entry.value, reader.variables);
    }
  }
  reader.report_duplicates(root);
}

void read_header(Reader& reader, const Node& root, const SourcePos& begin) {
  const Node* version = root.find("charter");
  if (version == nullptr) {
    reader.error("missing-key", begin, "\"charter: 1\" is missing", "It says which version of the format the manifests are written in.");
  } else if (const auto number = reader.integer(*version, "\"charter\"", 0, 1000000); number && *number != 1) {
    reader.error("bad-version", *version, fmt::format("version {} of the format is not known; this program reads version 1", *number));
  }
  const Node* name = root.find("name");
  if (name == nullptr) {
    reader.error("missing-key", begin, "the charter has no \"name\"", "It shows in plans and in application_name.");
    return;
  }
  if (const auto text = reader.text(*name, "\"name\"")) {
    if (text->empty()) reader.error("bad-name", *name, "the charter's name is empty");
    reader.charter().name = *text;
  }
}

void read_sections(Reader& reader, const Node& root) {
  if (const Node* section = root.find("scope")) read_scope(reader, *section);
  if (const Node* section = root.find("roles")) read_roles(reader, *section);
  if (const Node* section = root.find("profiles")) read_profiles(reader, *section);
  const Node* databases = root.find("databases");
  if (databases == nullptr) {
    reader.charter().databases.emplace_back();
    read_database_sections(reader, root, reader.charter().databases.front());
    return;
  }
  for (const NodeEntry& entry : root.entries) {
    const bool of_database = std::any_of(kDatabaseMapping.keys.begin(), kDatabaseMapping.keys.end(),
                                         [&](const Key& key) { return key.supported && key.name == entry.key.text; });
    const bool of_charter =
        std::any_of(kCharterMapping.keys.begin(), kCharterMapping.keys.end(), [&](const Key& key) { return key.name == entry.key.text; });
    if (of_database && of_charter) {
      reader.error("invalid-combination", entry.key, fmt::format("\"{}\" can't stand beside \"databases\"", entry.key.text),
                   "With \"databases\" every database has its own sections.");
    }
  }
  read_databases(reader, *databases);
}

// Parses all files; nothing where one of them is no YAML, since everything that follows would be guesswork.
std::optional<std::vector<Node>> parse_files(Reader& reader, const std::vector<CharterFile>& files, Diagnostics& found) {
  std::vector<Node> trees;
  for (const CharterFile& file : files) {
    const SharedText text = without_mark(file.text);
    found.add_source(file.path, text);
    auto tree = parse_yaml(text.str(), reader.add_file(file.path), file.path, found);
    if (tree && reader.is_map(*tree, "a manifest")) trees.push_back(std::move(*tree));
  }
  if (found.has_errors()) return std::nullopt;
  return trees;
}

void read_charter(Reader& reader, std::vector<Node> trees, const CharterSources& sources, Diagnostics& found) {
  Charter& charter = reader.charter();
  add_built_in_profiles(reader, found);
  const Node vars = merged_vars(reader, trees);
  reader.variables = resolve_variables(reader, vars, sources);
  Node root;
  root.kind = Node::Kind::Map;
  for (Node& tree : trees) {
    expand_manifest(reader, tree);
    reader.check_keys(tree, kCharterMapping, "a manifest");
    tree.entries.remove_if([](const NodeEntry& entry) { return entry.key.text == "vars"; });
    merge_manifest(reader, root, std::move(tree));
  }
  read_header(reader, root, {charter.files.empty() ? std::string() : charter.files.front().path, 1, 1});
  read_sections(reader, root);
  apply_role_additions(reader);
  validate_charter(reader);
  check_overrides(reader, vars, sources);
  charter.vars = reader.variables;
  std::erase_if(charter.vars, [&](const auto& variable) {
    return vars.find(variable.first) == nullptr && !reader.used_variables().contains(variable.first);
  });
}

// A password that was written into a manifest stays there, also where YAML was broken before it could be understood.
void hide_secrets(Diagnostic& diagnostic, const std::set<SourcePos>& secrets) {
  std::string& line = diagnostic.source_line;
  for (const SourcePos& secret : secrets) {
    if (secret.file != diagnostic.pos.file || secret.line != diagnostic.pos.line) continue;
    line = line.substr(0, static_cast<std::size_t>(secret.column - 1)) + "…";
  }
  const auto word = to_lower(line).find("password");
  if (word == std::string::npos) return;
  const auto colon = line.find(':', word);
  if (colon == std::string::npos) return;
  const auto value = line.find_first_not_of(" \t\"'", colon + 1);
  if (value != std::string::npos && line[value] != '{' && line[value] != '#') line = line.substr(0, colon + 1) + " …";
}

void hand_over(const Diagnostics& found, const std::vector<CharterFile>& files, const std::set<SourcePos>& secrets,
               Diagnostics& diagnostics) {
  std::vector<Diagnostic> sorted = found.all();
  std::map<std::string, std::size_t> order;
  for (const CharterFile& file : files) order.emplace(file.path, order.size());
  const auto key = [&](const Diagnostic& d) {
    const auto file = order.find(d.pos.file.str());
    return std::tuple(file == order.end() ? files.size() : file->second, d.pos.line, d.pos.column);
  };
  std::stable_sort(sorted.begin(), sorted.end(), [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
  std::set<std::tuple<SourcePos, std::string, std::string>> seen;  // a profile that is used twice has its mistake once
  for (Diagnostic& diagnostic : sorted) {
    if (!seen.emplace(diagnostic.pos, diagnostic.code, diagnostic.message).second) continue;
    hide_secrets(diagnostic, secrets);
    diagnostics.add(std::move(diagnostic));
  }
}

}  // namespace

bool are_large(const std::vector<CharterFile>& files) {
  std::size_t size = 0;
  for (const CharterFile& file : files) size += file.text.str().size();
  return size >= kLargeCharter;
}

std::optional<Charter> load_charter(const CharterSources& sources, Diagnostics& diagnostics) {
  Charter charter;
  Diagnostics found;
  Reader reader(found, charter);
  charter.files = read_files(sources, found);
  if (sources.files_read) sources.files_read(charter.files);
  std::future<void> hashing;
  if (sources.documents.empty()) hashing = hash_beside(charter.files);  // a saved plan brings its own
  if (auto trees = parse_files(reader, charter.files, found)) read_charter(reader, std::move(*trees), sources, found);
  if (hashing.valid()) hashing.get();
  for (const CharterFile& file : charter.files) diagnostics.add_source(file.path, without_mark(file.text));
  hand_over(found, charter.files, reader.secrets(), diagnostics);
  if (found.has_errors()) return std::nullopt;
  if (are_large(charter.files)) give_memory_back();  // the trees
  return charter;
}

}  // namespace pgcharter
