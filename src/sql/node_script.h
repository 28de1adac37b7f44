// Statements for one node of a Citus cluster, as one statement for the coordinator.
#pragma once

#include <string>
#include <vector>

#include "pgcharter/sql.h"

namespace pgcharter {

/// A DO block that runs `statements` on the node "host:port", all of them or none; it fails where the node does. `lock_timeout` is that of
/// the node's session; empty: the server's. The statements are for one database, and hold no secrets.
std::string node_script(const std::string& node, const std::vector<Statement>& statements, const std::string& lock_timeout);

}  // namespace pgcharter
