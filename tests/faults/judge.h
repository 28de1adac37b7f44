// The judge of every fault: what the catalog holds, as text, by a query of the test's own. It shares nothing with pgcharter's reader.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "support/live_server.h"

namespace pgcharter::testing {

/// By part: "server" for what databases share, else the database's name. Lists are sorted, ACLs exploded, and nothing is an oid.
using Dumps = std::map<std::string, std::string>;

/// Waits until no session of pgcharter is left on the server, then reads. Equal texts: nothing that matters has changed.
Dumps dump(LiveServer& server, const std::vector<std::string>& databases);

/// Waits until no session of pgcharter is left on the server; false after 30 seconds.
bool sessions_end(Connection& admin);

/// The lines that only one of two dumps has, for a failure's message.
std::string difference(const Dumps& a, const Dumps& b);

}  // namespace pgcharter::testing
