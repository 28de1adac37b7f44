// Tokens of a person who has logged in with az or azd. Both are asked as Azure's own libraries ask them (azure_cli_credential.cpp;
// azd_cli.py), but without a shell, so nothing needs quoting. Their output holds the token; it is parsed and never shown. What they
// complain about is shown scrubbed. az gives the expiry twice: expires_on in seconds (since 2.54) and expiresOn as local time.

#include <fmt/format.h>

#include "azure/sources.h"
#include "base/strings.h"

namespace pgcharter::azure {
namespace {

CommandResult run_tool(Inquiry& inquiry, const std::string& name, std::vector<std::string> arguments) {
  Command command;
  command.program = find_program(name, inquiry.around.env("PATH").value_or(""));
  if (command.program.empty()) throw unavailable(fmt::format("the program {} is not on the PATH", name));
  command.arguments = std::move(arguments);
  command.environment = {{"AZURE_CORE_NO_COLOR", "true"}, {"AZURE_CORE_ONLY_SHOW_ERRORS", "true"}, {"NO_COLOR", "true"}};
  const CommandResult result = inquiry.around.run(command);
  if (!result.started) throw unavailable(fmt::format("{} can't be started", command.program));
  if (result.timed_out) throw refused(fmt::format("{} gave no answer in {} s", name, command.timeout.count() / 1000));
  return result;
}

/// What a failure of the program means; `phrases` are those of one where nobody has logged in.
SourceFailure tool_failure(const Inquiry& inquiry, const std::string& name, const CommandResult& result,
                           const std::vector<std::string>& phrases, const std::string& hint) {
  const std::string said = inquiry.around.secrets.scrub(trim(result.err));
  const std::string lower = to_lower(result.err);
  for (const std::string& phrase : phrases) {
    if (lower.find(phrase) != std::string::npos) return unavailable(fmt::format("nobody has logged in with {}: {}", name, said), hint);
  }
  if (result.exit_code == 127) return unavailable(fmt::format("{} can't be run: {}", name, said));
  return refused(fmt::format("{} failed with exit code {}: {}", name, result.exit_code, said), hint);
}

}  // namespace

AccessToken ask_azure_cli(Inquiry& inquiry) {
  std::vector<std::string> arguments = {"account", "get-access-token", "--output", "json", "--resource", inquiry.resource};
  if (const auto tenant = inquiry.around.env("AZURE_TENANT_ID"))
    arguments.insert(arguments.end(), {"--tenant", checked_id("AZURE_TENANT_ID", *tenant)});
  const CommandResult result = run_tool(inquiry, "az", std::move(arguments));
  if (result.exit_code != 0) {
    throw tool_failure(inquiry, "az", result, {"az login", "az account set", "please run 'az login'"}, "Run az login.");
  }
  return parse_token_reply(
      inquiry.around, "az", result.out,
      {.token = "accessToken", .expires_on = "expires_on", .expires_on_text = "expiresOn", .text_is_local_time = true});
}

AccessToken ask_azd(Inquiry& inquiry) {
  std::vector<std::string> arguments = {"auth", "token", "--output", "json", "--scope", inquiry.resource + "/.default"};
  if (const auto tenant = inquiry.around.env("AZURE_TENANT_ID"))
    arguments.insert(arguments.end(), {"--tenant-id", checked_id("AZURE_TENANT_ID", *tenant)});
  const CommandResult result = run_tool(inquiry, "azd", std::move(arguments));
  if (result.exit_code != 0) {
    throw tool_failure(inquiry, "azd", result, {"not logged in", "azd auth login"}, "Run azd auth login.");
  }
  return parse_token_reply(inquiry.around, "azd", result.out, {.token = "token", .expires_on = "expiresOn"});
}

}  // namespace pgcharter::azure
