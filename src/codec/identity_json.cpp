// whoami as a document: the members of DESIGN 7's target, and the connected role's rights.

#include <ostream>

#include "pgcharter/report.h"

#include "codec/json_text.h"

namespace pgcharter {

void write_identity_json(std::ostream& out, const ServerInfo& server, const Identity& identity) {
  const RoleAttributes& a = identity.attributes;
  const Json document = {{"format_version", kFormatVersion},
                         {"tool_version", kToolVersion},
                         {"target", to_json(server)},
                         {"session_user", identity.session_user},
                         {"current_user", identity.current_user},
                         {"encrypted", identity.encrypted},
                         {"database_owner", identity.database_owner},
                         {"attributes",
                          {{"superuser", a.superuser},
                           {"createdb", a.createdb},
                           {"createrole", a.createrole},
                           {"inherit", a.inherit},
                           {"login", a.login},
                           {"replication", a.replication},
                           {"bypassrls", a.bypassrls},
                           {"connection_limit", a.connection_limit},
                           {"valid_until", a.valid_until}}},
                         {"member_of", Json(identity.memberships)},
                         {"may_grant", Json(identity.administered)}};
  out << document.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace pgcharter
