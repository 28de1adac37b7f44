// The truth about a COMMIT that was not answered.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "pgcharter/apply.h"

namespace pgcharter {

/// SQLSTATE transaction_resolution_unknown: nobody can say yet whether the transaction was committed.
inline constexpr std::string_view kOutcomeUnknown = "08007";

/// The number of the connection's open transaction, to be asked for before COMMIT; empty where it has written nothing.
std::string transaction_id(Connection& connection);

/// A transaction whose COMMIT got no answer.
struct LostCommit {
  std::string what;         ///< for messages: "database weavix"
  std::string transaction;  ///< of transaction_id()
  ServerInfo server;
};

/// The Error with code kOutcomeUnknown, which says how to find out.
Error unknown_outcome(const LostCommit& lost, const std::string& why);

/// Connects again until the server has said what became of the transaction. Returns the new connection where it was committed; throws
/// Error where it was not, and Error with code kOutcomeUnknown where nobody could say within `options.wait`, but 15 s at most.
std::unique_ptr<Connection> settle_commit(const LostCommit& lost, const std::function<std::unique_ptr<Connection>()>& reconnect,
                                          const ApplyOptions& options);

}  // namespace pgcharter
