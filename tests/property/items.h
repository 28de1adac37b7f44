// Naming the things of a case: what an item of `objects:` and a list of roles can be made of.
#pragma once

#include <optional>

#include "property/random.h"
#include "property/spec.h"

namespace pgcharter::property {

class ItemMaker {
 public:
  ItemMaker(Rng& rng, const Case& c);

  /// Roles that a charter may name as owner, creator or grantee.
  [[nodiscard]] const std::vector<std::string>& usable() const { return usable_; }
  std::vector<std::string> grantees(bool with_public);

  [[nodiscard]] std::vector<std::string> schema_names(bool existing_only) const;
  /// Sequences of its columns follow a table.
  [[nodiscard]] bool has_sequence(const ObjectSpec& table) const;

  Item literal(const ObjectSpec& object);
  Item everything(Kind kind);
  Item whole_schema(Kind kind, const std::string& schema);
  /// Something of that kind; nothing where the case has none.
  std::optional<Item> item(Kind kind);

 private:
  Item of_schemas(const std::vector<std::string>& schemas);
  Item named(const ObjectSpec& object);

  Rng& rng_;
  const Case& case_;
  std::vector<std::string> usable_;
};

}  // namespace pgcharter::property
