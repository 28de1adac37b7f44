// whoami for people: which server, as whom, with which rights. One fact per line, so that it can be searched.

#include <ostream>

#include "pgcharter/report.h"

#include "base/strings.h"

namespace pgcharter {
namespace {

std::string names(const std::vector<std::string>& roles) {
  std::vector<std::string> shown;
  for (const std::string& role : roles) shown.push_back(printable(display_name(role)));
  return shown.empty() ? "none" : join(shown, ", ");
}

std::string attributes(const RoleAttributes& a) {
  std::vector<std::string> words;
  if (a.superuser) words.emplace_back("superuser");
  if (a.createrole) words.emplace_back("createrole");
  if (a.createdb) words.emplace_back("createdb");
  if (a.replication) words.emplace_back("replication");
  if (a.bypassrls) words.emplace_back("bypassrls");
  if (!a.inherit) words.emplace_back("noinherit");
  return words.empty() ? "none" : join(words, ", ");
}

}  // namespace

void write_identity_text(std::ostream& out, const ServerInfo& server, const Identity& identity) {
  const auto line = [&](std::string_view label, const std::string& value) {
    out << label << ':' << std::string(18 - label.size(), ' ') << value << '\n';
  };
  line("server", "PostgreSQL " + printable(server.version));
  line("platform", printable(server.platform));
  line("host", server.host.empty() ? "local socket" : printable(server.host));
  line("port", printable(server.port));
  line("system identifier", server.system_identifier.empty() ? "not readable" : printable(server.system_identifier));
  line("database", printable(display_name(server.database)) + ", owner " + printable(display_name(identity.database_owner)));
  line("user",
       printable(display_name(identity.current_user)) +
           (identity.session_user == identity.current_user ? "" : ", logged in as " + printable(display_name(identity.session_user))));
  line("encrypted", identity.encrypted ? "yes" : "no");
  line("attributes", attributes(identity.attributes));
  line("member of", names(identity.memberships));
  line("may grant", names(identity.administered));
}

}  // namespace pgcharter
