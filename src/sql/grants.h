// GRANT and REVOKE of privileges on objects and columns.
#pragma once

#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sql/context.h"

namespace pgcharter {

/// The changes that happen through another change's CASCADE, by what they happen to.
class ImpliedSteps {
 public:
  explicit ImpliedSteps(const Plan& plan);

  /// Appends the implied steps that a REVOKE … CASCADE of `privileges` on `objects` carries, and sorts.
  void add_to(std::vector<std::size_t>& steps, const RenderContext& context, ObjectKind kind, PrivilegeSet privileges,
              const std::vector<std::uint32_t>& objects) const;

 private:
  std::map<std::pair<int, ObjectKind>, std::unordered_map<std::uint32_t, std::vector<std::size_t>>> steps_;
};

/// `steps` are ChangePrivileges steps of one run that are not implied. Objects and grantees that need the same share a statement.
void render_grants(const RenderContext& context, const std::vector<std::size_t>& steps, const ImpliedSteps& implied,
                   std::vector<Statement>& out);

}  // namespace pgcharter
