// Names, patterns and argument types.
#include "model/pattern.h"

#include <gtest/gtest.h>

#include "pgcharter/charter.h"

namespace pgcharter {
namespace {

bool matches(std::string_view pattern, std::string_view name) { return parse_name_pattern(pattern).matches(name); }

TEST(ModelPattern, KnowsWildcards) {
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("a*b*c", "aXbYbZc"));
  EXPECT_FALSE(matches("a*b*c", "aXbYbZ"));
  EXPECT_TRUE(matches("t_??", "t_äö"));
  EXPECT_FALSE(matches("t_??", "t_ä"));
  EXPECT_FALSE(matches("Abc", "abc"));
  EXPECT_TRUE(matches("***", "x"));
  EXPECT_TRUE(parse_name_pattern("*").any());
}

TEST(ModelPattern, TakesQuotedTextLiterally) {
  EXPECT_TRUE(parse_name_pattern("\"a*\"").literal());
  EXPECT_TRUE(matches("\"a*\"", "a*"));
  EXPECT_TRUE(matches("\"a*\"*", "a*b"));
  EXPECT_FALSE(matches("\"a*\"*", "ab"));
  EXPECT_EQ(parse_name_pattern("\"a\"\"b\"").text, "a\"b");
  EXPECT_EQ(parse_name_pattern("we\"ird").text, "we\"ird");
  EXPECT_EQ(parse_name_pattern("\"open").text, "\"open");
}

TEST(ModelPattern, SplitsQualifiedNames) {
  const NameParts name = parse_name_parts("\"a.b\".f(int, text)", {}, NameShape::Signature);
  ASSERT_EQ(name.parts.size(), 2U);
  EXPECT_EQ(name.parts[0].text, "a.b");
  EXPECT_EQ(name.args, "int, text");
  EXPECT_FALSE(parse_name_parts("a.\"b", {}, NameShape::Qualified).error.empty());
  EXPECT_FALSE(parse_name_parts(".b", {}, NameShape::Qualified).error.empty());
  const NameParts literal = parse_name_parts("a.*", "vvv", NameShape::Qualified);
  ASSERT_EQ(literal.parts.size(), 1U);
  EXPECT_TRUE(literal.parts[0].literal());
}

std::shared_ptr<const NamePattern> shared(NamePattern pattern) { return std::make_shared<const NamePattern>(std::move(pattern)); }

TEST(ModelPattern, IsWrittenAsItIsRead) {
  for (const char* text : {"a.b", "a.*", "*.t?_*", "\"a.b\".c", "\"a\"\"b*\".x", "a.\"x\"*\"?\"", "s.\"\"\"quoted\"\"\""}) {
    NameParts parts = parse_name_parts(text, {}, NameShape::Qualified);
    ASSERT_EQ(parts.parts.size(), 2U) << text;
    const ObjectPattern pattern{.kind = ObjectKind::Table, .schema = shared(parts.parts[0]), .name = parts.parts[1]};
    const NameParts again = parse_name_parts(pattern.text(), {}, NameShape::Qualified);
    EXPECT_EQ(again.parts, parts.parts) << text << " was written as " << pattern.text();
  }
  const ObjectPattern all{.kind = ObjectKind::Table, .schema = shared(NamePattern::everything()), .name = NamePattern::everything()};
  EXPECT_EQ(all.text(), "*");
  ObjectPattern f{.kind = ObjectKind::Function, .schema = shared(parse_name_pattern("s")), .name = parse_name_pattern("f")};
  EXPECT_EQ(f.text(), "s.f(*)");
  f.args = std::make_shared<const std::string>("integer, text");
  EXPECT_EQ(f.text(), "s.f(integer, text)");
  const ObjectPattern role{.kind = ObjectKind::Database, .name = parse_name_pattern("\"a.b\"")};
  EXPECT_EQ(role.text(), "a.b");
}

TEST(ModelPattern, NeverReachesSystemSchemasWithAWildcard) {
  const ObjectPattern everything{.kind = ObjectKind::Table, .schema = shared(NamePattern::everything()), .name = NamePattern::everything()};
  EXPECT_TRUE(everything.matches({ObjectKind::Table, "events", "readings", ""}));
  EXPECT_FALSE(everything.matches({ObjectKind::Sequence, "events", "readings", ""}));
  EXPECT_FALSE(everything.matches({ObjectKind::Table, "pg_catalog", "pg_class", ""}));
  EXPECT_FALSE(everything.matches({ObjectKind::Table, "_timescaledb_internal", "_hyper_1_1_chunk", ""}));
  const ObjectPattern one{
      .kind = ObjectKind::Table, .schema = shared(parse_name_pattern("pg_catalog")), .name = parse_name_pattern("pg_class")};
  EXPECT_TRUE(one.matches({ObjectKind::Table, "pg_catalog", "pg_class", ""}));
  const ObjectPattern schemas{.kind = ObjectKind::Schema, .name = NamePattern::everything()};
  EXPECT_FALSE(schemas.matches({ObjectKind::Schema, "", "information_schema", ""}));
  EXPECT_TRUE(schemas.matches({ObjectKind::Schema, "", "public", ""}));
}

TEST(ModelPattern, ComparesSignatures) {
  ObjectPattern f{.kind = ObjectKind::Function,
                  .schema = shared(parse_name_pattern("s")),
                  .name = parse_name_pattern("f"),
                  .args = std::make_shared<const std::string>(normalised_types("int4,text"))};
  EXPECT_TRUE(f.literal());
  EXPECT_TRUE(f.matches({ObjectKind::Function, "s", "f", "integer, text"}));
  EXPECT_FALSE(f.matches({ObjectKind::Function, "s", "f", "integer"}));
  f.args.reset();
  EXPECT_FALSE(f.literal());
  EXPECT_TRUE(f.matches({ObjectKind::Function, "s", "f", "integer"}));
}

TEST(ModelTypes, AreWrittenAsTheServerPrintsThem) {
  EXPECT_EQ(normalised_types(""), "");
  EXPECT_EQ(normalised_types(" INT ,  Varchar(10), numeric(10, 2) "), "integer, character varying, numeric");
  EXPECT_EQ(normalised_types("timestamptz, timestamp(3) with time zone, time, float, float8"),
            "timestamp with time zone, timestamp with time zone, time without time zone, double precision, double precision");
  EXPECT_EQ(normalised_types("int[], int4[3][3], integer array, _int4, text[]"), "integer[], integer[], integer[], integer[], text[]");
  EXPECT_EQ(normalised_types("regclass, pg_catalog.interval, \"char\", char, bpchar, bool"),
            "regclass, interval, \"char\", character, character, boolean");
  EXPECT_EQ(normalised_types("events.level, events.\"level\", events.Level, \"Odd, one\".\"a.b\"[]"),
            "events.level, events.level, events.\"Level\", \"Odd, one\".\"a.b\"[]");
  EXPECT_EQ(normalised_types("variadic text[], in int"), "text[], integer");
}

}  // namespace
}  // namespace pgcharter
