// The chain "entra" is the one of DefaultAzureCredential in Azure's own libraries, as far as a program without a window can follow it:
// environment, workload identity, managed identity, Azure CLI; AZURE_TOKEN_CREDENTIALS narrows it (prod: the first three; dev: the tools of
// a developer; or the name of a class). A source that is not set up, or is not there, is passed over with its reason. One that is set up
// and refuses ends the search: the next source would log in as somebody else, and the real mistake would stay hidden (so do the libraries
// for Python, Go and .NET).

#include "azure/chain.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/strings.h"

namespace pgcharter::azure {
namespace {

constexpr std::chrono::minutes kRenewBefore{5};
constexpr std::chrono::seconds kStillUsable{30};

constexpr std::array<Member, 7> kMembers{{
    {"environment", "EnvironmentCredential", {"client-secret", "client-certificate"}},
    {"workload-identity", "WorkloadIdentityCredential", {"workload-identity"}},
    {"managed-identity", "ManagedIdentityCredential", {"app-service", "app-service-2017", "azure-arc", "imds"}},
    {"azure-cli", "AzureCliCredential", {"azure-cli"}},
    {"azd", "AzureDeveloperCliCredential", {"azd"}},
    {"github-actions", "", {"github-actions"}},
    {"azure-pipelines", "AzurePipelinesCredential", {"azure-pipelines"}},
}};
constexpr std::size_t kChainLength = 4;

std::vector<Member> narrowed_chain(const Surroundings& around) {
  const std::vector<Member> chain(kMembers.begin(), kMembers.begin() + kChainLength);
  const auto wanted = around.env("AZURE_TOKEN_CREDENTIALS");
  if (!wanted) return chain;
  const std::string word = to_lower(*wanted);
  if (word == "prod") return {chain.begin(), chain.begin() + 3};
  if (word == "dev") return {kMembers[3], kMembers[4]};
  std::string allowed = "prod, dev";
  for (const Member& member : kMembers) {
    if (member.class_name.empty()) continue;
    if (to_lower(member.class_name) == word) return {member};
    allowed += fmt::format(", {}", member.class_name);
  }
  throw Error(fmt::format("AZURE_TOKEN_CREDENTIALS has a value that is not known: \"{}\"", printable(*wanted)),
              fmt::format("The values are {}.", allowed));
}

std::string authority_of(const std::string& text) {
  const std::string spelled = text.find("://") == std::string::npos ? "https://" + text : text;
  const Url url = parse_url(spelled);
  if ((!url.path.empty() && url.path != "/") || !url.query.empty()) {
    throw Error("AZURE_AUTHORITY_HOST holds more than a host", "The form is https://login.microsoftonline.com.");
  }
  std::string clean = shown_url(spelled);
  if (clean.ends_with('/')) clean.pop_back();
  return clean;
}

/// A line for each source, in the order in which they were asked.
Error chain_failure(const std::vector<std::string>& said, bool stopped, const std::string& hint) {
  Error error("no source gave a token:\n" + join(said, "\n"));
  error.hint = stopped ? "A source that is set up and refuses ends the search; name another one with --credential entra:SOURCE."
                       : "Set one of them up, or log in with az login; --credential entra:SOURCE asks just one.";
  if (!hint.empty()) error.hint = hint + "\n" + error.hint;
  return error;
}

}  // namespace

std::vector<Member> members_of(const std::string& credential, const Surroundings& around) {
  constexpr std::string_view kPrefix = "entra:";
  if (!credential.starts_with(kPrefix)) return narrowed_chain(around);
  const std::string name = credential.substr(kPrefix.size());
  const auto member = std::ranges::find(kMembers, name, &Member::name);
  if (member != kMembers.end()) return {*member};
  const auto source = std::ranges::find(all_sources(), name, &Source::name);
  if (source != all_sources().end()) return {Member{source->name, {}, {source->name}}};
  std::vector<std::string> names;
  for (const auto& [known, needs] : token_source_names()) names.push_back(known);
  const auto near = nearest(name, names);
  throw Error(fmt::format("unknown source of tokens \"{}\"{}", printable(name), near ? fmt::format("; did you mean \"{}\"?", *near) : ""),
              fmt::format("The sources are {}.", join(names, ", ")));
}

ChainedSource::ChainedSource(const CredentialOptions& options, Surroundings& around)
    : around_(around), members_(members_of(options.credential, around)), identity_(options.identity) {
  decide_cloud(options);
  parse_identity(around_, identity_);
}

void ChainedSource::decide_cloud(const CredentialOptions& options) {
  cloud_ = &cloud_by_name(options.cloud.empty() ? "public" : options.cloud);
  authority_ = fmt::format("https://{}", cloud_->authority);
  const auto host = around_.env("AZURE_AUTHORITY_HOST");
  if (!host) return;
  authority_ = authority_of(*host);
  const Cloud* theirs = cloud_of_authority(parse_url(authority_).host);
  if (theirs == nullptr) return;
  if (options.cloud.empty()) cloud_ = theirs;
  if (theirs != cloud_) {
    throw Error(fmt::format("--cloud {} and AZURE_AUTHORITY_HOST ({}) contradict each other", cloud_->name, theirs->name));
  }
}

AccessToken ChainedSource::token(Audience audience) {
  const auto kept = kept_.find(audience);
  const Instant now = around_.clock.now();
  if (kept != kept_.end() && kept->second.expires - now >= kRenewBefore) return kept->second;
  try {
    kept_[audience] = acquire(audience);
  } catch (const Error& error) {
    // An endpoint that is down for a moment is no reason to fail while the old token still opens the door.
    if (kept == kept_.end() || kept->second.expires - around_.clock.now() < kStillUsable) throw;
    around_.tell(fmt::format("the token could not be renewed and is used until it expires: {}", error.what()));
    return kept->second;
  }
  return kept_[audience];
}

AccessToken ChainedSource::ask(const Source& source, const Member& member, Audience audience, bool in_chain) {
  Inquiry inquiry{.around = around_,
                  .cloud = *cloud_,
                  .authority = authority_,
                  .resource = resource_of(*cloud_, audience),
                  .identity = parse_identity(around_, identity_),
                  .in_chain = in_chain};
  AccessToken token;
  try {
    token = source.ask(inquiry);
  } catch (const SourceFailure&) {
    throw;
  } catch (const Error& error) {
    if (std::string_view(error.what()) == "interrupted") throw;
    throw refused(error.what(), error.hint);
  }
  token.source = member.name == source.name ? std::string(source.name) : fmt::format("{} ({})", member.name, source.name);
  token.resource = inquiry.resource;
  const auto left = std::chrono::duration_cast<std::chrono::minutes>(token.expires - around_.clock.now());
  around_.tell(fmt::format("{}: gave a token for {}, valid for {} min", token.source, token.resource, left.count()));
  return token;
}

AccessToken ChainedSource::acquire(Audience audience) {
  const bool chain = members_.size() > 1;
  std::vector<std::string> said;
  std::string hint;
  const auto note = [&](const std::string& line) {
    said.push_back(line);
    around_.tell(line);
  };
  for (const Member& member : members_) {
    const Source* chosen = nullptr;
    for (std::string_view name : member.sources) {
      if (name.empty() || chosen != nullptr) continue;
      const Source& source = source_by_name(name);
      const std::string why = why_not_configured(source, around_);
      if (why.empty()) {
        chosen = &source;
      } else {
        note(fmt::format("{}: not set up: {}", source.name, why));
      }
    }
    if (chosen == nullptr) continue;
    try {
      return ask(*chosen, member, audience, chain);
    } catch (const SourceFailure& failure) {
      note(fmt::format("{}: {}", chosen->name, failure.what()));
      hint = failure.hint;
      if (!failure.unavailable) throw chain_failure(said, chain, hint);
    }
  }
  throw chain_failure(said, false, hint);
}

World::World(const CredentialOptions& options)
    : http(options.interrupted, process_environment("SSL_CERT_FILE").value_or("")),
      clock(options.interrupted),
      around{.environment = &process_environment,
             .http = http,
             .clock = clock,
             .run = [interrupted = options.interrupted](const Command& command) { return run_command(command, interrupted); },
             .explain = options.explain} {}

}  // namespace pgcharter::azure

namespace pgcharter {

std::vector<std::pair<std::string, std::string>> token_source_names() {
  std::vector<std::pair<std::string, std::string>> names = {
      {"environment", "what client-secret or client-certificate needs"},
      {"managed-identity", "the first that is set up of app-service, app-service-2017, azure-arc, imds"}};
  for (const azure::Source& source : azure::all_sources()) {
    std::string needs;
    for (const char* name : source.needs) {
      if (name != nullptr) needs += fmt::format("{}{}", needs.empty() ? "" : ", ", name);
    }
    names.emplace_back(source.name, needs);
  }
  return names;
}

}  // namespace pgcharter
