// What a rule of the spec names, by the plainest reading of DESIGN 2. Shared by the generator (which must not write
// contradictions) and the model.
#pragma once

#include <string>
#include <vector>

#include "property/spec.h"

namespace pgcharter::property {

bool item_matches(const Item& item, const ObjectSpec& object);
/// It names one object, without a pattern.
bool is_literal(const Item& item);
/// By one of `items`, and by none of `except`.
bool rule_matches(const std::vector<Item>& items, const std::vector<Item>& except, const ObjectSpec& object);
bool rule_matches(const GrantSpec& grant, const ObjectSpec& object);
/// The privileges of a rule on a kind; `all` expanded.
std::vector<std::string> rule_privileges(bool all, const std::vector<std::string>& privileges, Kind kind);
bool contains(const std::vector<std::string>& items, const std::string& item);

/// All rules one by one: a profile's instead of the entry that uses it.
std::vector<const GrantSpec*> flat_grants(const Case& c);
/// Every object a rule can name, schemas and the database among them, also those that the charter creates.
std::vector<ObjectSpec> all_objects(const Case& c);

/// True where `absent` forbids something that `present` asks for, columns left out of account.
bool contradicts(const Case& c, const GrantSpec& absent, const GrantSpec& present);

}  // namespace pgcharter::property
