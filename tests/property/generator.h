// Random cases. generate() calls these parts: what the database holds (universe.cpp, others.cpp), the SQL that makes it and the access
// noise on it (bootstrap.cpp, objects_sql.cpp, noise.cpp), and what the charter says (charter.cpp, charter_grants.cpp). The YAML is written
// by yaml.cpp from the finished spec.
#pragma once

#include "property/random.h"
#include "property/spec.h"

namespace pgcharter::property {

/// The same case for the same seed, always.
Case generate(std::uint64_t seed);

// The parts, in this order.
void make_universe(Rng& rng, Case& c);
void make_others(Rng& rng, Case& c);  // a part of it
void make_bootstrap(Rng& rng, Case& c);
void make_charter(Rng& rng, Case& c);
void make_grants(Rng& rng, Case& c);  // a part of it
void make_yaml(Rng& rng, Case& c);

/// Those that may own things, by their names before the charter: they exist, and the charter does not drop them.
std::vector<std::string> existing_roles(const Case& c);

std::string sql_qualified(const ObjectKey& key);
std::string sql_object(const ObjectSpec& object);  // TABLE "s"."t", ROUTINE "s"."f"(integer): what GRANT … ON takes
std::string sql_list(const std::vector<std::string>& items);
std::string sql_grantee(const std::string& name);
void create_object(Rng& rng, const ObjectSpec& object, Case& c);
void give_to_owner(const ObjectSpec& object, Case& c);
/// Makes it a member of an extension, which records the list that it has at that moment (pg_init_privs).
void make_member(Rng& rng, const ObjectSpec& object, Case& c);
void make_noise(Rng& rng, Case& c);

/// What takes the case from the server again when its database is dropped, one by one.
std::vector<std::string> clean_up_sql(const Case& c);

}  // namespace pgcharter::property
