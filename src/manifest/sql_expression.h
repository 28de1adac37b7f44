// SQL that a manifest holds, such as a column's default.
#pragma once

#include <string>
#include <string_view>

namespace pgcharter {

/// What keeps the text from being one SQL expression that ends where it ends; empty where nothing does. Only the shape is judged: what
/// follows it in a statement can't be reached from inside.
std::string expression_problem(std::string_view sql);

/// True for one bare word that is no value of SQL: what was meant was probably a text, which stands in single quotes.
bool is_bare_word(std::string_view sql);

}  // namespace pgcharter
