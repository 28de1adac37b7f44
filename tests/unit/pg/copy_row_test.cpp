// The text format of COPY, and queries whose parameters become literals.
#include "pg/copy_row.h"

#include <gtest/gtest.h>

#include "model/literals.h"

namespace pgcharter {
namespace {

TEST(CopyRow, TakesALineApart) {
  CopyRow row;
  std::string line = "a\t\\N\t\tb\\tc\\\\d\\n\\\\N\n";
  row.take(line);
  EXPECT_EQ(row.text(0), "a");
  EXPECT_TRUE(row.is_null(1));
  EXPECT_EQ(row.text(1), "");
  EXPECT_FALSE(row.is_null(2));
  EXPECT_EQ(row.text(2), "");
  EXPECT_EQ(row.text(3), "b\tc\\d\n\\N");
  line = "\\\\N\t{\"x\\\\\\\\y\"}";  // a text that looks like a NULL, and an array with a backslash in it
  row.take(line);
  EXPECT_EQ(row.text(0), "\\N");
  EXPECT_EQ(row.text(1), "{\"x\\\\y\"}");
}

TEST(CopyRow, PutsLiteralsWhereParametersStand) {
  EXPECT_EQ(with_literals("select $1, $2::text, $1", {"'a$2'", "null"}), "select 'a$2', null::text, 'a$2'");
  EXPECT_EQ(with_literals("-- of $1\nselect $1 -- the $1\n", {"'x\ny'"}), "\nselect 'x\ny' \n");
  EXPECT_EQ(with_literals("select $3, $0, $", {"'a'"}), "select $3, $0, $");
}

}  // namespace
}  // namespace pgcharter
