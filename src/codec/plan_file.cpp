// Saved plans: the document of DESIGN 7 with what is needed to plan again (the charter's text and variables), an expiry
// and a checksum as its last member. The checksum is taken over the bytes of the file before it, so every altered
// byte is found, blanks too. It shows integrity, not who wrote the file: whoever may write the file may also write a new
// checksum, which is why the file has mode 0600 and why apply plans again and compares.

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

#include "base/files.h"
#include "base/hash.h"
#include "base/strings.h"
#include "codec/json_text.h"
#include "codec/plan_json.h"

namespace pgcharter {
namespace {

constexpr std::string_view kInputs = ",\n  \"inputs\": ";
constexpr std::string_view kChecksum = ",\n  \"checksum\": \"sha256:";
constexpr std::string_view kEnd = "\"\n}\n";
constexpr std::size_t kDigits = 64;
constexpr std::size_t kShown = 5;  // statements of a difference that a message shows

Json inputs_json(const Planned& planned, const ResolveOptions& resolve) {
  Json files = Json::array();
  for (const CharterFile& file : planned.charter->files) {
    files.push_back({{"path", file.path}, {"sha256", file.sha256}, {"text", file.text.str()}});
  }
  return {{"files", files}, {"vars", Json(planned.charter->vars)}, {"set_passwords", resolve.set_passwords}};
}

/// The bytes that the checksum covers; nothing where the file does not end with the checksum of them.
std::optional<std::string_view> checked_body(std::string_view text) {
  const std::size_t tail = kChecksum.size() + kDigits + kEnd.size();
  if (text.size() < tail) return std::nullopt;
  const std::string_view body = text.substr(0, text.size() - tail);
  if (text.substr(body.size()) != fmt::format("{}{}{}", kChecksum, sha256_hex(body), kEnd)) return std::nullopt;
  return body;
}

/// The format version as it stands at the beginning; empty where it can't be seen.
std::string leading_version(std::string_view text) {
  constexpr std::string_view kKey = "\"format_version\"";
  const std::size_t key = text.substr(0, 4096).find(kKey);
  if (key == std::string_view::npos) return {};
  const std::size_t begin = text.find('"', key + kKey.size());
  if (begin == std::string_view::npos) return {};
  const std::string_view version = text.substr(begin + 1, text.find('"', begin + 1) - begin - 1);
  const bool regular =
      !version.empty() && version.size() < 12 && std::ranges::all_of(version, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
  return regular ? std::string(version) : std::string();
}

std::string text_of(const Statement& s) { return s.node + '\n' + s.database + '\n' + s.run_as + '\n' + s.sql; }

/// Less to do on a worker of a Citus cluster is no difference: what a node needs is not in the fingerprint, and may be done by now.
Script without_nodes(Script script) {
  std::erase_if(script.statements, [](const Statement& s) { return !s.node.empty(); });
  return script;
}

/// The statements of `a` that `b` has not, as lines of a message.
std::string missing_statements(const Script& a, const Script& b, std::string_view sign) {
  std::vector<std::string> texts;
  for (const Statement& s : b.statements) texts.push_back(text_of(s));
  std::ranges::sort(texts);
  std::string lines;
  std::size_t count = 0;
  for (const Statement& s : a.statements) {
    if (std::ranges::binary_search(texts, text_of(s))) continue;
    if (++count <= kShown) lines += fmt::format("{} {}\n", sign, printable(s.sql));
  }
  if (count > kShown) lines += fmt::format("{} {} more statements\n", sign, count - kShown);
  return lines;
}

void check_target(const ServerInfo& saved, const ServerInfo& fresh) {
  const auto require = [](std::string_view what, const std::string& then, const std::string& now) {
    if (then == now) return;
    throw Refusal(3, fmt::format("the plan is for another server: {} was {}, now it is {}", what, printable(then), printable(now)),
                  "Connect to the server that the plan was made for, or make a new plan.");
  };
  require("the system identifier", saved.system_identifier, fresh.system_identifier);
  require("the database", saved.database, fresh.database);
  require("the user", saved.user, fresh.user);
  require("the server's version", std::to_string(saved.version_num), std::to_string(fresh.version_num));
}

}  // namespace

std::string to_plan_file(const Planned& planned, const ResolveOptions& resolve, const std::string& expires_at) {
  std::ostringstream out;
  write_document_body(out, planned);
  out << kInputs << json_line(inputs_json(planned, resolve));
  out << ",\n  \"expires_at\": " << json_string_or_null(expires_at);
  std::string text = std::move(out).str();
  const std::string checksum = sha256_hex(text);
  text.append(kChecksum).append(checksum).append(kEnd);
  return text;
}

void save_plan(const std::string& path, const Planned& planned, const ResolveOptions& resolve, const std::string& expires_at) {
  write_file_atomically(path, to_plan_file(planned, resolve, expires_at), 0600);
}

bool is_plan_file(std::string_view text) {
  const std::string_view begin = trim(text.substr(0, 4096));
  return begin.starts_with('{') &&
         (begin.find("\"format_version\"") != std::string_view::npos || text.rfind(kChecksum) != std::string_view::npos);
}

SavedPlan read_plan_file(std::string_view text) {
  // Another major version may have another checksum: that question comes first.
  if (const std::string version = leading_version(text); !version.empty()) check_format_version("the plan", version);
  const auto body = checked_body(text);
  if (!body) {
    // A document of plan --format json has neither member; a saved plan with one damaged key still has the other.
    if (text.find("\"checksum\"") == std::string_view::npos && text.find(kInputs) == std::string_view::npos) {
      throw Error("the file is no saved plan: it has no checksum", "Save a plan with `pgcharter plan --out FILE`.");
    }
    throw Refusal(3, "the plan was altered after it was saved: its checksum does not match", "Make a new plan.");
  }
  const PlanDocument document = read_document(text, ReadChanges::No);
  SavedPlan saved;
  const std::size_t inputs = body->rfind(kInputs);
  if (inputs == std::string_view::npos) throw Error("the plan holds no inputs");
  saved.document = std::string(body->substr(0, inputs)) + "\n}\n";
  with_json_errors("the plan", [&] {
    const Json json = Json::parse("{" + std::string(body->substr(inputs + 1)) + "}");
    for (const Json& file : json.at("inputs").at("files")) {
      saved.sources.documents.push_back(
          {.path = text_member(file, "path"), .sha256 = text_member(file, "sha256"), .text = text_member(file, "text")});
    }
    saved.sources.vars = json.at("inputs").at("vars").get<std::map<std::string, std::string>>();
    saved.resolve.set_passwords = json.at("inputs").at("set_passwords").get<bool>();
    saved.expires_at = text_member(json, "expires_at");
  });
  saved.target = document.target;
  saved.fingerprint = document.fingerprint;
  saved.charter_name = document.charter_name;
  saved.tool_version = document.tool_version;
  saved.generated_at = document.generated_at;
  saved.script = document.script;
  return saved;
}

void check_saved_target(const SavedPlan& saved, const ServerInfo& server) {
  check_target(saved.target, server);
  // Both are ISO 8601 in UTC, so they compare as text.
  if (!saved.expires_at.empty() && server.now >= saved.expires_at) {
    throw Refusal(3, fmt::format("the plan expired at {}; the server's clock says {}", saved.expires_at, server.now), "Make a new plan.");
  }
}

void check_saved_plan(const SavedPlan& saved, const Planned& fresh) {
  check_saved_target(saved, fresh.actual.server);
  const Script now = all_statements(fresh);
  const std::string differences =
      missing_statements(without_nodes(saved.script), now, "no longer needed:") + missing_statements(now, saved.script, "needed now:");
  if (saved.fingerprint == fresh.fingerprint && differences.empty()) return;
  std::string message = "the plan is stale: ";
  if (saved.fingerprint == fresh.fingerprint) {
    message += "the same charter now needs other statements (time has passed, or another version of pgcharter)";
  } else {
    message += "the server has changed since it was made";
    if (differences.empty()) message += "; the statements would still be the same";
  }
  Refusal refusal(3, message, "Make a new plan.");
  refusal.detail = differences;
  throw refusal;
}

}  // namespace pgcharter
