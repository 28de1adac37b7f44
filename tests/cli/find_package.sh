#!/bin/bash
# What is installed can be used by another project through find_package(pgcharter).
set -euo pipefail
build=$(cd "$(dirname "$PGCHARTER")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sanitize=$(sed -n 's/^PGCHARTER_SANITIZE:[A-Z]*=//p' "$build/CMakeCache.txt")

cmake --install "$build" --prefix "$work/prefix" >/dev/null
test -x "$work/prefix/bin/pgcharter"

mkdir "$work/consumer"
cat > "$work/consumer/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.25)
project(consumer CXX)
set(CMAKE_CXX_STANDARD 20)
find_package(pgcharter 0.1 CONFIG REQUIRED)
add_executable(consumer main.cpp)
target_link_libraries(consumer PRIVATE pgcharter::pgcharter)
CMAKE
cat > "$work/consumer/main.cpp" <<'CPP'
#include <iostream>

#include "pgcharter/charter.h"
#include "pgcharter/reconcile.h"

int main(int argc, char**) {
  pgcharter::Diagnostics diagnostics;
  pgcharter::CharterSources sources;
  sources.documents = {{"c.yaml", "", "charter: 1\nname: consumer\nroles: {reader: {}}\n"}};
  const auto charter = pgcharter::load_charter(sources, diagnostics);
  if (!charter) return 1;
  std::cout << charter->name << " " << charter->roles.size() << "\n";
  if (argc > 1) pgcharter::make_planned(*charter, {}, {}, diagnostics);  // links the whole library
}
CPP
flags=()
if [ -n "$sanitize" ]; then flags=("-DCMAKE_CXX_FLAGS=-fsanitize=$sanitize -fno-sanitize-recover=all"); fi
cmake -S "$work/consumer" -B "$work/consumer/build" -G Ninja -DCMAKE_PREFIX_PATH="$work/prefix" "${flags[@]}" >"$work/log" 2>&1 ||
  { cat "$work/log"; exit 1; }
cmake --build "$work/consumer/build" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
test "$("$work/consumer/build/consumer")" = "consumer 1"
echo "ok"
