// Random databases and random charters: one apply must do what the charter says, and the next plan must be empty.
//
// Every case has a seed, and the seed is the whole case. PGCHARTER_PROPERTY_COUNT cases (200) run from seed
// PGCHARTER_PROPERTY_FIRST (1) on; PGCHARTER_PROPERTY_SEED runs exactly one, and shows it. A failure prints the manifests,
// the bootstrap SQL, the plan's SQL and every disagreement. One sandbox server serves all cases, each in a database of its
// own, with roles whose names begin with the seed. PGCHARTER_TEST_BIN_DIR names the programs of another server version: a seed is one
// case per version, since a newer server has more to say (parameters from 15 on, membership options from 16 on, MAINTAIN from 17 on,
// default privileges on large objects from 18 on).
//
// PGCHARTER_PROPERTY_EXECUTOR=createrole plans and applies as a role with CREATEROLE and CREATEDB that is no superuser, once a superuser
// has run what preflight asks for, and nothing else; a case that only a superuser can do is counted as skipped.
//
// Not covered here: several databases in one charter, CREATE EXTENSION, concurrent changes; the live tests have those.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <sstream>

#include "pgcharter/reconcile.h"

#include "property/check.h"
#include "property/executor.h"
#include "property/generator.h"
#include "property/model.h"
#include "property/names.h"
#include "sandbox/sandbox.h"

namespace pgcharter::property {
namespace {

std::uint64_t environment_number(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr || *text == 0 ? otherwise : std::strtoull(text, nullptr, 10);
}

std::string script_text(const Script& script) {
  std::string text;
  for (const auto& statement : script.statements) {
    if (!statement.run_as.empty()) text += "-- as " + sql_name(statement.run_as) + "\n";
    text += statement.sql + ";\n";
  }
  return text;
}

std::string diagnostics_text(const Diagnostics& diagnostics) {
  std::ostringstream out;
  for (const auto& diagnostic : diagnostics.all()) {
    if (diagnostic.severity == Severity::Error) write_diagnostic(out, diagnostic);
  }
  return out.str();
}

class Runner {
 public:
  explicit Runner(bool show) : sandbox_(options()), show_(show) {
    ConnectOptions connect_options;
    connect_options.dbname = sandbox_.conninfo();
    admin_ = connect(connect_options);
    use_server(admin_->server().major());
    std::cout << "server: PostgreSQL " << admin_->server().version << std::endl;
  }

  /// True when the case holds.
  bool run(std::uint64_t seed) {
    Complaints complaints;
    planned_sql_.clear();
    beyond_.clear();
    const Case c = generate(seed);
    try {
      create(c);
      converge(c, complaints);
    } catch (const Error& error) {
      // The wrapper of a server is not in the state: that its new owner lacks USAGE on it, the server says.
      if (executor_.on() && std::string_view(error.what()).find("permission denied for foreign-data wrapper") != std::string_view::npos)
        beyond_.emplace_back("to give a foreign server to a role without USAGE on its wrapper");
      else
        complaints.push_back(std::string("error: ") + error.what() + (error.detail.empty() ? "" : " / " + error.detail) +
                             (error.code.empty() ? "" : " [" + error.code + "]") +
                             (error.statement.empty() ? "" : "\n    in: " + error.statement));
    } catch (const std::exception& error) {
      complaints.push_back(std::string("exception: ") + error.what());
    }
    clean_up(c);
    if (!complaints.empty() || show_) print(c, complaints);
    if (!beyond_.empty()) std::cout << "seed " << seed << " skipped, only a superuser is able " << printable(beyond_.front()) << std::endl;
    return complaints.empty();
  }

  [[nodiscard]] std::size_t statements() const { return statements_; }
  [[nodiscard]] const ExecutorMode& executor() const { return executor_; }
  /// The last case was not applied.
  [[nodiscard]] bool skipped() const { return !beyond_.empty(); }

