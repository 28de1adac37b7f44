// The test's own table of kinds: what the manifest, SQL and PostgreSQL's functions call each of them, and what it can have. Written from
// the documentation of GRANT, ALTER DEFAULT PRIVILEGES and the access privilege inquiry functions, and not from the product's table.
#pragma once

#include <string>
#include <vector>

namespace pgcharter::property {

enum class Kind {
  Database,
  Schema,
  Table,
  Sequence,
  Function,
  Type,
  Language,
  Wrapper,
  Server,
  Tablespace,
  Parameter,
  LargeObject,
};

struct KindWords {
  Kind kind{};
  const char* singular = "";            // in complaints
  const char* key = "";                 // in manifests
  const char* sql = "";                 // GRANT … ON, and mostly ALTER … OWNER TO
  const char* has_privilege = "";       // PostgreSQL's function
  const char* default_words = "";       // ALTER DEFAULT PRIVILEGES … ON; empty where there are none
  char default_letter = 0;              // pg_default_acl.defaclobjtype
  char acldefault_letter = 0;           // acldefault(); another alphabet
  const char* public_default = "";      // PUBLIC's built-in privilege on objects of a database
  std::vector<std::string> privileges;  // before 17
};

/// All kinds that the server has, in the order of the enumeration.
const std::vector<KindWords>& all_kinds();
const KindWords& words(Kind kind);

/// schema.name
bool in_schema(Kind kind);
/// Belongs to the whole server: what a case does to one must be undone after it.
bool cluster_wide(Kind kind);

/// Kinds that have default privileges on this server; IN SCHEMA is possible for those that live in schemas.
std::vector<Kind> default_kinds();

/// The major version of the server that cases are made for: one per process, 15 until it is said.
void use_server(int major);
int server_major();

/// Every privilege that a kind has on that server.
const std::vector<std::string>& kind_privileges(Kind kind);
/// Those that a column can have.
const std::vector<std::string>& column_privileges();

}  // namespace pgcharter::property
