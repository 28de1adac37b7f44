// The ritual of a live test: charter, plan that is not empty, apply, plan that is empty.
#pragma once

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "pgcharter/reconcile.h"

#include "support/live_server.h"

namespace pgcharter::testing {

/// A YAML scalar in double quotes that reads back as `text`; "${" is kept from being a variable.
inline std::string yaml(std::string_view text) {
  std::string result = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' || c == '\\') result += '\\';
    if (c == '$' && i + 1 < text.size() && text[i + 1] == '{') result += '$';
    if (c == '\n')
      result += "\\n";
    else if (c == '\t')
      result += "\\t";
    else
      result += c;
  }
  return result + '"';
}

/// A part of schema.name in a manifest, in the quotes that keep dots and wildcards literal.
inline std::string part(std::string_view name) { return ident(name); }

class ConvergeTest : public LiveTest {
 protected:
  void TearDown() override {
    connection.reset();
    const auto admin = server.open();
    admin->execute("DROP DATABASE IF EXISTS " + ident(database_name) + " WITH (FORCE)");
    for (const std::string& role : roles) admin->execute("DROP ROLE IF EXISTS " + ident(role));
  }

  /// Nothing where the charter and the server do not go together; the test has failed then.
  std::unique_ptr<Planned> plan(const std::string& manifest) {
    CharterSources sources;
    sources.documents.push_back({"test.yaml", "", manifest});
    Diagnostics diagnostics;
    const auto charter = load_charter(sources, diagnostics);
    auto planned = charter ? make_planned(*charter, connector(), options(), diagnostics) : nullptr;
    std::ostringstream text;
    for (const Diagnostic& diagnostic : diagnostics.all()) write_diagnostic(text, diagnostic);
    EXPECT_NE(planned, nullptr) << text.str();
    return planned;
  }

  std::vector<std::string> plan_sql(const std::string& manifest) {
    std::vector<std::string> result;
    if (const auto planned = plan(manifest)) {
      for (const Statement& statement : planned->script.statements) result.push_back(statement.sql);
    }
    return result;
  }

  /// Applies, and expects that nothing is left to do.
  void converge(const std::string& manifest) {
    const auto planned = plan(manifest);
    if (planned == nullptr) return;
    ApplyObserver observer;
    try {
      apply_planned(*planned, connector(), options(), observer);
    } catch (const Error& error) {
      FAIL() << error.what() << "\n" << error.detail << "\n" << error.statement;
    }
    EXPECT_EQ(plan_sql(manifest), std::vector<std::string>{});
  }

  bool is_true(const std::string& condition) { return column("select " + condition) == std::vector<std::string>{"t"}; }

  /// Dropped, with everything that is theirs, at the end of the test.
  std::vector<std::string> roles;

 private:
  Connector connector() {
    return [this](const std::optional<std::string>& database) { return server.open(database.value_or(database_name)); };
  }

  static ReconcileOptions options() {
    ReconcileOptions options;
    options.allow = {Hazard::DropRole, Hazard::DropObject, Hazard::LoginLoss, Hazard::LockOut, Hazard::PrivilegeEscalation};
    return options;
  }
};

}  // namespace pgcharter::testing
