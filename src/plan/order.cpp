// Which phase a change belongs to, and what comes first inside it. One visitor with one overload per kind of change and no
// default: a new kind does not compile until it has a place.
//
// Everything that is compared is a name or a fact of the catalog, never a number that one run happens to give: two runs on
// the same state print the same plan. Where one step depends on another of its phase, `rank` says so (chains.cpp).

#include "plan/order.h"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <tuple>

#include "plan/chains.h"
#include "plan/phase.h"

namespace pgcharter {
namespace {

/// What a change is sorted by inside its database. The views point into the change and the RoleNames.
struct Place {
  Phase phase{};
  int rank = 0;
  std::size_t kind = 0;
  const ObjectName* object = nullptr;
  std::string_view first;
  std::string_view second;
  std::string_view third;
  unsigned detail = 0;
};

class Placer {
 public:
  Placer(const State& actual, const Desired& desired, const std::vector<Change>& changes)
      : actual_(actual), desired_(desired), memberships_(actual, changes), executor_(actual.names->find(actual.server.user)) {}

  Place place(const Change& change) {
    objects_ = change.database < 0 ? &desired_.cluster : &desired_.databases[static_cast<std::size_t>(change.database)].objects;
    cluster_ = change.database < 0;
    Place place = std::visit(*this, change.body);
    // Kinds of changes stand in the order of the variant; kinds of objects in the order of their table, or against it.
    place.kind += change.body.index() * 2 * kObjectKindCount;
    return place;
  }

  Place operator()(const CreatePrincipal& c) const { return {.phase = Phase::CreatePrincipal, .first = name(c.role)}; }
  Place operator()(const BindPrincipal& c) const { return {.phase = Phase::CreatePrincipal, .first = name(c.role)}; }
  Place operator()(const RenameRole& c) const { return {.phase = Phase::RenameRole, .first = name(c.role)}; }
  Place operator()(const CreateRole& c) const { return {.phase = Phase::CreateRole, .first = name(c.role)}; }
  Place operator()(const AlterRole& c) const {
    const bool loses = (c.before.superuser && !c.after.superuser) || (c.before.createrole && !c.after.createrole);
    return {.phase = c.role == executor_ && loses ? Phase::AlterSelf : Phase::AlterRole, .first = name(c.role)};
  }
  Place operator()(const SetPassword& c) const { return {.phase = Phase::AlterRole, .first = name(c.role)}; }
  Place operator()(const CommentRole& c) const { return {.phase = Phase::AlterRole, .first = name(c.role)}; }
  Place operator()(const ChangeSetting& c) const {
    const std::string_view role = c.scope.role == kNoRole ? std::string_view() : name(c.scope.role);
    return {.phase = Phase::RoleSettings, .first = role, .second = c.scope.database, .third = c.name};
  }
  Place operator()(const DropRole& c) const { return {.phase = Phase::DropRole, .first = name(c.role)}; }
  Place operator()(const ReassignOwned& c) const { return {.phase = Phase::ReassignOwned, .first = name(c.role), .second = name(c.to)}; }

  static constexpr int kDeepest = 1000;  ///< grantors of one group's memberships in a row

  Place operator()(const GrantMembership& c) const {
    if (c.passing != Passing::No) return passing(c.passing, c.after);
    // An admin option that is given is needed by the rows that hang on it; what the same row loses goes with it.
    const bool gives_admin = c.before && !c.before->admin && c.after.admin;
    const bool takes = c.before && !gives_admin &&
                       ((c.before->admin && !c.after.admin) || (c.before->inherit && !c.after.inherit) || (c.before->set && !c.after.set));
    Place place = takes ? revoked(*c.before) : edge(c.after);
    if (!takes) {
      place.phase = Phase::GrantMembership;
      place.rank = 1 + memberships_.level(c.after.role) * kDeepest;
      if (!c.before && c.after.grantor != kNoRole)
        place.rank += std::min(memberships_.admin_depth(c.after.role, c.after.grantor), kDeepest - 1);
    }
    return place;
  }
  Place operator()(const RevokeMembership& c) const {
    if (c.passing != Passing::No) return passing(c.passing, c.membership);
    Place place = revoked(c.membership);
    if (memberships_.blocks_grants(c.membership)) place.phase = Phase::GrantMembership, place.rank = 0;
    return place;
  }

