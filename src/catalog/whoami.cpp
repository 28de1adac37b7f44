// Who is connected and what that role may do: for the whoami verb, before anything is planned.
//
// pg_roles and pg_auth_members are readable by everybody (PostgreSQL documentation 53.8 and 53.9); nothing here needs a
// right of its own.

#include "pgcharter/catalog.h"

#include "catalog/queries.h"

namespace pgcharter {
Identity whoami(Connection& connection) {
  Identity identity;
  connection.query(find_query("whoami"), {}, [&](const Row& row) {
    identity.session_user = row.text(0);
    identity.current_user = row.text(1);
    RoleAttributes& a = identity.attributes;
    a.superuser = row.boolean(2);
    a.createdb = row.boolean(3);
    a.createrole = row.boolean(4);
    a.inherit = row.boolean(5);
    a.login = row.boolean(6);
    a.replication = row.boolean(7);
    a.bypassrls = row.boolean(8);
    a.connection_limit = static_cast<int>(row.number(9));
    a.valid_until = row.text(10);
    identity.database_owner = row.text(11);
    identity.encrypted = row.boolean(12);
  });
  connection.query(find_query("whoami_roles"), {}, [&](const Row& row) {
    identity.memberships.emplace_back(row.text(0));
    if (row.boolean(1)) identity.administered.emplace_back(row.text(0));
  });
  return identity;
}

}  // namespace pgcharter
