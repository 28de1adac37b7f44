// Several transactions of one apply, on several threads, and one observer.
#pragma once

#include <mutex>
#include <string>

#include "pgcharter/apply.h"

namespace pgcharter {

/// Lets one thread at a time speak to the observer.
class SerialObserver final : public ApplyObserver {
 public:
  explicit SerialObserver(ApplyObserver& observer) : observer_(observer) {}

  void begins(const std::string& what) override {
    locked([&] { observer_.begins(what); });
  }
  void statement_begins(const Statement& s, std::size_t index, std::size_t count) override {
    locked([&] { observer_.statement_begins(s, index, count); });
  }
  void statement_ended(const Statement& s, const Error* error, std::chrono::microseconds took) override {
    locked([&] { observer_.statement_ended(s, error, took); });
  }
  void message(const std::string& text) override {
    locked([&] { observer_.message(text); });
  }
  void inverse(const std::string& what, const Inverse& inverse) override {
    locked([&] { observer_.inverse(what, inverse); });
  }
  void committed(const std::string& what) override {
    locked([&] { observer_.committed(what); });
  }
  void rolled_back(const std::string& what, const std::string& why) override {
    locked([&] { observer_.rolled_back(what, why); });
  }

 private:
  template <typename Action>
  void locked(const Action& action) {
    const std::lock_guard lock(mutex_);
    action();
  }

  ApplyObserver& observer_;
  std::mutex mutex_;
};

}  // namespace pgcharter
