// Several files as one charter.
#pragma once

#include "manifest/reader.h"

namespace pgcharter {

/// Adds the sections of one file's tree to `root`: lists are joined, mappings are merged by key. An entry that is there
/// already must have the same content.
void merge_manifest(Reader& reader, Node& root, Node file);

/// The `vars` sections of all files as one mapping.
Node merged_vars(Reader& reader, const std::vector<Node>& files);

}  // namespace pgcharter
