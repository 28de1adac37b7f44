// The structure of a database as JSON, both ways, next to each other: what one of them forgets the other one would lose.
#include "codec/structure_json.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace pgcharter {
namespace {

constexpr std::array<std::string_view, 3> kIdentities{"none", "always", "by_default"};

// ---- to JSON: a member only where its value is not the usual one
template <typename T>
void put(Json& json, const char* key, const T& value, const T& usual = T()) {
  if (value != usual) json[key] = value;
}
void put(Json& json, const char* key, const std::optional<std::string>& value) {
  if (value) json[key] = *value;
}
void put_letter(Json& json, const char* key, char letter, char usual) {
  if (letter != usual) json[key] = std::string(1, letter);
}

Json to_json(const ColumnDefinition& c) {
  Json json = {{"name", c.name}, {"type", c.type}};
  put(json, "nullable", c.nullable, true);
  put(json, "default", c.default_expression);
  if (c.identity != IdentityColumn::None) json["identity"] = kIdentities[static_cast<std::size_t>(c.identity)];
  put(json, "generated", c.generated);
  put(json, "comment", c.comment);
  return json;
}

Json to_json(const ForeignKey& k) {
  Json json = {{"name", k.name}, {"schema", k.schema}, {"table", k.table}, {"columns", k.columns}, {"other_columns", k.other_columns}};
  put(json, "incoming", k.incoming);
  return json;
}

Json to_json(const DependentRelation& v) {
  Json json = {{"schema", v.schema}, {"name", v.name}};
  put_letter(json, "relkind", v.relkind, 'v');
  put(json, "comment", v.comment);
  put(json, "column_comments", v.column_comments);
  return json;
}

Json to_json(const CitusTable& t) {
  Json json = {{"schema", t.schema}, {"name", t.name}, {"distribution", name(t.distribution)}};
  put(json, "column", t.column);
  put(json, "colocation", t.colocation);
  put(json, "shards", t.shards);
  put(json, "automatic", t.automatic);
  return json;
}

Json to_json(const CitusNode& n) {
  Json json = {{"id", n.id}, {"group", n.group}, {"host", n.host}, {"port", n.port}};
  put(json, "active", n.active, true);
  return json;
}

Json to_json(const Hypertable& h) {
  Json json = {{"schema", h.schema}, {"name", h.name}, {"column", h.column}, {"interval", h.interval}};
  put(json, "retention", h.retention);
  return json;
}

template <typename T>
Json array_of(const std::vector<T>& values) {
  Json json = Json::array();
  for (const T& value : values) json.push_back(to_json(value));
  return json;
}

// ---- and back
std::optional<std::string> optional_text(const Json& json, const char* key) {
  const Json& value = member(json, key);
  return value.is_null() ? std::nullopt : std::optional(value.get<std::string>());
}

char letter(const Json& json, const char* key, char usual) {
  const std::string text = text_member(json, key);
  return text.empty() ? usual : text.front();
}

std::vector<std::string> texts(const Json& json, const char* key) {
  const Json& value = member(json, key);
  return value.is_null() ? std::vector<std::string>() : value.get<std::vector<std::string>>();
}

template <typename F>
auto list(const Json& json, const char* key, F from_json) {
  std::vector<decltype(from_json(json))> result;
  for (const Json& item : member(json, key)) result.push_back(from_json(item));
  return result;
}

template <typename Map>
Map map_of(const Json& json, const char* key) {
  Map map;
  for (const auto& [name, value] : member(json, key).items()) map[name] = value.template get<typename Map::mapped_type>();
  return map;
}

constexpr auto by_name = [](const auto& a, const auto& b) { return std::tie(a.schema, a.name) < std::tie(b.schema, b.name); };

[[noreturn]] void refuse(const std::string& what, const std::string& word) {
  throw Error("the state holds an unknown " + what + ": " + printable(word));
}

ColumnDefinition column_from_json(const Json& json) {
  ColumnDefinition c{.name = json.at("name").get<std::string>(),
                     .type = text_member(json, "type"),
                     .nullable = json.value("nullable", true),
                     .default_expression = optional_text(json, "default"),
                     .generated = json.value("generated", false),
                     .comment = optional_text(json, "comment")};
  if (const std::string word = text_member(json, "identity"); !word.empty()) {
    const auto* found = std::ranges::find(kIdentities, word);
    if (found == kIdentities.end()) refuse("identity", word);
    c.identity = static_cast<IdentityColumn>(found - kIdentities.begin());
  }
  return c;
}

ForeignKey foreign_key_from_json(const Json& json) {
  return {.name = text_member(json, "name"),
          .schema = text_member(json, "schema"),
          .table = text_member(json, "table"),
          .columns = texts(json, "columns"),
          .other_columns = texts(json, "other_columns"),
          .incoming = json.value("incoming", false)};
}

DependentRelation dependent_from_json(const Json& json) {
  return {.schema = text_member(json, "schema"),
          .name = json.at("name").get<std::string>(),
          .relkind = letter(json, "relkind", 'v'),
          .comment = optional_text(json, "comment"),
          .column_comments = map_of<std::map<std::string, std::string>>(json, "column_comments")};
}

Distribution distribution_of(const std::string& word) {
  for (const Distribution d : {Distribution::None, Distribution::Local, Distribution::Hash, Distribution::Reference,
                               Distribution::SingleShard, Distribution::Schema, Distribution::Other}) {
    if (name(d) == word) return d;
  }
  refuse("distribution", word);
}

CitusTable citus_table_from_json(const Json& json) {
  return {.schema = text_member(json, "schema"),
          .name = json.at("name").get<std::string>(),
          .distribution = distribution_of(text_member(json, "distribution")),
          .column = text_member(json, "column"),
          .colocation = json.value("colocation", 0U),
          .shards = json.value("shards", 0),
          .automatic = json.value("automatic", false)};
}

CitusNode citus_node_from_json(const Json& json) {
  return {.id = json.value("id", 0),
          .group = json.value("group", 0),
          .host = text_member(json, "host"),
          .port = json.value("port", 5432),
          .active = json.value("active", true)};
}

Hypertable hypertable_from_json(const Json& json) {
  return {.schema = text_member(json, "schema"),
          .name = json.at("name").get<std::string>(),
          .column = text_member(json, "column"),
          .interval = text_member(json, "interval"),
          .retention = optional_text(json, "retention")};
}

}  // namespace

