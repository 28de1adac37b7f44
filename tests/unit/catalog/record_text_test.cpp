// Records in text form, as record_out() writes them.
#include "catalog/record_text.h"

#include <gtest/gtest.h>

namespace pgcharter {
namespace {

using Cells = std::vector<std::optional<std::string>>;

std::vector<Cells> rows(const std::string& text, int columns) {
  RecordText record(text);
  std::vector<Cells> result;
  while (record.next()) {
    Cells& cells = result.emplace_back();
    for (int i = 0; i < columns; ++i) cells.push_back(record.is_null(i) ? std::nullopt : std::optional(std::string(record.text(i))));
  }
  return result;
}

TEST(RecordText, ReadsFieldsAndNulls) {
  EXPECT_EQ(rows("(a,,\"\",t,-1)", 5), (std::vector<Cells>{{"a", std::nullopt, "", "t", "-1"}}));
  EXPECT_EQ(rows("()", 1), (std::vector<Cells>{{std::nullopt}}));
  EXPECT_EQ(rows("(,)", 2), (std::vector<Cells>{{std::nullopt, std::nullopt}}));
  EXPECT_TRUE(rows("", 0).empty());
}

TEST(RecordText, ReadsWhatIsQuoted) {
  EXPECT_EQ(rows(R"(("b ""c"" \\ d","x,y)(",{a=r/b},"{""a b"",c}"))", 4),
            (std::vector<Cells>{{"b \"c\" \\ d", "x,y)(", "{a=r/b}", "{\"a b\",c}"}}));
  EXPECT_EQ(rows("(a\\,b,\"c\\\"d\")", 2), (std::vector<Cells>{{"a,b", "c\"d"}}));
}

TEST(RecordText, ReadsOneRowAfterTheOther) {
  EXPECT_EQ(rows("(1,\"a\nb\")\n(2,)\n(3,\"\n\")", 2), (std::vector<Cells>{{"1", "a\nb"}, {"2", std::nullopt}, {"3", "\n"}}));
}

TEST(RecordText, RefusesWhatIsNoRecord) {
  for (const char* text : {"a", "(a", "(a,\"b", "(a)(b)", "(\"a\\", "(a)\nb"}) EXPECT_THROW(rows(text, 0), Error) << text;
}

}  // namespace
}  // namespace pgcharter
