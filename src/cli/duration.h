// Durations on the command line: 90, 90s, 15min, 1h, 2d.
#pragma once

#include <chrono>
#include <string>

namespace pgcharter::cli {

/// A number with a unit (ms s m min h d; none: seconds). Throws Error that names `option`.
std::chrono::milliseconds parse_duration(const std::string& option, const std::string& text);

/// An instant in ISO 8601 UTC ("2026-11-21T09:30:00Z"), `later` after `instant`.
std::string instant_after(const std::string& instant, std::chrono::seconds later);

}  // namespace pgcharter::cli
