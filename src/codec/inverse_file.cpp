// The sections stand against the order in which the transactions ran: what was done last is undone first.

#include <algorithm>

#include "pgcharter/apply_records.h"
#include "pgcharter/inverse.h"

#include "base/files.h"

namespace pgcharter {

InverseFile::InverseFile(std::string path, const Planned& planned) : path_(std::move(path)), planned_(planned) { write(); }

void InverseFile::write() const {
  std::string text = "-- The inverse of an apply of charter " + printable(planned_.charter->name) + " by pgcharter.\n";
  std::string nodes;
  for (const NodePlanned& node : planned_.nodes) {
    if (node.planned != nullptr && !node.planned->plan.steps.empty()) nodes += (nodes.empty() ? "" : ", ") + node.node.text();
  }
  if (!nodes.empty()) text += "-- It does not cover what was changed on single nodes of the Citus cluster: " + printable(nodes) + ".\n";
  if (sections_.empty()) text += nodes.empty() ? "-- Nothing was changed.\n" : "-- Nothing else was changed.\n";
  for (auto section = sections_.rbegin(); section != sections_.rend(); ++section) text += "\n" + section->second;
  write_file_atomically(path_, text);
}

void InverseFile::inverse(const std::string& what, const Inverse& inverse) {
  std::vector<std::string> comments{"Undoes " + what + "."};
  comments.push_back(inverse.tried ? "It was tried inside that transaction before COMMIT, and read back." : "It was not tried.");
  if (!inverse.not_restored.empty()) comments.emplace_back("Not restored:");
  for (const std::string& lost : inverse.not_restored) {
    comments.push_back("  " + lost);
    not_restored_.push_back(lost);
  }
  sections_.emplace_back(what, to_psql(inverse.script, planned_.actual, comments));
  write();
}

void InverseFile::rolled_back(const std::string& what, const std::string& /*why*/) {
  if (keep_) return;
  if (std::erase_if(sections_, [&](const auto& section) { return section.first == what; }) > 0) write();
}

}  // namespace pgcharter
