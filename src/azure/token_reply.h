// The answers of token endpoints.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pgcharter/credential.h"
#include "pgcharter/diagnostics.h"

#include "azure/surroundings.h"

namespace pgcharter::azure {

/// Why a source gave no token. `unavailable`: it is not there or not set up, so a chain goes on; else it is there and refused.
struct SourceFailure : Error {
  SourceFailure(bool is_unavailable, std::string message, std::string advice = {})
      : Error(std::move(message), std::move(advice)), unavailable(is_unavailable) {}
  bool unavailable;
};

SourceFailure unavailable(std::string message, std::string hint = {});
SourceFailure refused(std::string message, std::string hint = {});

/// The names under which a program or service answers.
struct ReplyKeys {
  const char* token = "access_token";
  const char* expires_on = "expires_on";
  const char* expires_on_text = nullptr;  ///< asked where the first one is missing
  bool text_is_local_time = false;        ///< without a zone it is this machine's
};

/// The token of a JSON answer. Throws SourceFailure for anything malformed; `who` begins the message.
AccessToken parse_token_reply(Surroundings& around, const std::string& who, const std::string& body, const ReplyKeys& keys = {});

/// A string member of a JSON object, for the tokens of CI systems; it becomes a known secret.
std::string parse_string_reply(Surroundings& around, const std::string& who, const std::string& body, const char* key);

/// What an answer that is no success says, on one line, scrubbed.
std::string told_by(const Surroundings& around, const HttpResponse& response);

/// The failure that an answer other than 200 means, with the hint that its error code deserves.
SourceFailure entra_failure(const Surroundings& around, const std::string& who, const HttpResponse& response);

/// Seconds since 1970, RFC 3339, or the .NET forms "06/20/2019 02:57:58 +00:00" and "1/16/2019 12:00:00 AM +00:00".
std::optional<Instant> parse_instant(std::string_view text, bool local_without_zone = false);

std::string base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace pgcharter::azure
