// The document of DESIGN 7, written from a plan and read back (docs/plan-format.md).
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "pgcharter/report.h"

#include "codec/change_record.h"
#include "codec/json_text.h"

namespace pgcharter {

Json to_json(const Summary& summary);

/// Everything of a document but the final brace and line end, so that a caller can add members.
void write_document_body(std::ostream& out, const Planned& planned);

/// A document that was read back.
struct PlanDocument {
  std::string tool_version;
  std::string generated_at;
  ServerInfo target;
  std::string charter_name;
  std::string fingerprint;
  Summary summary;
  std::vector<ChangeRecord> changes;
  Script script;
  Coverage coverage;
  std::vector<std::string> extras;
  bool has_nodes = false;                 ///< the server is the coordinator of a Citus cluster
  std::vector<std::string> unread_nodes;  ///< why
  std::size_t unremovable = 0;            ///< findings of what can't be revoked
};

enum class ReadChanges { Yes, No };

/// Throws Error for what is no such document, or one of another major version. Most of a long document is its changes; who
/// does not need them leaves them out.
PlanDocument read_document(std::string_view text, ReadChanges changes = ReadChanges::Yes);

}  // namespace pgcharter
