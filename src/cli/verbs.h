// One function per verb; each returns an exit code (exit_code.h) and throws what run() turns into one.
#pragma once

#include "cli/options.h"

namespace pgcharter::cli {

int validate(const Options& options, Terminal& terminal);
int plan(const Options& options, Terminal& terminal);
int apply(const Options& options, Terminal& terminal);
int drift(const Options& options, Terminal& terminal);
int show(const Options& options, Terminal& terminal);
int export_verb(const Options& options, Terminal& terminal);
int snapshot(const Options& options, Terminal& terminal);
int sandbox(const Options& options, Terminal& terminal);
int whoami(const Options& options, Terminal& terminal);
int token(const Options& options, Terminal& terminal);
int rotate(const Options& options, Terminal& terminal);

}  // namespace pgcharter::cli
