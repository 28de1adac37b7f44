// Holds the server against the model, in three ways: entry by entry, through PostgreSQL's own has_…_privilege functions,
// and grantor by grantor for everything that the charter has no say over. Each disagreement is one line of text.
#pragma once

#include <string>
#include <vector>

#include "pgcharter/plan.h"

#include "property/model.h"

namespace pgcharter::property {

using Complaints = std::vector<std::string>;

void check_entries(const Model& model, const Snapshot& after, Complaints& complaints);
/// What the charter has no say over is there as before, grantors included, where the grantor still can have granted it.
void check_untouched(const Case& c, const Model& model, const Snapshot& before, const Snapshot& after, Complaints& complaints);
void check_functions(Connection& connection, const Model& model, const Snapshot& after, Complaints& complaints);
/// No plan grants and revokes one thing.
void check_minimal(const Plan& plan, Complaints& complaints);

std::string describe(const ObjectKey& key);

}  // namespace pgcharter::property