Json to_json(const TableDefinition& t) {
  Json json = {{"schema", t.schema}, {"name", t.name}};
  put(json, "oid", t.oid);
  put_letter(json, "relkind", t.relkind, 'r');
  put(json, "partition", t.partition);
  put(json, "temporary", t.temporary);
  json["columns"] = array_of(t.columns);
  put(json, "primary_key", t.primary_key);
  put(json, "unique", t.unique);
  if (!t.foreign_keys.empty()) json["foreign_keys"] = array_of(t.foreign_keys);
  put(json, "triggers", t.triggers);
  put(json, "comment", t.comment);
  if (!t.dependents.empty()) json["dependents"] = array_of(t.dependents);
  put(json, "rows", t.rows, -1.0);
  put(json, "bytes", t.bytes);
  return json;
}

TableDefinition table_from_json(const Json& json) {
  return {.schema = text_member(json, "schema"),
          .name = json.at("name").get<std::string>(),
          .oid = json.value("oid", 0U),
          .relkind = letter(json, "relkind", 'r'),
          .partition = json.value("partition", false),
          .temporary = json.value("temporary", false),
          .columns = list(json, "columns", column_from_json),
          .primary_key = texts(json, "primary_key"),
          .unique = map_of<std::map<std::string, std::vector<std::string>>>(json, "unique"),
          .foreign_keys = list(json, "foreign_keys", foreign_key_from_json),
          .triggers = texts(json, "triggers"),
          .comment = optional_text(json, "comment"),
          .dependents = list(json, "dependents", dependent_from_json),
          .rows = json.value("rows", -1.0),
          .bytes = json.value("bytes", 0L)};
}

Json to_json(const RoutineDefinition& r) {
  Json json = {{"schema", r.schema}, {"name", r.name}, {"args", r.args}};
  put_letter(json, "prokind", r.prokind, 'f');
  put(json, "returns", r.returns);
  json["language"] = r.language;
  json["body"] = r.body;
  put(json, "definer", r.definer);
  put(json, "settings", r.settings);
  put(json, "arguments", r.arguments);
  put_letter(json, "volatility", r.volatility, 'v');
  put(json, "strict", r.strict);
  put_letter(json, "parallel", r.parallel, 'u');
  put(json, "planner", r.planner);
  return json;
}

RoutineDefinition routine_from_json(const Json& json) {
  return {.schema = text_member(json, "schema"),
          .name = json.at("name").get<std::string>(),
          .args = text_member(json, "args"),
          .prokind = letter(json, "prokind", 'f'),
          .returns = text_member(json, "returns"),
          .language = text_member(json, "language"),
          .body = text_member(json, "body"),
          .definer = json.value("definer", false),
          .settings = map_of<std::map<std::string, std::string>>(json, "settings"),
          .arguments = json.contains("arguments") ? text_member(json, "arguments") : text_member(json, "args"),
          .volatility = letter(json, "volatility", 'v'),
          .strict = json.value("strict", false),
          .parallel = letter(json, "parallel", 'u'),
          .planner = text_member(json, "planner")};
}

Json to_json(const CitusState& citus) {
  Json json = {{"version", citus.version}};
  put(json, "group", citus.group);
  json["nodes"] = array_of(citus.nodes);
  json["tables"] = array_of(citus.tables);
  put(json, "schemas", citus.schemas);
  return json;
}

CitusState citus_from_json(const Json& json) {
  CitusState citus{.version = text_member(json, "version"),
                   .group = json.value("group", 0),
                   .nodes = list(json, "nodes", citus_node_from_json),
                   .tables = list(json, "tables", citus_table_from_json),
                   .schemas = texts(json, "schemas")};
  std::ranges::stable_sort(citus.nodes, {}, [](const CitusNode& n) { return std::tie(n.group, n.id); });
  std::ranges::sort(citus.tables, by_name);
  std::ranges::sort(citus.schemas);
  return citus;
}

Json to_json(const TimescaleState& timescale) {
  Json json = {{"version", timescale.version}, {"license", timescale.license}};
  json["hypertables"] = array_of(timescale.hypertables);
  put(json, "has_cron", timescale.has_cron);
  put(json, "cron_jobs", timescale.cron_jobs);
  return json;
}

TimescaleState timescale_from_json(const Json& json) {
  TimescaleState timescale{.version = text_member(json, "version"),
                           .license = text_member(json, "license"),
                           .hypertables = list(json, "hypertables", hypertable_from_json),
                           .cron_jobs = map_of<std::map<std::string, std::string>>(json, "cron_jobs"),
                           .has_cron = json.value("has_cron", false)};
  std::ranges::sort(timescale.hypertables, by_name);
  return timescale;
}

}  // namespace pgcharter
