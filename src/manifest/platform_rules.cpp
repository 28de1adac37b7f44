// The rules of a platform, held against a charter: what can be known before a server is asked (validate --platform), and what a live server
// adds. A charter that its platform can't carry is refused before anything is deployed.

#include <algorithm>

#include <fmt/format.h>

#include "pgcharter/charter.h"
#include "pgcharter/platform.h"

#include "base/strings.h"

namespace pgcharter {
namespace {

class PlatformChecker {
 public:
  PlatformChecker(const PlatformInfo& platform, const PlatformFacts& facts, Diagnostics& diagnostics)
      : platform_(platform), facts_(facts), diagnostics_(diagnostics) {}

  void check(const Charter& charter) {
    for (const auto& [name, role] : charter.roles) check(role);
    for (const DatabaseCharter& database : charter.databases) check(database);
    if (platform_.one_database && charter.databases.size() > 1) {
      error(charter.databases[1].pos, fmt::format("{} has one database, and this is the second one of the charter", platform_.display),
            "Use schemas for separation, one for each part.");
    }
  }

 private:
  void check(const RoleRule& role) {
    // A live server is asked whether it has the functions: that is the better evidence.
    if (role.entra && !platform_.entra && facts_.server_major == 0) {
      error(role.entra->pos, fmt::format("{} knows no principals of Microsoft Entra, so \"{}\" can't be one", platform_.display, role.name),
            "Leave `entra` out, or use Azure Database for PostgreSQL.");
    }
    if (role.external || role.ensure == Ensure::Absent || platform_.admin.empty()) return;
    if (role.attributes.superuser) {
      error(position(role, "superuser"), fmt::format("{} gives nobody SUPERUSER, so \"{}\" can't have it", platform_.display, role.name),
            fmt::format("Leave `superuser` out; its administrators are members of {}.", platform_.admin));
    }
    if (role.attributes.bypassrls && facts_.server_major > 0 && facts_.server_major < platform_.bypassrls_since) {
      error(position(role, "bypassrls"),
            fmt::format("{} gives BYPASSRLS from PostgreSQL {} on; this server is {}", platform_.display, platform_.bypassrls_since,
                        facts_.server_major),
            "Leave `bypassrls` out, or upgrade the server.");
    }
  }

  void check(const DatabaseCharter& database) {
    for (const auto& [name, extension] : database.extensions) check(extension);
    for (const GrantRule& grant : database.grants) tablespaces(grant.objects);
    for (const OwnershipRule& rule : database.ownership) tablespaces(rule.objects);
    for (const auto& [name, schema] : database.schemas) {
      if (schema.distribute.value_or(false)) needs("citus", schema.pos, fmt::format("the schema \"{}\" can't be distributed", name));
    }
    for (const auto& [id, table] : database.tables) check(table);
  }

  void check(const TableRule& table) {
    const std::string name = table.id.schema + "." + table.id.name;
    if (table.distribute && table.distribute->distribution != Distribution::None) {
      needs("citus", table.distribute->pos, fmt::format("the table \"{}\" can't be distributed", name));
    }
    if (!table.hypertable) return;
    needs("timescaledb", table.hypertable->pos, fmt::format("the table \"{}\" can't be a hypertable", name));
    if (table.hypertable->retention && !table.hypertable->schedule && !platform_.timescale_policies) {
      error(
          table.hypertable->pos,
          fmt::format("the table \"{}\" can't have a retention policy: {} has the Apache edition of TimescaleDB", name, platform_.display),
          fmt::format("Let pg_cron do it: retention: {{ older_than: {}, schedule: \"0 3 * * *\" }}.", *table.hypertable->retention));
    }
  }

  /// What only works with an extension that the platform refuses.
  void needs(std::string_view extension, const SourcePos& pos, const std::string& what) {
    const auto refused = std::ranges::find(platform_.refused, extension, &RefusedExtension::name);
    if (refused != platform_.refused.end()) error(pos, fmt::format("{}: {}", what, refused->reason), std::string(refused->way_out));
  }

  void check(const ExtensionRule& extension) {
    const auto refused = std::ranges::find(platform_.refused, extension.name, &RefusedExtension::name);
    if (refused != platform_.refused.end()) {
      error(extension.pos, fmt::format("extension \"{}\": {}", extension.name, refused->reason), std::string(refused->way_out));
    } else if (!platform_.untrusted_languages && is_untrusted_language(extension.name)) {
      error(extension.pos, fmt::format("extension \"{}\": {} has no untrusted languages", extension.name, platform_.display),
            "Use a trusted one (plpgsql, plperl, plv8), or do that work outside of the server.");
    } else if (facts_.allowed_extensions && !allowed(extension.name)) {
      error(extension.pos, fmt::format("extension \"{}\" is not among those that this server allows (azure.extensions)", extension.name),
            fmt::format("Add {} to the server parameter azure.extensions first.", to_upper(extension.name)));
    }
  }

  [[nodiscard]] bool allowed(std::string_view extension) const {
    const std::string name = to_lower(extension);
    for (const std::string& entry : split(*facts_.allowed_extensions, ',')) {
      if (to_lower(trim(entry)) == name) return true;
    }
    return name == "plpgsql";  // it is there from the beginning
  }

  void tablespaces(const std::vector<ObjectPattern>& objects) {
    if (platform_.tablespaces) return;
    for (const ObjectPattern& pattern : objects) {
      if (pattern.kind != ObjectKind::Tablespace) continue;
      error(pattern.pos, fmt::format("{} has no tablespaces of your own", platform_.display), "Leave them out of this charter.");
    }
  }

  static SourcePos position(const RoleRule& role, const std::string& key) {
    const auto written = role.written.find(key);
    return written == role.written.end() ? role.pos : written->second;
  }

  void error(const SourcePos& pos, std::string message, std::string way_out) {
    diagnostics_.error("platform", pos, std::move(message), std::move(way_out));
  }

  const PlatformInfo& platform_;
  const PlatformFacts& facts_;
  Diagnostics& diagnostics_;
};

}  // namespace

void check_platform(const Charter& charter, const PlatformInfo& platform, const PlatformFacts& facts, Diagnostics& diagnostics) {
  PlatformChecker(platform, facts, diagnostics).check(charter);
}

}  // namespace pgcharter
