// Privileges: the baseline list of each object against the list it must end with.
//
// Objects with the same kind, owner, lists and rules differ in the same way: one set of changes for all of them. A REVOKE names the
// grantor that holds the entry; what only falls through another REVOKE's CASCADE is marked `implied` (recursive_revoke() in acl.c).

#include <algorithm>
#include <tuple>

#include "diff/concerns.h"

namespace pgcharter {

Reason reason_of(const Desired& desired, const std::vector<RuleUse>& uses, RoleId grantee, PrivilegeSet privileges, bool grant) {
  for (const RuleUse& use : uses) {
    if (use.grantee != grantee || use.absent == grant || !use.privileges.intersects(privileges)) continue;
    return {desired.rules[use.rule].text, desired.rules[use.rule].pos};
  }
  return {grant ? "keeps what a CASCADE would take away" : "not in the charter", std::nullopt};
}

namespace {

/// One class of objects, or of equally named columns.
struct Class {
  ObjectKind kind{};
  RoleId owner{};
  AclId baseline{};
  AclId acl{};
  std::uint32_t rules = 0;
  bool column_grants = false;  ///< columns of the same tables get privileges: the table's REVOKE must come first
  std::string column;

  auto operator<=>(const Class&) const = default;
};

const AclEntry* find_entry(const Acl& acl, const AclEntry& like) {
  const auto it = std::ranges::find_if(acl, [&](const AclEntry& e) { return e.grantee == like.grantee && e.grantor == like.grantor; });
  return it == acl.end() ? nullptr : &*it;
}

class ClassDiff {
 public:
  ClassDiff(const State& actual, const Desired& desired, const DesiredObjects& objects, int database, std::vector<Change>& changes)
      : actual_(actual), desired_(desired), objects_(objects), database_(database), changes_(changes) {}

  void run(const Class& c, ObjectList list) {
    class_ = &c;
    uses_ = objects_.uses(c.rules);
    list_ = std::move(list);
    const Acl& before = (*actual_.acls)[c.baseline];
    const Acl& after = (*actual_.acls)[c.acl];
    for (const AclEntry& entry : after) grant(entry, find_entry(before, entry));
    for (const AclEntry& entry : before) revoke(entry, find_entry(after, entry), before, after);
  }

 private:
  void add(ChangePrivileges change) {
    if (change.privileges.empty() || actual_.names->dangling(change.grantee)) return;
    change.kind = class_->kind;
    change.objects = list_;
    change.column = class_->column;
    Reason reason = reason_of(desired_, uses_, change.grantee, change.privileges, change.grant);
    if (change.cascade) reason.text += ", with CASCADE";
    if (change.implied) reason.text += ", falls by CASCADE";
    changes_.push_back({.database = database_, .body = std::move(change), .reason = std::move(reason)});
  }

  void grant(const AclEntry& after, const AclEntry* before) {
    const PrivilegeSet had = before != nullptr ? before->privileges : PrivilegeSet{};
    const PrivilegeSet could = before != nullptr ? before->grantable : PrivilegeSet{};
    const PrivilegeSet options = after.grantable - could;
    const RoleId grantor = after.grantor == class_->owner ? kNoRole : after.grantor;
    add({.grant = true, .grantee = after.grantee, .privileges = (after.privileges - had) - options, .grantor = grantor});
    add({.grant = true, .grantee = after.grantee, .privileges = options, .grant_option = true, .grantor = grantor});
  }

  [[nodiscard]] PrivilegeSet fallen(RoleId role, const Acl& before, const Acl& after) const {
    return cascading_options(before, after, role, class_->owner, *desired_.inheritance);
  }

  void revoke(const AclEntry& before, const AclEntry* after, const Acl& all_before, const Acl& all_after) {
    const PrivilegeSet kept = after != nullptr ? after->privileges : PrivilegeSet{};
    const PrivilegeSet kept_options = after != nullptr ? after->grantable : PrivilegeSet{};
    const bool by_owner = before.grantor == class_->owner;
    const PrivilegeSet falls = by_owner ? PrivilegeSet{} : fallen(before.grantor, all_before, all_after);
    const PrivilegeSet lost = before.grantee == class_->owner ? PrivilegeSet{} : fallen(before.grantee, all_before, all_after);
    PrivilegeSet dependents;
    for (const AclEntry& e : all_before) {
      if (e.grantor == before.grantee && e.grantor != class_->owner) dependents |= e.privileges & lost;
    }
    const PrivilegeSet gone = before.privileges - kept;
    const PrivilegeSet options = (before.grantable - kept_options) & kept;
    auto emit = [&](PrivilegeSet privileges, bool option) {
      ChangePrivileges change{.grantee = before.grantee, .grant_option = option, .grantor = by_owner ? kNoRole : before.grantor};
      change.before_grants = class_->column_grants && class_->column.empty();
      change.privileges = (privileges - falls) - dependents;
      add(change);
      change.privileges = (privileges - falls) & dependents;
      change.cascade = true;
      add(change);
      change.cascade = false;
      change.privileges = privileges & falls;
      change.implied = true;
      add(change);
    };
    emit(gone, false);
    emit(options, true);
  }

  const State& actual_;
  const Desired& desired_;
  const DesiredObjects& objects_;
  int database_;
  std::vector<Change>& changes_;
  const Class* class_ = nullptr;
  std::vector<RuleUse> uses_;
  ObjectList list_;
};

/// Tables some of whose columns gain privileges.
std::vector<bool> tables_with_column_grants(const State& actual, const DesiredObjects& objects) {
  std::vector<bool> result;
  if (objects.columns.empty()) return result;
  result.resize(objects.size());
  for (const DesiredColumn& column : objects.columns) {
    for (const AclEntry& entry : (*actual.acls)[column.acl]) {
      const AclEntry* before = find_entry((*actual.acls)[column.baseline], entry);
      if (before == nullptr || !before->privileges.includes(entry.privileges) || !before->grantable.includes(entry.grantable))
        result[column.object] = true;
    }
  }
  return result;
}

}  // namespace

void diff_grants(const State& actual, const Desired& desired, const DesiredObjects& objects, int database, std::vector<Change>& changes) {
  std::map<Class, std::vector<std::uint32_t>> classes;
  const std::vector<bool> column_grants = tables_with_column_grants(actual, objects);
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const DesiredObject& d = objects.desired[i];
    if (d.baseline == d.acl) continue;
    classes[{.kind = objects.object(i).id.kind,
             .owner = d.owner,
             .baseline = d.baseline,
             .acl = d.acl,
             .rules = d.rules,
             .column_grants = !column_grants.empty() && column_grants[i],
             .column = {}}]
        .push_back(static_cast<std::uint32_t>(i));
  }
  for (const DesiredColumn& c : objects.columns) {
    if (c.baseline == c.acl) continue;
    classes[{.kind = ObjectKind::Table,
             .owner = objects.desired[c.object].owner,
             .baseline = c.baseline,
             .acl = c.acl,
             .rules = c.rules,
             .column_grants = false,
             .column = c.name}]
        .push_back(c.object);
  }
  ClassDiff diff(actual, desired, objects, database, changes);
  for (auto& [key, list] : classes) diff.run(key, std::make_shared<const std::vector<std::uint32_t>>(std::move(list)));
}

}  // namespace pgcharter
