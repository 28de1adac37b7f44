// Plans that one transaction can't hold.
#pragma once

#include "pgcharter/sql.h"

namespace pgcharter {

/// Numbers the transactions of each part of the plan (Statement::batch), where the server's lock table may be too small for one. All
/// stay 0 where it is not, or where its size is not known.
void assign_batches(const Plan& plan, Script& script);

}  // namespace pgcharter
