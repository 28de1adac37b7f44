// The cover by what it weighs: statements against rewritten catalog rows. That it is a cover at all: also grants_test.cpp.
#include "sql/rectangles.h"

#include <map>
#include <set>

#include <gtest/gtest.h>

#include "sql/join_parts.h"

namespace pgcharter {
namespace {

using Lists = std::vector<Ids>;  // the objects of each grantee

Ids range(std::uint32_t begin, std::uint32_t end) {
  Ids ids;
  for (; begin < end; ++begin) ids.push_back(begin);
  return ids;
}

std::vector<Rectangle> cover_of(const Lists& lists, const Ids& blocks = {}) {
  std::vector<RectangleItem> items;
  for (std::size_t i = 0; i < lists.size(); ++i) items.push_back({&lists[i], RoleId(static_cast<std::uint32_t>(i))});
  return cover(items, blocks);
}

CoverCost cost(const std::vector<Rectangle>& rectangles) {
  CoverCost sum;
  for (const Rectangle& rectangle : rectangles) sum += {.statements = 1, .rewrites = rectangle.objects.size()};
  return sum;
}

/// The plain form that groups the columns; of the transposed lists, the one that groups the rows.
std::map<Ids, Ids> grouped(const Lists& lists) {
  std::map<Ids, Ids> groups;
  for (std::uint32_t i = 0; i < lists.size(); ++i) {
    if (!lists[i].empty()) groups[lists[i]].push_back(i);
  }
  return groups;
}

std::size_t lightest_plain_form(const Lists& lists) {
  std::map<std::uint32_t, Ids> rows;
  for (std::uint32_t grantee = 0; grantee < lists.size(); ++grantee) {
    for (const std::uint32_t object : lists[grantee]) rows[object].push_back(grantee);
  }
  Lists transposed;
  for (const auto& [object, grantees] : rows) transposed.push_back(grantees);
  CoverCost by_grantees;
  CoverCost by_objects;
  for (const auto& [objects, grantees] : grouped(lists)) by_grantees += cost_of(objects.size(), grantees.size());
  for (const auto& [grantees, objects] : grouped(transposed)) by_objects += cost_of(objects.size(), grantees.size());
  return std::min(by_grantees.weight(), by_objects.weight());
}

TEST(SqlCover, ACommonPartIsWorthAStatementFromAsManyRowsOn) {
  const auto overlapping = [](std::size_t rows) {
    const auto n = static_cast<std::uint32_t>(rows);
    return cost(cover_of({range(0, 100 + n), range(100, 200 + n)}));
  };
  EXPECT_EQ(overlapping(kStatementWeight + 1), (CoverCost{.statements = 3, .rewrites = 200 + kStatementWeight + 1}));
  EXPECT_EQ(overlapping(kStatementWeight - 1), (CoverCost{.statements = 2, .rewrites = 200 + 2 * (kStatementWeight - 1)}));
}

TEST(SqlCover, NestedListsRewriteEachRowOnce) {
  EXPECT_EQ(cost(cover_of({range(0, 400), range(0, 300), range(0, 200), range(0, 100)})), (CoverCost{.statements = 4, .rewrites = 400}));
}

TEST(SqlCover, JoinsWhatBothPlainFormsMiss) {
  // Two grantees share most of their objects; twelve others have one in sixteen each: rows that are nearly all different.
  Lists lists{range(0, 450), range(50, 500)};
  for (std::uint32_t grantee = 0; grantee < 12; ++grantee) {
    Ids some;
    for (std::uint32_t object = 0; object < 500; ++object) {
      if ((object * 7919 + grantee * 104729) % 97 < 6) some.push_back(object);
    }
    lists.push_back(some);
  }
  EXPECT_LT(cost(cover_of(lists)).weight(), lightest_plain_form(lists));
}

TEST(SqlCover, EachBlockByItselfAndEqualGranteesTogether) {
  // In ten schemas of 60 tables the same two roles read everything, and one role of each schema reads it too.
  Lists lists(12);
  Ids blocks;
  for (std::uint32_t schema = 0; schema < 10; ++schema) {
    if (schema > 0) blocks.push_back(schema * 60);
    lists[2 + schema] = range(schema * 60, schema * 60 + 60);
  }
  lists[0] = lists[1] = range(0, 600);
  EXPECT_EQ(cost(cover_of(lists, blocks)), (CoverCost{.statements = 10, .rewrites = 600}));
  lists.resize(2);
  EXPECT_EQ(cost(cover_of(lists, blocks)), (CoverCost{.statements = 2, .rewrites = 600}));
}

TEST(SqlCover, EveryPairOnceAndNeverHeavierThanAPlainForm) {
  std::uint32_t seed = 54321;
  const auto next = [&](std::uint32_t bound) { return (seed = seed * 1664525U + 1013904223U) / 65536U % bound; };
  for (int round = 0; round < 60; ++round) {
    const std::uint32_t objects = 50 + next(800);
    Ids blocks;
    for (std::uint32_t object = 1; object < objects; ++object) {
      if (next(100) == 0) blocks.push_back(object);
    }
    Lists lists(2 + next(12));
    std::set<std::pair<std::uint32_t, std::uint32_t>> wanted;
    for (std::uint32_t grantee = 0; grantee < lists.size(); ++grantee) {
      const std::uint32_t share = 5 + next(95);
      for (std::uint32_t object = 0; object < objects; ++object) {
        if (next(100) < share && wanted.emplace(object, grantee).second) lists[grantee].push_back(object);
      }
    }
    const std::vector<Rectangle> rectangles = cover_of(lists, blocks);
    std::set<std::pair<std::uint32_t, std::uint32_t>> covered;
    for (const Rectangle& rectangle : rectangles) {
      EXPECT_LE(rectangle.objects.size(), kMaxObjects);
      for (const std::uint32_t object : rectangle.objects) {
        for (const RoleId grantee : rectangle.grantees) EXPECT_TRUE(covered.emplace(object, static_cast<std::uint32_t>(grantee)).second);
      }
    }
    EXPECT_EQ(covered, wanted);
    EXPECT_LE(cost(rectangles).weight(), lightest_plain_form(lists));
  }
}

TEST(SqlCover, JoinsStopWhereTheWorkEnds) {
  const Ids sizes(300, 1);
  const std::vector<CoverPart> columns{{range(0, 200), {0}}, {range(100, 300), {1}}, {range(50, 250), {2}}};
  std::vector<CoverPart> none = columns;
  std::size_t work = 0;
  join_parts(none, sizes, work);
  ASSERT_EQ(none.size(), 3U);
  EXPECT_EQ(none[2].atoms, columns[2].atoms);
  std::vector<CoverPart> joined = columns;
  work = 1000000;
  join_parts(joined, sizes, work);
  EXPECT_LT(work, 1000000U);
  CoverCost cost;
  for (const CoverPart& part : joined) cost += cost_of(part.atoms.size(), part.grantees.size());
  EXPECT_LT(cost.weight(), 3 * (kStatementWeight + 200));
}

}  // namespace
}  // namespace pgcharter
