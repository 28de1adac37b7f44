// The watching thread of InterruptWatch. It polls, ten times a second: a condition variable can't be notified from a signal
// handler. Cancelling is repeated, because a request that arrives between two statements hits nothing (PostgreSQL
// documentation, 55.2.8 Canceling Requests in Progress).
#include "apply/interrupt.h"

#include <chrono>

#include "pgcharter/apply.h"

namespace pgcharter {

InterruptWatch::InterruptWatch(Connection& connection) : thread_([this, &connection] { watch(connection); }) {}

InterruptWatch::~InterruptWatch() {
  {
    const std::lock_guard lock(mutex_);
    end_ = true;
  }
  ended_.notify_one();
  thread_.join();
}

void InterruptWatch::watch(Connection& connection) {
  std::unique_lock lock(mutex_);
  while (!ended_.wait_for(lock, std::chrono::milliseconds(100), [this] { return end_; })) {
    if (g_interrupted == 0) continue;
    lock.unlock();
    connection.cancel();
    lock.lock();
  }
}

}  // namespace pgcharter
