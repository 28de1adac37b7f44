// One row stands for all objects of a schema that have the same owner and ACL; their names, arguments and oids are three arrays of equal
// length. So a schema whose tables share their grants costs one parsed list, and names are what is left to transfer. Sorting happens
// here: the byte order of names is ours to guarantee, the server's collations are not.

#include "catalog/acl_row.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <tuple>

#include "pgcharter/catalog.h"

#include "catalog/array_text.h"
#include "catalog/queries.h"

namespace pgcharter {
namespace {

constexpr std::size_t kRememberedTexts = 4096;

enum Column : int { kSchema, kSubkind, kOwner, kOwnerOid, kAcl, kMember, kInitialAcl, kNames, kArgs, kOids };

}  // namespace

// Without moving them more than once: they are large, and so is their number. By kind and schema first, so that names are compared within
// one schema only.
std::vector<Object> sorted_objects(const std::vector<std::vector<Object>*>& parts) {
  std::map<std::pair<ObjectKind, std::string_view>, std::vector<Object*>> schemas;
  std::size_t count = 0;
  for (std::vector<Object>* part : parts) {
    for (Object& object : *part) schemas[{object.id.kind, object.id.schema}].push_back(&object);
    count += part->size();
  }
  std::vector<Object> sorted;
  sorted.reserve(count);
  for (auto& [schema, list] : schemas) {
    std::ranges::sort(list, {}, [](const Object* object) { return std::tie(object->id.name, object->id.args); });
    for (Object* object : list) sorted.push_back(std::move(*object));
  }
  for (std::vector<Object>* part : parts) std::vector<Object>().swap(*part);
  return sorted;
}

std::uint32_t oid_of(std::string_view digits) {
  std::uint32_t oid = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), oid);
  return oid;
}

AclId AclReader::acl(std::string_view text) {
  const std::size_t hash = std::hash<std::string_view>{}(text);
  const std::uint32_t known = numbers_.find(hash, [&](std::uint32_t number) { return known_[number].first == text; });
  if (known != HashedNumbers::kNone) return known_[known].second;
  const AclId id = state_.acls->intern(parser_.parse(text));
  if (known_.size() < kRememberedTexts) {
    numbers_.add(hash, static_cast<std::uint32_t>(known_.size()));
    known_.emplace_back(text, id);
  }
  return id;
}

RoleId AclReader::role(const Row& row, int name_column, int oid_column) {
  if (!row.is_null(name_column)) return state_.names->intern(row.text(name_column));
  const std::uint32_t oid = oid_of(row.text(oid_column));
  return oid == 0 ? kNoRole : state_.names->intern_dangling(oid);
}

Object AclReader::common_part(const ObjectKindInfo& kind, const Row& row) {
  Object object;
  object.id.kind = kind.kind;
  object.id.schema = row.text(kSchema);
  object.subkind = row.is_null(kSubkind) ? '\0' : row.text(kSubkind).front();
  object.owner = role(row, kOwner, kOwnerOid);
  object.acl_is_null = row.is_null(kAcl);
  object.acl = object.acl_is_null ? state_.acls->intern(acl_default(kind.kind, object.owner, state_.server.major())) : acl(row.text(kAcl));
  object.extension_member = row.boolean(kMember);
  if (!row.is_null(kInitialAcl)) object.initial_acl = acl(row.text(kInitialAcl));
  return object;
}

void AclReader::read_objects(const ObjectKindInfo& kind, const std::vector<std::optional<std::string>>& parameters,
                             std::vector<Object>& objects, const std::function<bool(std::uint32_t, std::string_view)>& keep) {
  read_objects(
      find_query(kind.catalog_query), [&](char, std::string_view) { return &kind; }, parameters, objects, keep);
}

void AclReader::read_objects(const Query& query, const KindOf& kind_of, const std::vector<std::optional<std::string>>& parameters,
                             std::vector<Object>& objects, const std::function<bool(std::uint32_t, std::string_view)>& keep) {
  connection_.stream(query, parameters, [&](const Row& row) {
    const ObjectKindInfo* kind = kind_of(row.is_null(kSubkind) ? '\0' : row.text(kSubkind).front(), row.text(kOids));
    if (kind == nullptr) return;
    const Object common = common_part(*kind, row);
    const bool has_args = kind->identity == IdentityShape::Signature;
    ArrayText names(row.text(kNames));
    ArrayText args(row.text(kArgs));
    ArrayText oids(row.text(kOids));
    std::string_view name;
    std::string_view arg;
    std::string_view digits;
    while (names.next(name) && oids.next(digits) && (!has_args || args.next(arg))) {
      const std::uint32_t oid = oid_of(digits);
      if (keep && !keep(oid, name)) continue;
      Object& object = objects.emplace_back(common);
      object.id.name = name;
      object.id.args = arg;
      object.oid = oid;
    }
  });
}

}  // namespace pgcharter
