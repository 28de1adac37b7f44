// Two systems can't be changed in one transaction, so one of the orders must be chosen whose middle can be repaired:
//
//   ALTER ROLE (not committed) → new version in the vault, with a tag "pending" → COMMIT → the tag is removed
//
// Until COMMIT the old password works, and where the vault refuses, nothing has changed anywhere. Between the vault's answer and COMMIT the
// vault is ahead of the server; the tag says so to the next run, which then sets that very password instead of making another one. A second
// rotation of the role at the same time waits for the row lock of ALTER ROLE, and then fails before it writes to the vault.
// Where the vault's answer is lost, the next run sees by the tag what had happened.

#include <fmt/format.h>

#include "pgcharter/apply.h"
#include "pgcharter/names.h"
#include "pgcharter/rotate.h"

#include "sql/writer.h"

namespace pgcharter {
namespace {

constexpr const char* kRotationTag = "pgcharter-rotation";
constexpr const char* kRoleTag = "pgcharter-role";

/// What will stand in the vault.
struct Next {
  StoredSecret secret;
  std::string password;
  bool resumed = false;
};

Next next_secret(const RotateOptions& options, const std::optional<StoredSecret>& stored) {
  Next next;
  if (!stored) {
    next.password = generate_password();
    next.secret.value = next.password;
    next.secret.tags[kRoleTag] = options.role;
    return next;
  }
  next.secret = *stored;
  const ConnectionSecret connection = parse_connection_secret(stored->value);
  if (const auto tag = stored->tags.find(kRotationTag); tag != stored->tags.end() && tag->second == "pending") {
    const auto role = stored->tags.find(kRoleTag);
    if (role == stored->tags.end() || role->second != options.role) {
      throw Error(fmt::format("{} waits for the rotation of another role to be finished", options.url),
                  "Run rotate for that role, or remove the tag pgcharter-rotation.");
    }
    next.password = connection.password;
    next.resumed = true;
    return next;
  }
  // "app@server" was the user name of Single Server.
  if (!connection.user.empty() && connection.user != options.role && connection.user.substr(0, connection.user.find('@')) != options.role) {
    throw Error(fmt::format("{} is a connection of user \"{}\", not of role \"{}\"", options.url, connection.user, options.role));
  }
  next.password = generate_password();
  next.secret.value = with_password(connection, next.password);
  next.secret.tags[kRoleTag] = options.role;
  return next;
}

Script alter_role(const std::string& role) {
  SqlWriter sql;
  sql.keyword("ALTER ROLE").identifier(role).keyword("PASSWORD").secret("password");
  Statement statement;
  statement.sql = sql.take();
  statement.secret_role = role;
  // The locator is for errors; what the connection's reader gives is the new password.
  statement.secrets["password"] = PasswordSource{PasswordSource::Kind::KeyVault, "the new password", {}};
  Script script;
  script.statements.push_back(std::move(statement));
  return script;
}

StoredSecret write_pending(const RotateOptions& options, SecretStore& store, const StoredSecret& secret) {
  StoredSecret pending = secret;
  pending.tags[kRotationTag] = "pending";
  try {
    return store.write(options.url, pending);
  } catch (const Error& error) {
    Error told(fmt::format("the vault did not take the new password: {}; role \"{}\" keeps its old one", error.what(), options.role),
               error.hint);
    if (error.connection_lost) {
      told = Error(fmt::format("it is not known whether the vault took the new password: {}; role \"{}\" keeps its old one", error.what(),
                               options.role),
                   "Run rotate again: it finds out, and finishes what was begun.");
    }
    throw told;
  }
}

void commit(const RotateOptions& options, Connection& connection) {
  try {
    connection.execute("COMMIT");
  } catch (const Error& error) {
    throw Error(fmt::format("the vault has a new password, and the server may not have it: {}", error.what()),
                fmt::format("Run rotate again at once: it gives role \"{}\" the password that the vault holds.", options.role));
  }
}

void remove_mark(const RotateOptions& options, SecretStore& store, const StoredSecret& written, std::map<std::string, std::string> tags) {
  tags.erase(kRotationTag);
  try {
    store.set_tags(written.version_id, tags);
  } catch (const Error& error) {
    throw Error(fmt::format("role \"{}\" has its new password, on the server and in the vault; only the tag {} could not be removed: {}",
                            options.role, kRotationTag, error.what()),
                "Run rotate again to remove it.");
  }
}

}  // namespace

Rotation rotate_password(const RotateOptions& options, const Connector& connector, SecretStore& store) {
  check_secret_url(options.url, false);
  const Next next = next_secret(options, store.read(options.url));

  // The server first, but only inside a transaction.
  const std::unique_ptr<Connection> connection = connector(std::nullopt);
  connection->set_vault_reader([&](const std::string&) { return next.password; });
  ApplyObserver nobody;
  begin_apply(*connection, {});
  execute(*connection, alter_role(options.role), nobody);

  // From here on until COMMIT the vault is ahead of the server.
  const StoredSecret written = next.resumed ? next.secret : write_pending(options, store, next.secret);
  commit(options, *connection);

  remove_mark(options, store, written, next.secret.tags);
  return {.version_id = written.version_id, .resumed = next.resumed};
}

}  // namespace pgcharter
