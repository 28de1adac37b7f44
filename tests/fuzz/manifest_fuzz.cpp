// Any bytes as a manifest: load_charter() must end, with a charter or with findings, and what it says must be
// printable. Run it with libFuzzer (preset fuzz): manifest_fuzz -max_total_time=60 tests/fuzz/corpus
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <sstream>

#include "pgcharter/charter.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pgcharter::CharterSources sources;
  sources.documents.push_back({"fuzz.yaml", "", std::string(reinterpret_cast<const char*>(data), size)});
  sources.vars = {{"v", "*.\"x"}};
  pgcharter::Diagnostics diagnostics;
  const auto charter = pgcharter::load_charter(sources, diagnostics);
  if (charter.has_value() == diagnostics.has_errors()) std::abort();
  std::ostringstream out;
  for (const auto& diagnostic : diagnostics.all()) pgcharter::write_diagnostic(out, diagnostic);
  if (out.str().find('\x1b') != std::string::npos) std::abort();
  return 0;
}
