// Answers are read strictly: a token that is not plain text, that has no expiry, or that has expired already is worse than none, because
// the server would refuse it with a message about a wrong password. What a refusal says is shown by its code and its first line;
// Microsoft's documentation ("Microsoft Entra authentication and authorization error codes") asks programs to look at codes, never at
// texts.

#include "azure/token_reply.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace pgcharter::azure {
namespace {

using Json = nlohmann::json;

struct CodeHint {
  long code;
  std::string_view hint;
};
constexpr std::array<CodeHint, 9> kHints{{
    {7000215, "The client secret is wrong: use the secret's value, not its id."},
    {7000222, "The client secret has expired: make a new one."},
    {700016, "The application is not in this tenant: check AZURE_CLIENT_ID and AZURE_TENANT_ID."},
    {700027, "The signature of the assertion was refused: is this certificate registered with the application?"},
    {70021, "No federated credential of the application matches: compare issuer, subject and audience."},
    {700213, "No federated credential of the application matches the token's subject."},
    {700211, "No federated credential of the application matches the token's issuer."},
    {70011, "The audience was refused: check --cloud."},
    {90002, "There is no such tenant in this cloud: check AZURE_TENANT_ID and AZURE_AUTHORITY_HOST."},
}};

Json parse_object(const std::string& who, const std::string& body) {
  Json json = Json::parse(body, nullptr, false);
  if (json.is_object()) return json;
  throw refused(fmt::format("{} answered something that is no JSON object", who), "Something else may listen there, or a proxy answers.");
}

std::string string_member(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// A password is a C string, and a token is a header's value: visible ASCII characters.
bool is_plain(const std::string& token) {
  return !token.empty() && token.size() < 60000 && std::ranges::all_of(token, [](unsigned char c) { return c > 0x20 && c < 0x7F; });
}

/// A number, or a string that holds one.
std::optional<long long> seconds_member(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end()) return std::nullopt;
  if (found->is_number_integer() || found->is_number_unsigned()) return found->get<long long>();
  if (found->is_number_float()) {
    const double value = found->get<double>();
    return value > 0 && value < 1e12 ? std::optional(static_cast<long long>(value)) : std::nullopt;
  }
  if (!found->is_string()) return std::nullopt;
  const std::string text = found->get<std::string>();
  if (text.empty() || text.size() > 12 || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  return std::stoll(text);
}

std::optional<Instant> expiry(const Surroundings& around, const Json& json, const ReplyKeys& keys) {
  if (const auto seconds = seconds_member(json, "expires_in"); seconds && *seconds > 0 && *seconds < 400L * 86400) {
    return around.clock.now() + std::chrono::seconds(*seconds);
  }
  const auto member = json.find(keys.expires_on);
  if (const auto seconds = seconds_member(json, keys.expires_on)) return parse_instant(std::to_string(*seconds));
  if (member != json.end() && member->is_string()) return parse_instant(member->get<std::string>(), keys.text_is_local_time);
  if (keys.expires_on_text == nullptr) return std::nullopt;
  return parse_instant(string_member(json, keys.expires_on_text), keys.text_is_local_time);
}

std::string first_line(const std::string& text) { return text.substr(0, text.find_first_of("\r\n")); }

}  // namespace

SourceFailure unavailable(std::string message, std::string hint) { return {true, std::move(message), std::move(hint)}; }
SourceFailure refused(std::string message, std::string hint) { return {false, std::move(message), std::move(hint)}; }

AccessToken parse_token_reply(Surroundings& around, const std::string& who, const std::string& body, const ReplyKeys& keys) {
  const Json json = parse_object(who, body);
  AccessToken token;
  token.value = string_member(json, keys.token);
  around.secrets.add(token.value);
  if (!is_plain(token.value)) throw refused(fmt::format("{} answered without a usable \"{}\"", who, keys.token));
  const auto expires = expiry(around, json, keys);
  if (!expires) throw refused(fmt::format("{} gave a token and did not say when it expires", who));
  if (*expires <= around.clock.now()) {
    throw refused(fmt::format("{} gave a token that has already expired", who), "Check the clock of this machine.");
  }
  token.expires = *expires;
  return token;
}

std::string parse_string_reply(Surroundings& around, const std::string& who, const std::string& body, const char* key) {
  std::string value = string_member(parse_object(who, body), key);
  around.secrets.add(value);
  if (!is_plain(value)) throw refused(fmt::format("{} answered without a usable \"{}\"", who, key));
  return value;
}

std::string told_by(const Surroundings& around, const HttpResponse& response) {
  if (response.status == 0) return around.secrets.scrub(response.failure);
  std::string text;
  const Json json = Json::parse(response.body, nullptr, false);
  if (json.is_object()) {
    const auto error = json.find("error");
    if (error != json.end() && error->is_object()) {
      text = string_member(*error, "code") + ": " + first_line(string_member(*error, "message"));
    } else {
      text = string_member(json, "error");
      const std::string more = first_line(string_member(json, "error_description"));
      const std::string message = first_line(string_member(json, "message"));
      if (!more.empty()) text += (text.empty() ? "" : ": ") + more;
      if (!message.empty()) text += (text.empty() ? "" : ": ") + message;
    }
  }
  // A page of HTML says nothing that its status does not.
  const std::string clean = around.secrets.scrub(text);
  return fmt::format("status {}{}{}", response.status, clean.empty() ? "" : ", ", clean);
}

SourceFailure entra_failure(const Surroundings& around, const std::string& who, const HttpResponse& response) {
  std::string hint;
  const Json json = Json::parse(response.body, nullptr, false);
  if (json.is_object() && json.contains("error_codes") && json["error_codes"].is_array()) {
    for (const Json& code : json["error_codes"]) {
      for (const CodeHint& row : kHints) {
        if (code.is_number_integer() && code.get<long>() == row.code) hint = row.hint;
      }
    }
  }
  if (hint.empty() && response.status >= 300 && response.status < 400) {
    hint = "It wants to redirect, and a credential is never sent on; check the endpoint.";
  }
  if (response.status == 0) return refused(fmt::format("{} could not be asked: {}", who, told_by(around, response)));
  return refused(fmt::format("{} refused: {}", who, told_by(around, response)), hint);
}

std::string base64url(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  unsigned int buffer = 0;
  int bits = 0;
  for (unsigned char c : bytes) {
    buffer = (buffer << 8U) | c;
    for (bits += 8; bits >= 6; bits -= 6) out += kDigits[(buffer >> static_cast<unsigned>(bits - 6)) & 63U];
  }
  if (bits > 0) out += kDigits[(buffer << static_cast<unsigned>(6 - bits)) & 63U];
  return out;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string out;
  unsigned int buffer = 0;
  int bits = 0;
  for (char c : text) {
    unsigned int value = 0;
    if (c >= 'A' && c <= 'Z')
      value = static_cast<unsigned>(c - 'A');
    else if (c >= 'a' && c <= 'z')
      value = static_cast<unsigned>(c - 'a') + 26;
    else if (c >= '0' && c <= '9')
      value = static_cast<unsigned>(c - '0') + 52;
    else if (c == '-' || c == '+')
      value = 62;
    else if (c == '_' || c == '/')
      value = 63;
    else if (c == '=')
      break;
    else
      return std::nullopt;
    buffer = (buffer << 6U) | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>((buffer >> static_cast<unsigned>(bits)) & 255U);
    }
  }
  return out;
}

}  // namespace pgcharter::azure

