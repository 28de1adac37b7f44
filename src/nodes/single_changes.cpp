// What Citus brings to the workers by itself, and what it never does, differ by object and by option; so does what was shown and what is
// found later. Kinds of changes that are never planned for a worker have no key.

#include "nodes/single_changes.h"

#include <array>

namespace pgcharter {
namespace {

constexpr std::array<bool RoleAttributes::*, 7> kFlags{&RoleAttributes::superuser, &RoleAttributes::createdb, &RoleAttributes::createrole,
                                                       &RoleAttributes::inherit,   &RoleAttributes::login,    &RoleAttributes::replication,
                                                       &RoleAttributes::bypassrls};
constexpr int kLimit = 7;

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string key;
  for (std::string_view part : parts) {
    key += part;
    key += '\0';  // in no name
  }
  return key;
}

std::string_view digit(bool value) { return value ? "1" : "0"; }

class Singles {
 public:
  Singles(const State& state, const Desired& desired, int database, const std::function<void(const SingleChange&)>& each)
      : state_(state), desired_(desired), database_(database), each_(each) {}

  void operator()(const RenameRole& c) { one({"rename role", c.from, role(c.role)}); }
  void operator()(const CreateRole& c) { one({"create role", role(c.role)}); }
  void operator()(const AlterRole& c) {
    for (int part = 0; part < kRoleAttributes; ++part) {
      if (attribute_text(c.before, part) != attribute_text(c.after, part))
        each_({.key = attribute_key(role(c.role), c.after, part), .part = part});
    }
  }
  void operator()(const CommentRole& c) { one({"comment", role(c.role), digit(c.after.has_value()), c.after.value_or("")}); }
  void operator()(const ChangeSetting& c) {
    one({"setting", c.scope.database, role(c.scope.role), c.name, digit(c.after.has_value()), c.after.value_or("")});
  }
  void operator()(const DropRole& c) { one({"drop role", role(c.role)}); }
  void operator()(const ReassignOwned& c) { one({"reassign", database(), role(c.role), role(c.to)}); }
  void operator()(const GrantMembership& c) {
    const Membership& a = c.after;
    if (!c.before) return one({"grant membership", role(a.role), role(a.member), digit(a.admin), digit(a.inherit), digit(a.set)});
    for (int part = 0; part < kMembershipOptions; ++part) {
      if (option_of(*c.before, part) == option_of(a, part)) continue;
      each_({.key = joined({"alter membership", role(a.role), role(a.member), std::to_string(part), digit(option_of(a, part))}),
             .part = part});
    }
  }
  void operator()(const RevokeMembership& c) { one({"revoke membership", role(c.membership.role), role(c.membership.member)}); }
  void operator()(const ChangeOwner& c) {
    for (std::uint32_t i : *c.objects) each_({.key = object_key("owner", i) + role(c.after), .object = i});
  }
  void operator()(const ChangePrivileges& c) {
    const std::string tail = joined({c.column, role(c.grantee), digit(c.grant_option)});
    for (std::uint32_t i : *c.objects) {
      const std::string head = object_key(c.grant ? "grant" : "revoke", i) + tail;
      for_each(c.privileges,
               [&](Privilege p) { each_({.key = head + std::string(info(p).keyword), .object = i, .part = static_cast<int>(p)}); });
    }
  }
  void operator()(const ChangeDefaultPrivileges& c) {
    const std::string head = joined({c.grant ? "default grant" : "default revoke", database(), role(c.creator), c.schema,
                                     info(c.objects).singular, role(c.grantee), digit(c.grant_option)});
    for_each(c.privileges, [&](Privilege p) { each_({.key = head + std::string(info(p).keyword), .part = static_cast<int>(p)}); });
  }
  template <typename Other>
  void operator()(const Other&) {}

 private:
  const State& state_;
  const Desired& desired_;
  int database_;
  const std::function<void(const SingleChange&)>& each_;

  void one(std::initializer_list<std::string_view> parts) { each_({.key = joined(parts)}); }
  [[nodiscard]] std::string role(RoleId id) const { return id == kNoRole ? std::string() : state_.names->name(id); }
  [[nodiscard]] std::string database() const {
    return database_ < 0 ? std::string() : desired_.databases[static_cast<std::size_t>(database_)].objects.database;
  }
  [[nodiscard]] std::string object_key(std::string_view verb, std::uint32_t i) const {
    const DesiredObjects& objects = database_ < 0 ? desired_.cluster : desired_.databases[static_cast<std::size_t>(database_)].objects;
    const ObjectName& id = objects.object(i).id;
    return joined({verb, database(), info(id.kind).singular, id.schema, id.name, id.args});
  }
};

}  // namespace

std::string attribute_text(const RoleAttributes& attributes, int part) {
  if (part < kLimit) return std::string(digit(attributes.*kFlags[static_cast<std::size_t>(part)]));
  return part == kLimit ? std::to_string(attributes.connection_limit) : attributes.valid_until;
}

void copy_attribute(const RoleAttributes& from, RoleAttributes& to, int part) {
  if (part < kLimit) {
    to.*kFlags[static_cast<std::size_t>(part)] = from.*kFlags[static_cast<std::size_t>(part)];
  } else if (part == kLimit) {
    to.connection_limit = from.connection_limit;
  } else {
    to.valid_until = from.valid_until;
  }
}

bool option_of(const Membership& membership, int part) {
  return part == kSetOption ? membership.set : part == 0 ? membership.admin : membership.inherit;
}

void set_option(Membership& membership, int part, bool value) {
  (part == kSetOption ? membership.set : part == 0 ? membership.admin : membership.inherit) = value;
}

std::string attribute_key(std::string_view role, const RoleAttributes& after, int part) {
  return joined({"alter role", role, std::to_string(part), attribute_text(after, part)});
}

void for_each_single(const State& state, const Desired& desired, const Change& change,
                     const std::function<void(const SingleChange&)>& each) {
  std::visit(Singles(state, desired, change.database, each), change.body);
}

}  // namespace pgcharter
