// Schemas and extensions: created, dropped, moved, updated.

#include <algorithm>

#include "diff/concerns.h"

namespace pgcharter {

void diff_schemas(const State& actual, const Desired& desired, std::size_t database, std::vector<Change>& changes) {
  auto add = [&](ChangeBody body, const Reason& reason) {
    changes.push_back({.database = static_cast<int>(database), .body = std::move(body), .reason = reason});
  };
  for (const DesiredSchema& schema : desired.databases[database].schemas) {
    if (schema.create) add(CreateSchema{schema.name, schema.owner}, schema.reason);
    if (schema.drop) add(DropSchema{schema.name}, schema.reason);
  }
  const std::vector<Extension>& existing = actual.databases[database].extensions;
  for (const DesiredExtension& extension : desired.databases[database].extensions) {
    const auto found = std::ranges::find(existing, extension.desired.name, &Extension::name);
    if (found == existing.end()) {
      add(CreateExtension{extension.desired}, extension.reason);
      continue;
    }
    Extension after = *found;
    if (extension.schema_written) after.schema = extension.desired.schema;
    if (!extension.desired.version.empty()) after.version = extension.desired.version;
    if (after != *found) add(AlterExtension{*found, after}, extension.reason);
  }
}

}  // namespace pgcharter
