// The rules are those of Azure's own libraries (azure-core retry_policy.cpp; MSAL's docs/imds_retry_based_on_errors.md), because services
// throttle those who ask more eagerly. An answer in time is worth more than one more try, so everything is bounded.

#include "azure/retry.h"

#include <algorithm>
#include <charconv>
#include <random>

#include <fmt/format.h>

namespace pgcharter::azure {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestPause{60000};

std::optional<long> number(const std::string& text) {
  long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

/// What the service asks for.
std::optional<milliseconds> asked_pause(const HttpResponse& response) {
  for (const char* name : {"retry-after-ms", "x-ms-retry-after-ms"}) {
    if (const auto value = number(response.header(name))) return milliseconds(*value);
  }
  if (const auto value = number(response.header("retry-after"))) return milliseconds(std::min(*value, 86400L) * 1000);
  return std::nullopt;
}

milliseconds own_pause(const RetryRule& rule, int retry) {
  milliseconds pause = rule.first * (1 << retry);
  if (rule.jitter) {
    static thread_local std::minstd_rand random(std::random_device{}());
    pause = pause * (800 + static_cast<int>(random() % 501)) / 1000;
  }
  return std::min(pause, kLongestPause);
}

}  // namespace

const RetryRule kServiceRule{.again = [](long s) { return s == 0 || s == 408 || s == 429 || s == 500 || s == 502 || s == 503 || s == 504; },
                             .retries = 3,
                             .first = milliseconds(800),
                             .jitter = true};
const RetryRule kImdsRule{.again = [](long s) { return s == 0 || s == 404 || s == 408 || s == 429 || (s >= 500 && s < 600); },
                          .retries = 3,
                          .first = milliseconds(1000),
                          .jitter = false,
                          .special_status = 410,
                          .special_retries = 7,
                          .special_pause = milliseconds(10000)};

HttpResponse send_with_retries(Surroundings& around, const HttpRequest& request, const RetryRule& rule, std::optional<HttpResponse> first) {
  int retries = 0;
  int special = 0;
  HttpResponse response = first ? std::move(*first) : around.http.send(request);
  for (;;) {
    milliseconds pause{};
    if (response.status != 0 && response.status == rule.special_status) {
      if (special++ == rule.special_retries) return response;
      pause = rule.special_pause;
    } else if (rule.again(response.status)) {
      if (retries == rule.retries) return response;
      const auto asked = asked_pause(response);
      if (asked && *asked > kLongestPause) return response;
      pause = asked.value_or(own_pause(rule, retries));
      ++retries;
    } else {
      return response;
    }
    around.tell(fmt::format("{} {}; asking again in {:.1f} s", shown_url(request.url),
                            response.status == 0 ? around.secrets.scrub(response.failure) : fmt::format("answered {}", response.status),
                            static_cast<double>(pause.count()) / 1000));
    around.clock.sleep(pause);
    response = around.http.send(request);
  }
}

}  // namespace pgcharter::azure
