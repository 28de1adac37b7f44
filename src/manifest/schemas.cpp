// The sections of a database that are keyed by plain names: schemas, extensions, and the databases themselves; and bulk
// ownership. Functions are read before grants, because a profile that brings one must agree with the charter's own.
#include <fmt/format.h>

#include "manifest/sections.h"

namespace pgcharter {

void read_extensions(Reader& reader, const Node& node, DatabaseCharter& database) {
  if (!reader.is_map(node, "\"extensions\"")) return;
  for (const NodeEntry& entry : node.entries) {
    const auto name = reader.name(entry.key, "the extension");
    if (!reader.check_keys(entry.value, kExtensionMapping, "an extension") || !name) continue;
    ExtensionRule rule;
    rule.name = *name;
    rule.pos = reader.pos(entry.key);
    if (const Node* value = entry.value.find("schema")) rule.schema = reader.name(*value, "\"schema\"");
    if (const Node* value = entry.value.find("version")) rule.version = reader.text(*value, "\"version\"");
    database.extensions.emplace(*name, std::move(rule));
  }
}

namespace {

void check_distributed_schema(Reader& reader, const Node& value, const SchemaRule& rule) {
  if (!rule.distribute.value_or(false)) return;
  if (rule.name == "public") {
    reader.error("invalid-combination", value, "the schema \"public\" can't be distributed",
                 "Citus refuses that; make a schema of its own for each tenant.");
  } else if (rule.ensure == Ensure::Absent) {
    reader.error("invalid-combination", value, "an absent schema can't be distributed");
  }
}

}  // namespace

void read_schemas(Reader& reader, const Node& node, DatabaseCharter& database) {
  if (!reader.is_map(node, "\"schemas\"")) return;
  for (const NodeEntry& entry : node.entries) {
    const auto name = reader.name(entry.key, "the schema");
    if (!reader.check_keys(entry.value, kSchemaMapping, "a schema") || !name) continue;
    if (is_system_schema(*name)) {
      reader.error("reserved-name", entry.key, fmt::format("the schema \"{}\" belongs to the system and is never managed", *name));
      continue;
    }
    SchemaRule rule;
    rule.name = *name;
    rule.pos = reader.pos(entry.key);
    if (const Node* value = entry.value.find("ensure")) rule.ensure = reader.ensure(*value).value_or(Ensure::Present);
    if (const Node* value = entry.value.find("owner")) rule.owner = reader.role(*value, "the owner");
    if (const Node* value = entry.value.find("creators")) rule.creators = reader.roles(*value, "a creator");
    if (rule.ensure == Ensure::Absent && (entry.value.find("owner") != nullptr || entry.value.find("creators") != nullptr)) {
      reader.error("invalid-combination", entry.key, "an absent schema has neither owner nor creators");
    }
    if (const Node* value = entry.value.find("distribute")) {
      rule.distribute = reader.boolean(*value, "\"distribute\"");
      check_distributed_schema(reader, *value, rule);
    }
    database.schemas.emplace(*name, std::move(rule));
  }
}

void read_ownership(Reader& reader, const Node& node, DatabaseCharter& database) {
  for (const Node* item : reader.list(node, "\"ownership\"")) {
    if (!reader.check_keys(*item, kOwnershipMapping, "an entry of \"ownership\"")) continue;
    OwnershipRule rule;
    rule.pos = reader.pos(*item);
    const Node* owner = item->find("owner");
    const Node* of = item->find("of");
    if (owner == nullptr) reader.error("missing-key", *item, "an entry of \"ownership\" has no \"owner\"");
    if (of == nullptr) reader.error("missing-key", *item, "an entry of \"ownership\" has no \"of\"");
    const auto name = owner != nullptr ? reader.role(*owner, "the owner") : std::nullopt;
    if (of != nullptr) rule.objects = reader.objects(*of, "\"of\"");
    if (const Node* except = item->find("except")) rule.except = reader.objects(*except, "\"except\"");
    for (const ObjectPattern& object : rule.objects) {
      if (!info(object.kind).has_owner) {
        reader.error("wrong-kind", object.pos, fmt::format("{} have no owner", info(object.kind).manifest_key));
      }
    }
    if (!name || rule.objects.empty()) continue;
    rule.owner = *name;
    database.ownership.push_back(std::move(rule));
  }
}

void read_database_sections(Reader& reader, const Node& node, DatabaseCharter& database) {
  if (const Node* section = node.find("extensions")) read_extensions(reader, *section, database);
  if (const Node* section = node.find("schemas")) read_schemas(reader, *section, database);
  if (const Node* section = node.find("tables")) read_tables(reader, *section, database);
  if (const Node* section = node.find("functions")) read_functions(reader, *section, nullptr, database);
  if (const Node* section = node.find("ownership")) read_ownership(reader, *section, database);
  if (const Node* section = node.find("grants")) read_grants(reader, *section, database);
  if (const Node* section = node.find("default_privileges")) read_default_privileges(reader, *section, database);
}

void read_databases(Reader& reader, const Node& node) {
  if (!reader.is_map(node, "\"databases\"")) return;
  if (node.entries.empty()) reader.error("empty", node, "\"databases\" names no database");
  for (const NodeEntry& entry : node.entries) {
    const auto name = reader.name(entry.key, "the database");
    if (!reader.check_keys(entry.value, kDatabaseMapping, "a database") || !name) continue;
    DatabaseCharter database;
    database.name = *name;
    database.pos = reader.pos(entry.key);
    if (const Node* value = entry.value.find("owner")) database.owner = reader.role(*value, "the owner");
    if (const Node* value = entry.value.find("settings")) database.settings = read_settings(reader, *value, "\"settings\"");
    read_database_sections(reader, entry.value, database);
    reader.charter().databases.push_back(std::move(database));
  }
}

}  // namespace pgcharter
