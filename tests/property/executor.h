// The property test with an executor that is no superuser (PGCHARTER_PROPERTY_EXECUTOR=createrole): who runs it, what preflight makes an
// administrator give it, and what it can't do even so.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "pgcharter/reconcile.h"

#include "property/model.h"

namespace pgcharter::property {

/// Nothing for a superuser: everything below does nothing then.
class ExecutorMode {
 public:
  ExecutorMode();

  [[nodiscard]] bool on() const { return on_; }
  /// The role that plans and applies; empty: the superuser of the sandbox.
  [[nodiscard]] std::string executor(const Case& c) const;
  /// The role that makes the case's database: a superuser for that time only, so that its objects have an ordinary owner.
  [[nodiscard]] std::string maker(const Case& c) const;

  void make_roles(Connection& admin, const Case& c) const;
  /// From here on the maker is an ordinary role, the owner also of what the server came with; on 16 and later every other case has
  /// memberships that the executor granted. `admin` is connected to the case's database.
  void finish_roles(Connection& admin, const Case& c) const;
  /// A plan may lock its executor out, as the hazard says; to plan again it must be let in.
  void keep_connect(Connection& admin, const Case& c, const Plan& plan, std::vector<std::string>& complaints) const;
  void drop_roles(Connection& admin, const Case& c) const;

  /// Runs what preflight asks for, and nothing else, until it asks for nothing. False where only a superuser can do something:
  /// what that is, is appended to `skipped`.
  bool provide(Connection& admin, const std::function<std::unique_ptr<Planned>()>& plan, std::vector<std::string>& complaints,
               std::vector<std::string>& skipped);

  /// Rights given so far.
  [[nodiscard]] std::size_t rights() const { return rights_; }

 private:
  bool on_ = false;
  std::size_t rights_ = 0;
};

/// Leaves out of a case the attributes that only a superuser may change, where the executor is none.
void limit_attributes(Case& c);

/// Who plans and applies: the superuser of the sandbox, or the case's executor.
std::string executor_of(const Case& c);

/// The memberships of the executor itself must be what they were, but for the rows that CREATE ROLE gives a creator (16+); the model then
/// has them as they are.
void check_own_memberships(const Case& c, const Snapshot& before, const Snapshot& after, Model& model,
                           std::vector<std::string>& complaints);

/// Takes out of the model what the plan reported as unremovable by its executor.
void excuse_unremovable(Model& model, const Planned& planned);

}  // namespace pgcharter::property