  Place operator()(const CreateSchema& c) const { return {.phase = Phase::CreateSchema, .first = c.name}; }
  Place operator()(const DropSchema& c) const { return {.phase = Phase::DropSchema, .first = c.name}; }
  Place operator()(const CreateExtension& c) const { return {.phase = Phase::CreateExtension, .first = c.extension.name}; }
  Place operator()(const AlterExtension& c) const { return {.phase = Phase::CreateExtension, .first = c.after.name}; }
  Place operator()(const DropExtension& c) const { return {.phase = Phase::DropExtension, .first = c.extension.name}; }

  Place operator()(const PlaceSchema& c) const { return {.phase = Phase::PlaceSchema, .first = c.placement.schema}; }
  Place operator()(const CreateTable& c) const { return {.phase = Phase::CreateTable, .object = &c.rule->id}; }
  Place operator()(const PlaceTable& c) const {
    return {.phase = Phase::PlaceTable, .rank = c.placement.rank, .object = &c.placement.table};
  }
  Place operator()(const ChangeHypertable& c) const { return {.phase = Phase::PlaceTable, .object = &c.hypertable.table}; }
  Place operator()(const PutRoutine& c) const {
    return {.phase = Phase::PutRoutine, .rank = c.rank, .object = &objects_->object(c.object).id};
  }
  Place operator()(const DropObject& c) const {
    // Functions first: one may return rows of a table.
    return {.phase = Phase::DropObject, .kind = kObjectKindCount - static_cast<std::size_t>(c.object.kind), .object = &c.object};
  }
  Place operator()(const ChangeCronJob& c) const { return {.phase = Phase::ScheduleJob, .first = c.job.name}; }

  Place operator()(const ChangeOwner& c) const {
    return {.phase = cluster_ ? Phase::ClusterOwner : Phase::Owner,
            .kind = static_cast<std::size_t>(c.kind),
            .object = first_object(c.objects),
            .first = name(c.after),
            .second = name(c.before)};
  }
  Place operator()(const ChangePrivileges& c) const {
    Place place{.phase = phase_of(c),
                .kind = static_cast<std::size_t>(c.kind),
                .object = first_object(c.objects),
                .first = c.column,
                .second = name(c.grantee),
                .third = name(c.grantor),
                .detail = c.privileges.bits() * 2U + (c.grant_option ? 1U : 0U)};
    if (c.grant) {
      place.rank = depth_of_grantor(c);
    } else {
      // A grantor needs USAGE on the schema to name what is in it: schemas lose their privileges last.
      place.kind = kObjectKindCount - place.kind;
      place.rank = -depth_of_grantor(c);
    }
    return place;
  }
  Place operator()(const ChangeDefaultPrivileges& c) const {
    return {.phase = c.grant ? Phase::DefaultGrant : Phase::DefaultRevoke,
            .kind = static_cast<std::size_t>(c.objects),
            .first = name(c.creator),
            .second = c.schema,
            .third = name(c.grantee),
            .detail = c.privileges.bits() * 2U + (c.grant_option ? 1U : 0U)};
  }

 private:
  [[nodiscard]] std::string_view name(RoleId role) const {
    return role == kNoRole ? std::string_view() : std::string_view(actual_.names->name(role));
  }

  [[nodiscard]] const ObjectName* first_object(const ObjectList& list) const {
    return list && !list->empty() ? &objects_->object(list->front()).id : nullptr;
  }

  [[nodiscard]] Place edge(const Membership& m) const {
    return {.phase = {}, .first = name(m.role), .second = name(m.member), .third = name(m.grantor)};
  }
  [[nodiscard]] Place passing(Passing where, const Membership& m) const {
    Place place = edge(m);
    switch (where) {
      case Passing::No:
      case Passing::Begin:
        place.phase = cluster_ ? Phase::SelfMembership : Phase::DatabaseSelfMembership;
        break;
      case Passing::EndOfFirstPart:
        place.phase = Phase::SelfMembershipEnd;
        break;
      case Passing::BeginOfLastPart:
        place.phase = Phase::LastSelfMembership;
        break;
      case Passing::End:
        place.phase = cluster_ ? Phase::LastSelfMembershipEnd : Phase::DatabaseSelfMembershipEnd;
        break;
    }
    return place;
  }
  [[nodiscard]] Place revoked(const Membership& m) const {
    Place place = edge(m);
    place.phase = Phase::RevokeMembership;
    place.rank = -memberships_.admin_depth(m.role, m.grantor);
    return place;
  }

