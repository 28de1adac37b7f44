// Quoting: whatever a name holds, it stays one name.
#include "sql/writer.h"

#include <gtest/gtest.h>

namespace pgcharter {
namespace {

TEST(SqlWriter, QuotesIdentifiers) {
  EXPECT_EQ(quote_identifier("plain"), R"("plain")");
  EXPECT_EQ(quote_identifier(R"(a"b)"), R"("a""b")");
  EXPECT_EQ(quote_identifier("a\nb\\c$$%;--"), "\"a\nb\\c$$%;--\"");
  EXPECT_EQ(quote_identifier(R"("; DROP ROLE x; --)"), R"("""; DROP ROLE x; --")");
}

TEST(SqlWriter, QuotesLiterals) {
  EXPECT_EQ(quote_literal("plain"), "'plain'");
  EXPECT_EQ(quote_literal("it's"), "'it''s'");
  EXPECT_EQ(quote_literal(R"(a\'b)"), R"(E'a\\''b')");
  EXPECT_EQ(quote_literal(""), "''");
}

TEST(SqlWriter, DisplaysBareWordsWhereTheyAreEnough) {
  EXPECT_EQ(display_name("weavix_reader"), "weavix_reader");
  EXPECT_EQ(display_name("Weavix"), R"("Weavix")");
  EXPECT_EQ(display_name("user"), R"("user")");
  EXPECT_EQ(display_name("with"), R"("with")");
  EXPECT_EQ(display_name("1a"), R"("1a")");
  EXPECT_EQ(display_name(""), R"("")");
  EXPECT_EQ(display_name(ObjectName{ObjectKind::Function, "events", "f", "integer, text"}), "events.f(integer, text)");
  EXPECT_EQ(display_name(ObjectName{ObjectKind::Table, "a.b", "T", {}}), R"("a.b"."T")");
  EXPECT_EQ(display_name(ObjectName{ObjectKind::LargeObject, {}, "16423", {}}), "16423");
}

TEST(SqlWriter, WritesNamesOfEachShape) {
  const auto text = [](ObjectName name) { return SqlWriter().qualified(name).take(); };
  EXPECT_EQ(text({ObjectKind::Schema, {}, "s", {}}), R"("s")");
  EXPECT_EQ(text({ObjectKind::Table, "s", "t", {}}), R"("s"."t")");
  EXPECT_EQ(text({ObjectKind::Function, "s", "f", {}}), R"("s"."f"())");
  EXPECT_EQ(text({ObjectKind::Function, "s", "f", "integer, s.\"T\""}), R"("s"."f"(integer, s."T"))");
  EXPECT_EQ(text({ObjectKind::LargeObject, {}, "42", {}}), "42");
  EXPECT_EQ(text({ObjectKind::Parameter, {}, "my.param", {}}), R"("my"."param")");
}

TEST(SqlWriter, WritesTheModeOfEachArgumentOfAnOverloadedRoutine) {
  const auto text = [](std::string args) { return SqlWriter().qualified({ObjectKind::Function, "s", "f", std::move(args)}, true).take(); };
  EXPECT_EQ(text(""), R"("s"."f"())");
  EXPECT_EQ(text("integer"), R"("s"."f"(IN integer))");
  EXPECT_EQ(text(R"(integer, s."a, b", double precision[])"), R"("s"."f"(IN integer, IN s."a, b", IN double precision[]))");
}

TEST(SqlWriter, SetsBlanksBetweenTokens) {
  SqlWriter sql;
  sql.keyword("GRANT")
      .privileges(PrivilegeSet::of(Privilege::Select))
      .open()
      .identifier("a")
      .comma()
      .identifier("b")
      .close()
      .keyword("TO")
      .number(5);
  EXPECT_EQ(sql.take(), R"(GRANT SELECT ("a", "b") TO 5)");
}

}  // namespace
}  // namespace pgcharter
