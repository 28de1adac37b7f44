// What the charter does not declare and, in additive mode, leaves alone (DESIGN 4, scope.mode).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "pgcharter/desired.h"

namespace pgcharter {

/// Gathers what an authoritative charter would revoke, and tells it in lines that do not grow with the number of objects.
class Extras {
 public:
  /// What `left` gives that `strict`, the list of an authoritative charter, would not.
  void note(const Acl& left, const Acl& strict, const ObjectName& object, const std::string& column);
  void note(const Acl& left, const Acl& strict, const DesiredDefaultAcl& defaults, const std::string& creator);
  void note(const std::string& line) { lines_.push_back(line); }

  [[nodiscard]] std::vector<std::string> lines(const RoleNames& names) const;

 private:
  struct Key {
    RoleId grantee{};
    PrivilegeSet privileges;  ///< empty: only the grant option is beyond the charter
    PrivilegeSet options;
    ObjectKind kind{};
    std::string schema;
    std::string column;
    std::string creator;  ///< of default privileges
    auto operator<=>(const Key&) const = default;
  };
  struct Objects {
    std::vector<ObjectName> first;
    std::size_t count = 0;
  };
  template <typename Note>
  static void compare(const Acl& left, const Acl& strict, Note note);

  std::map<Key, Objects> found_;
  std::vector<std::string> lines_;
};

}  // namespace pgcharter
