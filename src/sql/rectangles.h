// Covers pairs of (objects, grantee) with few statements, each of which names some objects and some grantees.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pgcharter/diff.h"

namespace pgcharter {

/// What one statement is to carry.
struct Rectangle {
  std::vector<std::uint32_t> objects;  ///< ascending, at most kMaxObjects
  std::vector<RoleId> grantees;
  std::vector<std::size_t> items;  ///< the items that have a part in it, ascending
};

struct RectangleItem {
  const std::vector<std::uint32_t>* objects{};  ///< ascending
  RoleId grantee{};
};

/// More brings nothing (measured: the cost per object is flat from 100 on), and keeps messages and locks small.
inline constexpr std::size_t kMaxObjects = 500;
inline constexpr std::size_t kMaxGrantees = 500;

/// How many rewritten catalog rows one more statement is worth. To the server it is worth one to three (measured: 0.09 ms for a row, 0.05
/// to 0.2 ms for a statement and its round trip); the rest is for those who read the plan. With 40, overlapping lists in 200 schemas take 6
/// % more statements than the whole columns of each schema, and 60 % of their rewrites.
inline constexpr std::size_t kStatementWeight = 40;

/// Every pair (object of an item, its grantee) is in exactly one rectangle, and nothing else is. `blocks`, ascending, are the objects at
/// which another block begins: schemas, in which lists overlap more than between them.
std::vector<Rectangle> cover(std::span<const RectangleItem> items, std::span<const std::uint32_t> blocks = {});

}  // namespace pgcharter
