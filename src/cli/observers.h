// Everybody who watches an apply, as one observer: progress for the person, the audit log, the inverse.
#pragma once

#include <vector>

#include "pgcharter/apply.h"

namespace pgcharter::cli {

class Observers final : public ApplyObserver {
 public:
  void add(ApplyObserver& observer) { all_.push_back(&observer); }

  void begins(const std::string& what) override {
    for (ApplyObserver* o : all_) o->begins(what);
  }
  void statement_begins(const Statement& statement, std::size_t index, std::size_t count) override {
    for (ApplyObserver* o : all_) o->statement_begins(statement, index, count);
  }
  void statement_ended(const Statement& statement, const Error* error, std::chrono::microseconds took) override {
    for (ApplyObserver* o : all_) o->statement_ended(statement, error, took);
  }
  void message(const std::string& text) override {
    for (ApplyObserver* o : all_) o->message(text);
  }
  void inverse(const std::string& what, const Inverse& inverse) override {
    for (ApplyObserver* o : all_) o->inverse(what, inverse);
  }
  void committed(const std::string& what) override {
    for (ApplyObserver* o : all_) o->committed(what);
  }
  void rolled_back(const std::string& what, const std::string& why) override {
    for (ApplyObserver* o : all_) o->rolled_back(what, why);
  }

 private:
  std::vector<ApplyObserver*> all_;
};

}  // namespace pgcharter::cli
