// The exit codes, documented in docs/exit-codes.md. They are a contract with pipelines and never change.
#pragma once

namespace pgcharter::cli {

enum ExitCode : int {
  kDone = 0,          ///< done; plan made; no drift
  kError = 1,         ///< bad input or usage, connection, SQL, no terminal to ask for approval
  kDifferences = 2,   ///< drift, plan --detailed-exitcode
  kStalePlan = 3,     ///< saved plan stale, altered, expired, or for another server
  kRefused = 4,       ///< by a guard, or approval declined
  kNotConverged = 5,  ///< verification found a residue
  kSignal = 128,      ///< plus the signal: 130, 143
};

}  // namespace pgcharter::cli