 private:
  static SandboxOptions options() {
    SandboxOptions options;
    if (const char* folder = std::getenv("PGCHARTER_TEST_BIN_DIR")) options.bin_dir = folder;
    // Nothing here has to survive a crash.
    options.settings = {"fsync = off",         "synchronous_commit = off", "full_page_writes = off",         "autovacuum = off",
                        "wal_level = minimal", "max_wal_senders = 0",      "allow_in_place_tablespaces = on"};
    return options;
  }

  void create(const Case& c) {
    if (!c.cluster_sql.empty()) admin_->execute(c.cluster_sql);
    for (const std::string& sql : c.alone_sql) admin_->execute(sql);
    executor_.make_roles(*admin_, c);
    const std::string owner = c.database_owner.empty() ? executor_.executor(c) : c.database_owner;
    admin_->execute("CREATE DATABASE " + sql_name(c.database) + (owner.empty() ? "" : " OWNER " + sql_name(owner)));
    open(c, executor_.maker(c))->execute(c.database_sql);
    executor_.finish_roles(*open(c), c);
  }

  [[nodiscard]] std::unique_ptr<Connection> open(const Case& c, const std::string& role = {}) const {
    ConnectOptions connect_options;
    connect_options.dbname = sandbox_.conninfo("postgres", role);
    return connect(connect_options, c.database);
  }

  void converge(const Case& c, Complaints& complaints) {
    const auto connection = open(c);
    CharterSources sources;
    for (std::size_t i = 0; i < c.documents.size(); ++i)
      sources.documents.push_back({"m" + std::to_string(i + 1) + ".yaml", "", c.documents[i]});
    Diagnostics diagnostics;
    const auto charter = load_charter(sources, diagnostics);
    if (!charter) {
      complaints.push_back("the charter was refused:\n" + diagnostics_text(diagnostics));
      return;
    }
    const Connector connector = [&](const std::optional<std::string>& database) {
      ConnectOptions connect_options;
      connect_options.dbname = sandbox_.conninfo("postgres", executor_.executor(c));
      return connect(connect_options, database ? *database : c.database);
    };
    ReconcileOptions reconcile;
    reconcile.max_revokes = reconcile.max_drops = 1000000;
    reconcile.allow = {Hazard::DropRole, Hazard::DropObject,     Hazard::LongLock,           Hazard::LoginLoss,
                       Hazard::LockOut,  Hazard::SelfMembership, Hazard::PrivilegeEscalation};
    const auto plan = [&] { return make_planned(*charter, connector, reconcile, diagnostics); };
    if (!executor_.provide(*connection, plan, complaints, beyond_)) return;
    Snapshot before = take_snapshot(*connection, c);
    rename_roles(before, c);
    const auto planned = plan();
    if (planned == nullptr) {
      const std::string why = diagnostics_text(diagnostics);
      // Its owner would be a superuser in the same case without this executor.
      if (executor_.on() && why.find("can't own the foreign_data_wrapper") != std::string::npos)
        beyond_.emplace_back("to own a foreign-data wrapper");
      else
        complaints.push_back("no plan was made:\n" + why);
      return;
    }
    planned_sql_ = script_text(planned->script);
    statements_ += planned->script.statements.size();
    check_minimal(planned->plan, complaints);
    const auto again = plan();
    if (again == nullptr || script_text(again->script) != planned_sql_) complaints.push_back("planning twice does not give the same plan");
    ApplyObserver observer;
    apply_planned(*planned, connector, reconcile, observer);
    const Snapshot after = take_snapshot(*connection, c);
    Model model = make_model(c, before);
    excuse_unremovable(model, *planned);
    check_own_memberships(c, before, after, model, complaints);
    if (excuse_unremovable(model, before, after) > 0 && planned->desired.unremovable.empty()) {
      complaints.push_back("something that no session can revoke is left, and the plan did not say so");
    }
    check_entries(model, after, complaints);
    check_untouched(c, model, before, after, complaints);
    check_functions(*connection, model, after, complaints);
    executor_.keep_connect(*connection, c, planned->plan, complaints);
    const auto after_plan = plan();
    if (after_plan == nullptr) {
      complaints.push_back("no second plan was made:\n" + diagnostics_text(diagnostics));
    } else if (!after_plan->script.statements.empty()) {
      complaints.push_back("the second plan is not empty:\n" + script_text(after_plan->script));
    }
  }

