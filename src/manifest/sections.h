// One function per section of a manifest; each reads its part of the merged tree into the charter.
#pragma once

#include <span>
#include <string>
#include <utility>

#include "manifest/reader.h"

namespace pgcharter {

void read_scope(Reader& reader, const Node& node);
void read_roles(Reader& reader, const Node& node);
/// The attributes and memberships that a role's entry and a profile have in common.
void read_role_common(Reader& reader, const Node& node, RoleRule& rule);
/// `entra:` of a role, after its attributes are read.
void read_entra(Reader& reader, const Node& role, const Node& node, RoleRule& rule);
/// The recipe of Single Server, which is retired: its roles, and its parameter.
bool is_single_server_role(std::string_view name);
void tell_single_server_role(Reader& reader, const SourcePos& pos, std::string_view name);
void tell_single_server_setting(Reader& reader, const Node& node);
/// The boolean attributes by their keys.
using RoleFlag = std::pair<std::string_view, bool RoleAttributes::*>;
std::span<const RoleFlag> role_flags();
SettingRules read_settings(Reader& reader, const Node& node, std::string_view what);

void read_databases(Reader& reader, const Node& node);
/// The sections that a database has, from its own entry or from the top level.
void read_database_sections(Reader& reader, const Node& node, DatabaseCharter& database);
void read_extensions(Reader& reader, const Node& node, DatabaseCharter& database);
void read_schemas(Reader& reader, const Node& node, DatabaseCharter& database);
void read_tables(Reader& reader, const Node& node, DatabaseCharter& database);
/// `distribute:` and `hypertable:` of a table.
std::optional<DistributeRule> read_distribute(Reader& reader, const Node& node);
std::optional<HypertableRule> read_hypertable(Reader& reader, const Node& node);
/// `profile` is the use of a profile that the functions come from, or null.
void read_functions(Reader& reader, const Node& node, const GrantRule* profile, DatabaseCharter& database);
void read_ownership(Reader& reader, const Node& node, DatabaseCharter& database);

void read_grants(Reader& reader, const Node& node, DatabaseCharter& database);
/// Fills `rule` from everything but `to`; false where an error leaves nothing of it.
bool read_grant_body(Reader& reader, const Node& node, GrantRule& rule);
void read_default_privileges(Reader& reader, const Node& node, DatabaseCharter& database);
/// `to` is given by whoever uses a profile, else it stands in the entry.
void read_default_privilege(Reader& reader, const Node& node, const std::vector<std::string>* to, DatabaseCharter& database);

void read_profiles(Reader& reader, const Node& node);
/// An entry of grants that has `profile:`.
void use_profile(Reader& reader, const Node& entry, DatabaseCharter& database);
/// Where, and by which file name, the built-in profiles are shown in diagnostics.
void add_built_in_profiles(Reader& reader, Diagnostics& diagnostics);
/// What profiles gave to roles, joined with the roles' own entries.
void apply_role_additions(Reader& reader);

/// What can only be said when everything is read: references, contradictions, circles.
void validate_charter(Reader& reader);
/// The same for tables, functions and schemas of one database.
void validate_structure(Reader& reader, const DatabaseCharter& database);

}  // namespace pgcharter
