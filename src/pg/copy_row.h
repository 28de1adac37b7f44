// A row of COPY … TO STDOUT in text format (COPY in the PostgreSQL documentation, "Text Format").
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pgcharter/connection.h"

namespace pgcharter {

/// One line, taken apart in place: the same object serves every row, so that a row costs no allocation.
class CopyRow final : public Row {
 public:
  /// `line` is changed, and must live as long as the row is used.
  void take(std::string& line);

  [[nodiscard]] bool is_null(int column) const override { return !fields_[static_cast<std::size_t>(column)]; }
  [[nodiscard]] std::string_view text(int column) const override {
    return fields_[static_cast<std::size_t>(column)].value_or(std::string_view());
  }

 private:
  std::vector<std::optional<std::string_view>> fields_;
};

}  // namespace pgcharter
