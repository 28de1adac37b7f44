// Tables, routines, Citus and TimescaleDB inside of a state file. What has its usual value is left out, as in the rest of the file.
#pragma once

#include "codec/json_text.h"

namespace pgcharter {

Json to_json(const TableDefinition& table);
Json to_json(const RoutineDefinition& routine);
Json to_json(const CitusState& citus);
Json to_json(const TimescaleState& timescale);

TableDefinition table_from_json(const Json& json);
RoutineDefinition routine_from_json(const Json& json);
CitusState citus_from_json(const Json& json);
TimescaleState timescale_from_json(const Json& json);

}  // namespace pgcharter
