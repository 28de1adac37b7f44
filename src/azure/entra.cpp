// Tokens from Entra's token endpoint: the OAuth 2.0 client credentials grant (RFC 6749, 4.4) with a client secret, or with an assertion
// (RFC 7523) that comes from a certificate, from Kubernetes, or from a CI system which vouches for its job. A federated token is read again
// for each request: Kubernetes replaces its file every hour, and those of CI systems live for minutes.

#include <fmt/format.h>

#include "azure/assertion.h"
#include "azure/retry.h"
#include "azure/sources.h"

namespace pgcharter::azure {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

std::string env_id(const Inquiry& inquiry, const char* name, const char* instead = nullptr) {
  auto value = inquiry.around.env(name);
  if (!value && instead != nullptr) value = inquiry.around.env(instead);
  return checked_id(name, value.value_or(""));
}

std::string token_url(const Inquiry& inquiry, const std::string& tenant) { return inquiry.authority + "/" + tenant + "/oauth2/v2.0/token"; }

AccessToken request_token(Inquiry& inquiry, const std::string& tenant, const std::string& client, const Fields& proof) {
  HttpRequest request{.method = "POST", .url = token_url(inquiry, tenant)};
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}};
  Fields fields = {{"grant_type", "client_credentials"}, {"client_id", client}, {"scope", inquiry.resource + "/.default"}};
  fields.insert(fields.end(), proof.begin(), proof.end());
  request.body = form_encode(fields);
  const HttpResponse response = send_with_retries(inquiry.around, request, kServiceRule);
  const std::string who = shown_url(request.url);
  if (response.status != 200) throw entra_failure(inquiry.around, who, response);
  return parse_token_reply(inquiry.around, who, response.body);
}

Fields assertion_fields(const std::string& assertion) {
  return {{"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, {"client_assertion", assertion}};
}

/// A token for a job, from the CI system that runs it.
std::string job_token(Inquiry& inquiry, const HttpRequest& request, const char* key, const std::string& hint) {
  const HttpResponse response = send_with_retries(inquiry.around, request, kServiceRule);
  const std::string who = shown_url(request.url);
  if (response.status != 200) {
    SourceFailure failure = entra_failure(inquiry.around, who, response);
    failure.hint = hint;
    throw SourceFailure(failure);
  }
  return parse_string_reply(inquiry.around, who, response.body, key);
}

}  // namespace

AccessToken ask_client_secret(Inquiry& inquiry) {
  const std::string secret = inquiry.around.secret_env("AZURE_CLIENT_SECRET").value_or("");
  return request_token(inquiry, env_id(inquiry, "AZURE_TENANT_ID"), env_id(inquiry, "AZURE_CLIENT_ID"), {{"client_secret", secret}});
}

AccessToken ask_client_certificate(Inquiry& inquiry) {
  const std::string tenant = env_id(inquiry, "AZURE_TENANT_ID");
  AssertionRequest assertion;
  assertion.pem = read_small_file(inquiry.around.env("AZURE_CLIENT_CERTIFICATE_PATH").value_or(""), "the client certificate");
  assertion.password = inquiry.around.secret_env("AZURE_CLIENT_CERTIFICATE_PASSWORD").value_or("");
  assertion.client_id = env_id(inquiry, "AZURE_CLIENT_ID");
  assertion.audience = token_url(inquiry, tenant);
  assertion.now = inquiry.around.clock.now();
  const std::string chain = inquiry.around.env("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN").value_or("");
  assertion.send_chain = chain == "1" || chain == "true" || chain == "True";
  const std::string text = make_client_assertion(assertion);
  inquiry.around.secrets.add(text);
  return request_token(inquiry, tenant, assertion.client_id, assertion_fields(text));
}

AccessToken ask_workload_identity(Inquiry& inquiry) {
  const std::string file = inquiry.around.env("AZURE_FEDERATED_TOKEN_FILE").value_or("");
  const std::string assertion = read_small_file(file, "the federated token");
  inquiry.around.secrets.add(assertion);
  if (assertion.empty())
    throw refused("the file of AZURE_FEDERATED_TOKEN_FILE is empty", "Does the pod carry the label azure.workload.identity/use?");
  return request_token(inquiry, env_id(inquiry, "AZURE_TENANT_ID"), env_id(inquiry, "AZURE_CLIENT_ID"), assertion_fields(assertion));
}

AccessToken ask_github_actions(Inquiry& inquiry) {
  const std::string tenant = env_id(inquiry, "AZURE_TENANT_ID");
  const std::string client = env_id(inquiry, "AZURE_CLIENT_ID");
  HttpRequest request;
  request.url = with_query(inquiry.around.env("ACTIONS_ID_TOKEN_REQUEST_URL").value_or(""),
                           {{"audience", std::string(inquiry.cloud.federation_audience)}});
  request.headers = {{"Authorization", "Bearer " + inquiry.around.secret_env("ACTIONS_ID_TOKEN_REQUEST_TOKEN").value_or("")},
                     {"Accept", "application/json"}};
  const std::string assertion = job_token(inquiry, request, "value", "The job needs permissions: id-token: write.");
  return request_token(inquiry, tenant, client, assertion_fields(assertion));
}

AccessToken ask_azure_pipelines(Inquiry& inquiry) {
  const std::string tenant = env_id(inquiry, "AZURESUBSCRIPTION_TENANT_ID", "AZURE_TENANT_ID");
  const std::string client = env_id(inquiry, "AZURESUBSCRIPTION_CLIENT_ID", "AZURE_CLIENT_ID");
  const std::string connection = env_id(inquiry, "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID");
  HttpRequest request{.method = "POST"};
  request.url =
      with_query(inquiry.around.env("SYSTEM_OIDCREQUESTURI").value_or(""), {{"api-version", "7.1"}, {"serviceConnectionId", connection}});
  request.headers = {{"Content-Type", "application/json"},
                     {"Authorization", "Bearer " + inquiry.around.secret_env("SYSTEM_ACCESSTOKEN").value_or("")},
                     {"X-TFS-FedAuthRedirect", "Suppress"}};
  const std::string assertion =
      job_token(inquiry, request, "oidcToken",
                "The step must map SYSTEM_ACCESSTOKEN: $(System.AccessToken), and may have to be authorised for the service connection.");
  return request_token(inquiry, tenant, client, assertion_fields(assertion));
}

}  // namespace pgcharter::azure
