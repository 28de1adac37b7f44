// One small database and one charter whose plan has every phase: roles created, altered and dropped, memberships, a schema, owners, grants,
// default privileges, revokes. Before and after are known as the judge's text, so that every fault can be judged.
#pragma once

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pgcharter/reconcile.h"

#include "faults/judge.h"

namespace pgcharter::testing {

/// A count that the environment may raise or lower.
inline int knob(const char* name, int usual) {
  const char* text = std::getenv(name);
  return text != nullptr && *text != '\0' ? std::atoi(text) : usual;
}

/// What one apply said about itself.
struct Told {
  bool succeeded = false;
  std::vector<std::string> committed;  ///< what the observer was told
  std::vector<std::string> messages;   ///< of the observer
  int attempts = 0;
  std::size_t statements = 0;
  int exit_code = 0;  ///< as the command line would have it
  std::string code, error, detail, hint;

  [[nodiscard]] bool unknown() const { return code == "08007"; }
};
std::ostream& operator<<(std::ostream& out, const Told& told);

enum class Verdict { Before, After, Between };

class FaultTest : public ::testing::Test {
 protected:
  static constexpr const char* kDatabase = "faults";
  static void SetUpTestSuite();  ///< makes the database, and learns what before and after are
  void SetUp() override { ASSERT_NO_FATAL_FAILURE(reset()); }

  /// Back to before; checks that it is.
  void reset();
  Verdict judge();
  /// The verdict is what the apply said: success and "committed" are after, an error is before; nothing is in between.
  void expect_truth(const Told& told, const std::string& fault);
  /// Another apply, undisturbed, converges; one more plan is empty.
  void expect_convergence(const std::string& fault);

  static std::unique_ptr<Connection> admin(const std::string& database = kDatabase);
  static ConnectOptions subject(const std::string& database = kDatabase);
  static Connector direct();
  static ReconcileOptions options();
  static std::unique_ptr<Planned> plan(const Connector& connector, const std::string& manifest = {});
  static Told apply(const Planned& shown, const Connector& connector, const ReconcileOptions& options = FaultTest::options(),
                    const std::function<void(const Statement&)>& on_statement = {});

  static const std::string& manifest();
  static Dumps before;
  static Dumps after;
};

/// Ends a session from outside and waits until it is gone.
void end_session(Connection& admin, int pid);

}  // namespace pgcharter::testing
