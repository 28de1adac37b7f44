// SCRAM-SHA-256 verifiers, made by libpq's PQencryptPasswordConn() (RFC 5802; SASLprep and salt included).
//
// libpqxx 6.4 only offers the MD5 form, and no libpqxx gives its PGconn away without losing it. With the method given, libpq asks the
// server nothing and uses the PGconn for its error text alone; so one that was never connected will do: PQconnectStart() of a string
// that can't be parsed returns such a one without touching the network.

#include "pg/scram.h"

#include <memory>

#include <libpq-fe.h>

#include "pgcharter/diagnostics.h"

namespace pgcharter {

std::string make_scram_verifier(const std::string& role, const std::string& password) {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> nowhere(PQconnectStart("-"), &PQfinish);
  const std::unique_ptr<char, decltype(&PQfreemem)> verifier(
      nowhere ? PQencryptPasswordConn(nowhere.get(), password.c_str(), role.c_str(), "scram-sha-256") : nullptr, &PQfreemem);
  // libpq's reason would be about the password, so it is not passed on.
  if (!verifier) throw Error("can't make a SCRAM verifier of the password of role " + printable(role));
  return verifier.get();
}

}  // namespace pgcharter
