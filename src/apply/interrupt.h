// Ctrl-C while the server works: the statement is cancelled, so that waiting for a lock ends at once.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "pgcharter/connection.h"

namespace pgcharter {

/// As long as it lives, a thread looks at g_interrupted and asks the server to cancel what runs on `connection`. A signal handler
/// itself may not do that: it takes more than async-signal-safe functions.
class InterruptWatch {
 public:
  explicit InterruptWatch(Connection& connection);
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

 private:
  void watch(Connection& connection);

  std::mutex mutex_;
  std::condition_variable ended_;
  bool end_ = false;
  std::thread thread_;
};

}  // namespace pgcharter
