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

/// Every pair (object of an item, its grantee) is in exactly one rectangle, and nothing else is.
std::vector<Rectangle> cover(std::span<const RectangleItem> items);

}  // namespace pgcharter