  void clean_up(const Case& c) {
    const auto attempt = [&](const std::string& sql) {
      try {
        admin_->execute(sql);
      } catch (const Error& error) {
        std::cerr << "clean-up: " << printable(error.what()) << "\n";
      }
    };
    attempt("DROP DATABASE IF EXISTS " + sql_name(c.database) + " WITH (FORCE)");
    for (const std::string& sql : clean_up_sql(c)) attempt(sql);
    try {
      executor_.drop_roles(*admin_, c);
    } catch (const Error& error) {
      std::cerr << "clean-up: " << printable(error.what()) << "\n";
    }
  }

  void print(const Case& c, const Complaints& complaints) const {
    for (std::size_t i = 0; i < c.documents.size(); ++i)
      std::cout << "--- seed " << c.seed << ", m" << i + 1 << ".yaml\n" << c.documents[i];
    std::cout << "--- seed " << c.seed << ", bootstrap\n" << c.cluster_sql;
    for (const std::string& sql : c.alone_sql) std::cout << sql << ";\n";
    std::cout << "CREATE DATABASE " << sql_name(c.database) << (c.database_owner.empty() ? "" : " OWNER " + sql_name(c.database_owner))
              << ";\n-- in it:\n"
              << c.database_sql;
    std::cout << "--- seed " << c.seed << ", plan\n" << planned_sql_;
    std::cout << "--- seed " << c.seed << ", " << complaints.size() << " disagreements\n";
    for (const auto& complaint : complaints) std::cout << "  " << complaint << "\n";
    std::cout << std::flush;
  }

  Sandbox sandbox_;
  std::unique_ptr<Connection> admin_;
  ExecutorMode executor_;
  std::vector<std::string> beyond_;  ///< what only a superuser could do in the last case
  bool show_;
  std::size_t statements_ = 0;
  std::string planned_sql_;
};

int run_all() {
  const std::uint64_t one = environment_number("PGCHARTER_PROPERTY_SEED", 0);
  const std::uint64_t first = one != 0 ? one : environment_number("PGCHARTER_PROPERTY_FIRST", 1);
  const std::uint64_t count = one != 0 ? 1 : environment_number("PGCHARTER_PROPERTY_COUNT", 200);
  std::cout << "property test: " << count << " cases, seeds " << first << " to " << first + count - 1 << std::endl;
  const auto begin = std::chrono::steady_clock::now();
  Runner runner(one != 0);
  std::uint64_t passed = 0;
  std::uint64_t skipped = 0;
  std::string failed;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    if (!runner.run(seed))
      failed += " " + std::to_string(seed);
    else if (runner.skipped())
      ++skipped;
    else
      ++passed;
  }
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::cout << runner.statements() << " statements planned, " << seconds << " s\n";
  if (!failed.empty()) std::cout << "failing seeds (replay one with PGCHARTER_PROPERTY_SEED):" << failed << "\n";
  std::cout << passed << " passed, " << count - passed - skipped << " failed";
  if (runner.executor().on()) std::cout << ", " << skipped << " skipped; " << runner.executor().rights() << " rights given";
  std::cout << std::endl;
  return passed + skipped == count ? 0 : 1;
}

}  // namespace
}  // namespace pgcharter::property

int main() {
  try {
    return pgcharter::property::run_all();
  } catch (const std::exception& error) {
    std::cerr << "property test: " << error.what() << "\n0 passed, 1 failed\n";
    return 1;
  }
}
