// Types of columns and results as format_type() prints them, and spans of time.
#include <gtest/gtest.h>

#include "pgcharter/structure.h"

#include "model/column_types.h"

namespace pgcharter {
namespace {

TEST(ColumnTypes, ReadAsTheServerPrintsThem) {
  const std::pair<const char*, const char*> kTypes[] = {{"int", "integer"},
                                                        {"BIGINT", "bigint"},
                                                        {"varchar( 20 )", "character varying(20)"},
                                                        {"character varying(20)[]", "character varying(20)[]"},
                                                        {"char", "character(1)"},
                                                        {"bpchar", "bpchar"},
                                                        {"\"char\"", "\"char\""},
                                                        {"numeric(10)", "numeric(10,0)"},
                                                        {"decimal(10, 2)", "numeric(10,2)"},
                                                        {"numeric(4,-2)", "numeric(4,-2)"},
                                                        {"timestamptz", "timestamp with time zone"},
                                                        {"timestamp(3) with time zone", "timestamp(3) with time zone"},
                                                        {"timetz(0)", "time(0) with time zone"},
                                                        {"float(10)", "real"},
                                                        {"float(53)", "double precision"},
                                                        {"bit", "bit(1)"},
                                                        {"varbit(8)", "bit varying(8)"},
                                                        {"interval", "interval"},
                                                        {"interval day to second(3)", "interval day to second(3)"},
                                                        {"int[3][]", "integer[]"},
                                                        {"int array", "integer[]"},
                                                        {"_int4", "integer[]"},
                                                        {"jsonb", "jsonb"},
                                                        {"pg_catalog.int4", "integer"},
                                                        {"events.level", "events.level"},
                                                        {"events.Level[]", "events.\"Level\"[]"},
                                                        {"\"Odd\".\"type;\"", "\"Odd\".\"type;\""},
                                                        {"public.geometry(Point, 4326)", "public.geometry(Point,4326)"}};
  for (const auto& [written, printed] : kTypes) EXPECT_EQ(column_type(written), printed) << written;
  for (const char* bad : {"", "int not null", "int default 1", "int; drop", "int) , x int", "int(", "a.b.", ".a", "9a", "int -- x", "'x'",
                          "interval weeks", "varchar(20) check", "\"open", "\"\"", "int[a]", "float(x)", "int[]int"}) {
    EXPECT_FALSE(column_type(bad)) << bad << ": " << column_type(bad).value_or("");
  }
}

TEST(ColumnTypes, ReadResultsOfFunctions) {
  EXPECT_EQ(result_type("setof  int"), "SETOF integer");
  EXPECT_EQ(result_type("void"), "void");
  EXPECT_EQ(result_type("numeric(10,2)"), "numeric");
  EXPECT_EQ(result_type("TABLE (a int, \"B c\" numeric(3,1))"), "TABLE(a integer, \"B c\" numeric)");
  for (const char* bad : {"", "setof", "setof ", "table()", "table(a)", "table(a int", "int language c", "table(a int) x"}) {
    EXPECT_FALSE(result_type(bad)) << bad;
  }
  EXPECT_TRUE(is_type_list("integer, events.level, character varying"));
  EXPECT_FALSE(is_type_list("a integer"));
  EXPECT_FALSE(is_type_list("integer, "));
}

TEST(Intervals, ReadAsPostgresqlWritesThem) {
  EXPECT_EQ(parse_interval("1 day"), (Interval{.days = 1}));
  EXPECT_EQ(parse_interval("2 weeks"), (Interval{.days = 14}));
  EXPECT_EQ(parse_interval("1 year 2 mons 3 days 04:05:06.5"), (Interval{.months = 14, .days = 3, .microseconds = 14706500000}));
  EXPECT_EQ(parse_interval("90days"), (Interval{.days = 90}));
  EXPECT_EQ(parse_interval("-1 day"), (Interval{.days = -1}));
  EXPECT_EQ(parse_interval("1.5 days"), (Interval{.days = 1, .microseconds = 43200000000}));
  for (const char* bad : {"", "day", "1", "1 fortnight", "1 day day", "12:00 1 day", "1e3 days", "nan days", "12:60.5:00"}) {
    EXPECT_FALSE(parse_interval(bad)) << bad;
  }
  EXPECT_TRUE(same_interval("1 week", "7 days"));
  EXPECT_TRUE(same_interval("24:00:00", "1 day"));
  EXPECT_TRUE(same_interval("1 month", "30 days"));
  EXPECT_TRUE(same_interval("86400", "86400"));
  EXPECT_FALSE(same_interval("1 day", "2 days"));
  EXPECT_FALSE(same_interval("86400", "1 day"));
}

}  // namespace
}  // namespace pgcharter
