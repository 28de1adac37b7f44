#include "sql/dollar_quotes.h"

#include <fmt/format.h>

namespace pgcharter {

std::string free_tag(std::string_view text, std::string_view name) {
  std::string tag = fmt::format("${}$", name);
  const auto taken = [&] { return text.find(std::string_view(tag).substr(0, tag.size() - 1)) != std::string_view::npos; };
  for (int number = 1; taken(); ++number) tag = fmt::format("${}_{}$", name, number);
  return tag;
}

std::string dollar_quoted(std::string_view text, std::string_view name) {
  const std::string tag = free_tag(text, name);
  return fmt::format("{0}{1}{0}", tag, text);
}

}  // namespace pgcharter
