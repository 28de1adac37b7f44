// The program: everything is in src/cli, so that tests can run verbs without a process.

#include "cli/run.h"

int main(int argc, char** argv) { return pgcharter::cli::run(argc, argv); }
