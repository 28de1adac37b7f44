// Random cases. generate() calls three parts, each in a file of its own: what the database holds (universe.cpp), the
// SQL that makes it and the access noise on it (bootstrap.cpp), and what the charter says (charter.cpp). The YAML is
// written by yaml.cpp from the finished spec.
#pragma once

#include "property/random.h"
#include "property/spec.h"

namespace pgcharter::property {

/// The same case for the same seed, always.
Case generate(std::uint64_t seed);

// The parts, in this order.
void make_universe(Rng& rng, Case& c);
void make_bootstrap(Rng& rng, Case& c);
void make_charter(Rng& rng, Case& c);
void make_yaml(Rng& rng, Case& c);

/// Those that may own things, by their names before the charter: they exist, and the charter does not drop them.
std::vector<std::string> existing_roles(const Case& c);
std::string sql_object(const ObjectSpec& object);  // TABLE "s"."t", FUNCTION "s"."f"(integer)

}  // namespace pgcharter::property