namespace pgcharter {

using nlohmann::json;

std::vector<std::pair<std::string, std::string>> token_claims(const AccessToken& token) {
  std::vector<std::pair<std::string, std::string>> claims;
  const std::size_t first = token.value.find('.');
  const std::size_t second = first == std::string::npos ? first : token.value.find('.', first + 1);
  if (second == std::string::npos) return claims;
  const auto payload = azure::from_base64url(std::string_view(token.value).substr(first + 1, second - first - 1));
  const json parsed = payload ? json::parse(*payload, nullptr, false) : json();
  if (!parsed.is_object()) return claims;
  for (const char* name : {"aud", "tid", "oid", "idtyp", "appid", "app_displayname", "upn", "unique_name", "xms_mirid"}) {
    const auto found = parsed.find(name);
    if (found != parsed.end() && found->is_string()) claims.emplace_back(name, found->get<std::string>());
  }
  return claims;
}

std::string token_json(const AccessToken& token, bool reveal) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(token.expires.time_since_epoch()).count();
  json document = {{"source", token.source}, {"audience", token.resource}, {"expires_on", seconds}, {"claims", json::object()}};
  for (const auto& [name, value] : token_claims(token)) document["claims"][name] = value;
  if (reveal) document["access_token"] = token.value;
  return document.dump(2, ' ', false, json::error_handler_t::replace);
}

}  // namespace pgcharter
