// The maker of models; its parts are in model.cpp (owners, scope, grants), model_roles.cpp and model_defaults.cpp.
#pragma once

#include "property/matching.h"
#include "property/model.h"

namespace pgcharter::property {

/// What the rules of the charter say about one privilege.
struct Said {
  bool present = false;
  bool grantable = false;
  bool absent = false;
  bool expired = false;
};

struct Base {
  bool held = false;
  bool grantable = false;
};

Base base_of(const std::vector<Entry>& entries, const std::string& grantee, const std::string& privilege);

class ModelMaker {
 public:
  ModelMaker(const Case& c, const Snapshot& before) : case_(c), before_(before), grants_(flat_grants(c)) {}

  Model make();

 private:
  // Roles and memberships.
  Status status(const std::string& role) const;
  bool family(const char* name) const { return !case_.scope.without_families.contains(name); }
  bool role_in_scope(const std::string& role) const;
  void roles();
  void memberships();
  WantedOptions options(const std::string& group, const std::string& member) const;
  Want membership(const std::string& group, const std::string& member) const;

  // Objects: what there is, whose it is, whether the charter decides about it, and who may do what.
  void find_objects();
  bool found_by_pattern(const ObjectKey& parameter) const;
  const SchemaSpec* schema_spec(const std::string& name) const;
  std::string owner_of(const ObjectSpec& spec) const;
  bool ignored(const ObjectSpec& spec) const;
  bool schema_in_scope(const std::string& schema) const;
  bool object_in_scope(const ObjectSpec& spec) const;
  Said said_about(const ObjectSpec& spec, const std::string& column, const std::string& grantee, const std::string& privilege) const;
  Want decide(const Said& said, const Base& base, bool owner, bool in_scope, const Base& rest = {}) const;
  std::vector<std::string> grantees() const;
  void object(const ObjectSpec& spec);
  void columns(const ObjectSpec& spec, const std::string& column, const std::string& grantee, const std::vector<Entry>& entries,
               bool untouched, ObjectModel& model);

  // Default privileges.
  std::string database_owner() const;
  std::vector<std::string> creators_of(const std::string& schema) const;
  bool future_covers(const Item& item, const std::string& creator, const std::string& schema) const;
  bool named_globally(const std::string& creator, Kind kind) const;
  Said said_about_default(const DefaultKey& key, const std::string& grantee, const std::string& privilege) const;
  void defaults();
  void default_acl(const DefaultKey& key);

  const Case& case_;
  const Snapshot& before_;
  std::vector<const GrantSpec*> grants_;
  std::map<ObjectKey, ObjectSpec> objects_;
  Model model_;
};

void hear(Said& said, const GrantSpec& grant);

}  // namespace pgcharter::property
