// Scrubbing is the last line of defence, not the first: no text of ours is made of a secret. What a service answers is another matter (a
// careless proxy repeats requests), so whatever is shown of an answer passes scrub(). Secrets are looked for as they are, in the
// percent-encoding of forms and as JSON strings; a JSON Web Token is recognised by its shape (RFC 7519: three base64url parts, the first a
// JSON object, hence "eyJ").

#include "azure/surroundings.h"

#include <algorithm>
#include <cstdlib>
#include <thread>

#include <fmt/format.h>

#include "pgcharter/diagnostics.h"

#include "base/files.h"
#include "base/strings.h"

namespace pgcharter::azure {
namespace {

constexpr std::size_t kShown = 300;
constexpr std::size_t kShortestSecret = 4;
constexpr std::string_view kStars = "********";

bool is_base64url(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '=';
}

void replace_all(std::string& text, const std::string& what) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + kStars.size()))
    text.replace(at, what.size(), kStars);
}

/// Long runs of base64url characters that begin like a token.
void replace_tokens(std::string& text) {
  constexpr std::size_t kShortestToken = 20;
  for (std::size_t at = text.find("eyJ"); at != std::string::npos; at = text.find("eyJ", at)) {
    std::size_t end = at;
    while (end < text.size() && is_base64url(text[end])) ++end;
    if (end - at >= kShortestToken) {
      text.replace(at, end - at, kStars);
      at += kStars.size();
    } else {
      at = end;
    }
  }
}

std::string json_escaped(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '"' || c == '\\' || c == '/') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

void SystemClock::sleep(std::chrono::milliseconds time) {
  constexpr std::chrono::milliseconds kSlice{100};
  while (time.count() > 0) {
    if (interrupted_ && interrupted_()) throw Error("interrupted");
    const auto slice = std::min(time, kSlice);
    std::this_thread::sleep_for(slice);
    time -= slice;
  }
}

void Secrets::add(const std::string& secret) {
  if (secret.size() < kShortestSecret) return;
  for (const std::string& form : {secret, percent_encode(secret), json_escaped(secret)}) {
    if (std::ranges::find(known_, form) == known_.end()) known_.push_back(form);
  }
  // A secret may be a part of another one: the longer one goes first.
  std::ranges::stable_sort(known_, [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
}

std::string Secrets::scrub(std::string_view text) const {
  std::string clean(text);
  for (const std::string& secret : known_) replace_all(clean, secret);
  replace_tokens(clean);
  std::ranges::replace_if(
      clean, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  if (clean.size() > kShown) {
    std::size_t end = kShown;
    while (end > 0 && (static_cast<unsigned char>(clean[end]) & 0xC0U) == 0x80U) --end;
    clean = clean.substr(0, end) + "…";
  }
  return std::string(trim(clean));
}

std::optional<std::string> Surroundings::secret_env(const std::string& name) {
  auto value = env(name);
  if (value) secrets.add(*value);
  return value;
}

void Surroundings::tell(const std::string& line) const {
  if (explain) explain(line);
}

std::optional<std::string> process_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nobody writes the environment
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

std::string read_small_file(const std::string& path, const std::string& what) {
  std::string text;
  try {
    text = read_file(path, std::size_t{1} << 16U);
  } catch (const Error& error) {
    throw Error(fmt::format("can't read {}: {}", what, error.what()), error.hint);
  }
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

}  // namespace pgcharter::azure
