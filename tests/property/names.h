// Names that break quoting, and the three languages they must survive: SQL, YAML scalars, and the manifest's patterns.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "property/random.h"
#include "property/spec.h"

namespace pgcharter::property {

/// `stem` alone, or with an ending that is hard to quote; at most 63 bytes.
std::string hard_name(Rng& rng, const std::string& stem, unsigned percent_hard);

std::string sql_name(std::string_view name);
std::string sql_text(std::string_view text);

/// A YAML scalar that reads back as `text`, in one of the styles that can hold it. "${" is written "$${" unless `raw`.
std::string yaml_scalar(Rng& rng, std::string_view text, bool raw = false);

Glob literal_glob(const std::string& text);
Glob any_glob();
/// A pattern that matches `name` (and perhaps more).
Glob glob_around(Rng& rng, const std::string& name);
bool glob_matches(const Glob& glob, std::string_view text);

/// The manifest's spelling of a pattern, before YAML quoting. `qualified`: it is a part of schema.name.
std::string glob_text(Rng& rng, const Glob& glob, bool qualified, bool signature);
std::string item_text(Rng& rng, const Item& item);

}  // namespace pgcharter::property