  [[nodiscard]] Phase phase_of(const ChangePrivileges& c) const {
    const bool as_grantor = !c.grant && c.grantor != kNoRole && !c.implied && !becomes_owner(c);
    if (as_grantor && desired_.grantors_first) return Phase::RevokeAsGrantorFirst;
    if (cluster_) return c.grant ? Phase::ClusterGrant : Phase::ClusterRevoke;
    if (c.grant) return Phase::Grant;
    if (as_grantor) return Phase::RevokeAsGrantor;
    return c.before_grants ? Phase::RevokeFirst : Phase::Revoke;
  }

  /// What is to be revoked is the former owner's by name until ALTER … OWNER has made it the new owner's.
  [[nodiscard]] bool becomes_owner(const ChangePrivileges& c) const {
    if (!c.objects || c.objects->empty()) return false;
    const std::uint32_t object = c.objects->front();
    const RoleId owner = objects_->desired[object].owner;
    return c.grantee == owner && objects_->object(object).owner != owner;
  }

  [[nodiscard]] int depth_of_grantor(const ChangePrivileges& c) const {
    if (c.grantor == kNoRole || !c.objects || c.objects->empty()) return 0;
    // The objects of one change have equal ACLs, so the first one speaks for all.
    const std::uint32_t object = c.objects->front();
    const DesiredObject& target = objects_->desired[object];
    if (c.grantor == target.owner) return 0;
    static const Acl kNone;
    const Acl* column = &kNone;
    if (!c.column.empty()) {
      const auto key = std::tie(object, c.column);
      const auto it = std::lower_bound(objects_->columns.begin(), objects_->columns.end(), key,
                                       [](const DesiredColumn& a, const auto& b) { return std::tie(a.object, a.name) < b; });
      if (it != objects_->columns.end() && std::tie(it->object, it->name) == key)
        column = &(*actual_.acls)[c.grant ? it->acl : it->baseline];
    }
    return grant_depth((*actual_.acls)[c.grant ? target.acl : target.baseline], *column, target.owner, c.grantor);
  }

  const State& actual_;
  const Desired& desired_;
  MembershipGraph memberships_;
  RoleId executor_;
  const DesiredObjects* objects_ = nullptr;
  bool cluster_ = false;
};

bool object_before(const ObjectName* a, const ObjectName* b) { return a != b && (a == nullptr || (b != nullptr && *a < *b)); }

}  // namespace

std::vector<Step> ordered_steps(const State& actual, const Desired& desired, std::vector<Change> changes) {
  Placer placer(actual, desired, changes);
  std::vector<Place> places;
  places.reserve(changes.size());
  for (const Change& change : changes) places.push_back(placer.place(change));

  const auto before = [&](std::size_t a, std::size_t b) {
    const Place& x = places[a];
    const Place& y = places[b];
    const auto head = [](const Place& p, int database) { return std::tuple(info(p.phase).group, database, p.phase, p.rank, p.kind); };
    const auto head_x = head(x, changes[a].database);
    const auto head_y = head(y, changes[b].database);
    if (head_x != head_y) return head_x < head_y;
    if (object_before(x.object, y.object)) return true;
    if (object_before(y.object, x.object)) return false;
    return std::tie(x.first, x.second, x.third, x.detail) < std::tie(y.first, y.second, y.third, y.detail);
  };
  std::vector<std::size_t> order(changes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), before);

  std::vector<Step> steps;
  steps.reserve(order.size());
  for (const std::size_t i : order) {
    steps.push_back({.change = std::move(changes[i]), .phase = places[i].phase, .hazards = {}, .rank = places[i].rank});
  }
  return steps;
}

}  // namespace pgcharter
