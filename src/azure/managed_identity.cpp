// Managed identities: the machine itself vouches for the program. Each endpoint has an interface of its own; what they share is that they
// are local, so they are asked without TLS and never through a proxy, and that their resource is a scope without "/.default".
//
// Azure documentation: "How to use managed identities for App Service and Azure Functions" (REST endpoint reference), "How to use managed
// identities on an Azure VM to acquire an access token", "Authenticate against Azure resources with Azure Arc-enabled servers". Retries on
// the metadata service follow MSAL's rules (retry.h); 400 from it means that no such identity is assigned to the machine.

#include <algorithm>

#include <fmt/format.h>
#include <sys/stat.h>

#include "azure/retry.h"
#include "azure/sources.h"
#include "base/strings.h"

namespace pgcharter::azure {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;
using Kind = ManagedIdentity::Kind;

constexpr const char* kNotAssigned = "Is this identity assigned to the machine or app that this runs on?";

/// The query of an endpoint; the three names of an identity's ids are its own.
Fields query_of(const Inquiry& inquiry, const std::string& version, const char* client, const char* object, const char* resource) {
  Fields fields = {{"api-version", version}, {"resource", inquiry.resource}};
  const auto add = [&](const char* name) {
    if (name == nullptr) {
      throw refused("this endpoint knows user-assigned identities by their client id only", "Write --identity client_id=ID.");
    }
    fields.emplace_back(name, inquiry.identity.id);
  };
  switch (inquiry.identity.kind) {
    case Kind::System:
      break;
    case Kind::ClientId:
      add(client);
      break;
    case Kind::ObjectId:
      add(object);
      break;
    case Kind::ResourceId:
      add(resource);
      break;
  }
  return fields;
}

HttpRequest local_request(const std::string& url, const Fields& fields, Fields headers) {
  HttpRequest request;
  request.url = with_query(url, fields);
  request.headers = std::move(headers);
  request.plain_http = PlainHttp::Host;
  request.use_proxy = false;
  return request;
}

AccessToken finish(Inquiry& inquiry, const HttpRequest& request, const HttpResponse& response, const ReplyKeys& keys = {}) {
  const std::string who = shown_url(request.url);
  if (response.status != 200) {
    SourceFailure failure = entra_failure(inquiry.around, who, response);
    if (failure.hint.empty() && response.status != 0) failure.hint = kNotAssigned;
    throw SourceFailure(failure);
  }
  return parse_token_reply(inquiry.around, who, response.body, keys);
}

/// The path of the challenge's key file, checked. Whoever answers the first request chooses it, so nothing but the agent's own folder is
/// read.
std::string challenge_file(const Inquiry& inquiry, const std::string& header) {
  const std::string folder = inquiry.around.arc_token_folder + "/";
  if (std::ranges::count(header, '=') != 1) throw refused("the agent of Azure Arc answered with a malformed challenge");
  const std::string path(trim(std::string_view(header).substr(header.find('=') + 1)));
  const bool basic = to_lower(header).starts_with("basic realm=");
  const std::string name = path.starts_with(folder) ? path.substr(folder.size()) : std::string();
  if (!basic || name.size() <= 4 || !name.ends_with(".key") || name.find('/') != std::string::npos) {
    throw refused("the agent of Azure Arc names a challenge file that is not its own",
                  fmt::format("It must be a .key file in {}.", folder));
  }
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) {
    throw refused("the challenge file of Azure Arc is not there or can't be seen", "Reading it takes membership in the group himds.");
  }
  if (info.st_size > 4096) throw refused("the challenge file of Azure Arc is larger than 4096 bytes");
  return path;
}

}  // namespace

AccessToken ask_app_service(Inquiry& inquiry) {
  const std::string header = inquiry.around.secret_env("IDENTITY_HEADER").value_or("");
  const HttpRequest request = local_request(inquiry.around.env("IDENTITY_ENDPOINT").value_or(""),
                                            query_of(inquiry, "2019-08-01", "client_id", "principal_id", "mi_res_id"),
                                            {{"X-IDENTITY-HEADER", header}, {"Metadata", "true"}});
  return finish(inquiry, request, send_with_retries(inquiry.around, request, kServiceRule));
}

AccessToken ask_app_service_2017(Inquiry& inquiry) {
  const std::string secret = inquiry.around.secret_env("MSI_SECRET").value_or("");
  const HttpRequest request = local_request(inquiry.around.env("MSI_ENDPOINT").value_or(""),
                                            query_of(inquiry, "2017-09-01", "clientid", nullptr, nullptr), {{"secret", secret}});
  return finish(inquiry, request, send_with_retries(inquiry.around, request, kServiceRule));
}

AccessToken ask_imds(Inquiry& inquiry) {
  std::string host = inquiry.around.env("AZURE_POD_IDENTITY_AUTHORITY_HOST").value_or("http://169.254.169.254");
  host = host.substr(0, host.find('/', host.find("://") == std::string::npos ? 0 : host.find("://") + 3));
  HttpRequest request = local_request(host + "/metadata/identity/oauth2/token",
                                      query_of(inquiry, "2018-02-01", "client_id", "object_id", "msi_res_id"), {{"Metadata", "true"}});
  std::optional<HttpResponse> first;
  if (inquiry.in_chain) {
    HttpRequest probe = request;
    probe.connect_timeout = std::chrono::seconds(1);
    first = inquiry.around.http.send(probe);
    if (first->status == 0) {
      throw unavailable(fmt::format("{} does not answer: {}", shown_url(request.url), told_by(inquiry.around, *first)));
    }
  }
  const HttpResponse response = send_with_retries(inquiry.around, request, kImdsRule, std::move(first));
  if (response.status == 400) {
    throw unavailable(fmt::format("{} knows no such identity: {}", shown_url(request.url), told_by(inquiry.around, response)),
                      kNotAssigned);
  }
  return finish(inquiry, request, response);
}

AccessToken ask_azure_arc(Inquiry& inquiry) {
  if (inquiry.identity.kind != Kind::System) {
    throw refused("a machine of Azure Arc has a system-assigned identity only", "Write --identity system, or unset AZURE_CLIENT_ID.");
  }
  const std::string endpoint = inquiry.around.env("IDENTITY_ENDPOINT").value_or("http://127.0.0.1:40342/metadata/identity/oauth2/token");
  HttpRequest request = local_request(endpoint, {{"api-version", "2020-06-01"}, {"resource", inquiry.resource}}, {{"Metadata", "true"}});
  const HttpResponse challenge = send_with_retries(inquiry.around, request, kServiceRule);
  if (challenge.status != 401) {
    SourceFailure failure = entra_failure(inquiry.around, shown_url(request.url), challenge);
    if (challenge.status == 0) failure.unavailable = inquiry.in_chain;
    if (challenge.status == 200) failure = refused(fmt::format("{} gave a token without its challenge", shown_url(request.url)));
    throw SourceFailure(failure);
  }
  const std::string key = read_small_file(challenge_file(inquiry, challenge.header("www-authenticate")), "the challenge file of Azure Arc");
  inquiry.around.secrets.add(key);
  request.headers.emplace_back("Authorization", "Basic " + key);
  return finish(inquiry, request, send_with_retries(inquiry.around, request, kServiceRule));
}

}  // namespace pgcharter::azure
