// The command line as a function.
#pragma once

namespace pgcharter::cli {

/// Parses, runs the verb, prints errors on standard error, and returns the exit code.
int run(int argc, char** argv);

}  // namespace pgcharter::cli
