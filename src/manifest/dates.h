// Dates of manifests as points in time, in UTC.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pgcharter {

/// "2026-12-31", "2026-12-31 18:00", "2026-12-31T18:00:00.5+02:00", "… UTC", "…Z". Without a zone it is UTC, a date is
/// the start of its day. The result is "YYYY-MM-DD HH:MM:SS[.ffffff]" in UTC; nothing for what is no date.
std::optional<std::string> utc_timestamp(std::string_view text);

}  // namespace pgcharter
