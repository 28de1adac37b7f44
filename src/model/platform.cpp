// THE TABLE of platforms. Sources: the providers' documentation of their administrators and extensions (for Azure: "Extensions and
// modules", "Security: manage access", "Elastic clusters: limitations"). What is not documented is not refused.

#include "pgcharter/platform.h"

#include <algorithm>
#include <array>

namespace pgcharter {
namespace {

constexpr std::array kNotOnFlexible{
    RefusedExtension{"citus", "a flexible server without elastic clusters can't run Citus",
                     "Use an Elastic Cluster: its servers run Citus from PostgreSQL 17 on."},
    RefusedExtension{"citus_columnar", "a flexible server without elastic clusters can't run Citus",
                     "Use an Elastic Cluster, or a plain table."},
};

constexpr std::string_view kElsewhere = "Put it on a flexible server of its own.";
constexpr std::array kNotOnElastic{
    RefusedExtension{"timescaledb", "an Elastic Cluster can't run TimescaleDB",
                     "Put the hypertables on a flexible server without elastic clusters, or distribute plain partitioned tables."},
    RefusedExtension{"anon", "an Elastic Cluster does not have it", kElsewhere},
    RefusedExtension{"pg_qs", "an Elastic Cluster does not have it", kElsewhere},
    RefusedExtension{"postgis_topology", "an Elastic Cluster does not have it", kElsewhere},
};

constexpr std::array<PlatformInfo, 12> kPlatforms{{
    {.name = "postgresql", .display = "PostgreSQL", .admin = {}},
    {.name = "azure-flexible-server",
     .display = "Azure Database for PostgreSQL flexible server",
     .admin = "azure_pg_admin",
     .tablespaces = false,
     .untrusted_languages = false,
     .entra = true,
     .timescale_policies = false,
     .bypassrls_since = 16,
     .refused = kNotOnFlexible},
    {.name = "azure-elastic-cluster",
     .display = "Azure Database for PostgreSQL elastic cluster",
     .admin = "azure_pg_admin",
     .tablespaces = false,
     .untrusted_languages = false,
     .one_database = true,
     .entra = true,
     .bypassrls_since = 16,
     .refused = kNotOnElastic},
    {.name = "azure-cosmos-postgresql",
     .display = "Azure Cosmos DB for PostgreSQL",
     .admin = "citus",
     .tablespaces = false,
     .untrusted_languages = false,
     .one_database = true,
     .entra = true},
    {.name = "aws-rds", .display = "Amazon RDS for PostgreSQL", .admin = "rds_superuser", .untrusted_languages = false},
    {.name = "aws-aurora", .display = "Amazon Aurora PostgreSQL", .admin = "rds_superuser", .untrusted_languages = false},
    {.name = "gcp-cloud-sql", .display = "Cloud SQL for PostgreSQL", .admin = "cloudsqlsuperuser", .untrusted_languages = false},
    {.name = "gcp-alloydb", .display = "AlloyDB for PostgreSQL", .admin = "alloydbsuperuser", .untrusted_languages = false},
    {.name = "supabase", .display = "Supabase", .admin = "postgres", .untrusted_languages = false},
    {.name = "neon", .display = "Neon", .admin = "neon_superuser", .tablespaces = false, .untrusted_languages = false},
    {.name = "timescale-cloud", .display = "Timescale Cloud", .admin = "tsdbadmin", .untrusted_languages = false},
    {.name = "aiven", .display = "Aiven for PostgreSQL", .admin = "avnadmin", .untrusted_languages = false},
}};

constexpr std::array<std::string_view, 8> kUntrusted{"plpython3u", "plpythonu", "plpython2u", "plperlu",
                                                     "pltclu",     "plsh",      "pljavau",    "plluau"};

}  // namespace

std::span<const PlatformInfo> platforms() { return kPlatforms; }

const PlatformInfo* find_platform(std::string_view name) {
  const auto* found = std::ranges::find(kPlatforms, name, &PlatformInfo::name);
  return found == kPlatforms.end() ? nullptr : found;
}

bool is_untrusted_language(std::string_view extension) { return std::ranges::find(kUntrusted, extension) != kUntrusted.end(); }

}  // namespace pgcharter
