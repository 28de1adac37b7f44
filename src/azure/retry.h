// Asking again: which answers deserve it, and after which pause.
#pragma once

#include <chrono>
#include <optional>

#include "azure/surroundings.h"

namespace pgcharter::azure {

struct RetryRule {
  bool (*again)(long status);  ///< 0: there was no answer
  int retries;
  std::chrono::milliseconds first;  ///< doubled with each retry
  bool jitter;
  /// Answers with a rule of their own.
  long special_status = 0;
  int special_retries = 0;
  std::chrono::milliseconds special_pause{0};
};

/// azure-core's default: 3 retries, 0.8 s · 2ⁿ · [0.8 … 1.3], on 408, 429, 500, 502, 503, 504 and where there was no answer.
extern const RetryRule kServiceRule;
/// The instance metadata service: 404, 408, 429, 5xx after 1, 2, 4 s; 410 (it is being updated) every 10 s for 70 s.
extern const RetryRule kImdsRule;

/// Sends until the rule is content. `first` is an answer that is already there. A service that says how long to wait (Retry-After) is
/// obeyed up to a minute; beyond that its answer is returned as it is.
HttpResponse send_with_retries(Surroundings& around, const HttpRequest& request, const RetryRule& rule,
                               std::optional<HttpResponse> first = std::nullopt);

}  // namespace pgcharter::azure
