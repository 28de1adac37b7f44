// Rows in the text form of a record: (a,"b ""c",) (documentation, "Composite Type Input and Output Syntax").
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pgcharter/connection.h"

namespace pgcharter {

/// Several records, one after the other with a line end between; the same object serves every row.
class RecordText final : public Row {
 public:
  /// `text` must outlive this object.
  explicit RecordText(std::string_view text) : text_(text) {}

  /// The next record; false after the last. Throws Error for what is none.
  bool next();

  [[nodiscard]] bool is_null(int column) const override { return !fields_.at(static_cast<std::size_t>(column)); }
  [[nodiscard]] std::string_view text(int column) const override {
    const std::optional<std::string>& field = fields_.at(static_cast<std::size_t>(column));
    return field ? std::string_view(*field) : std::string_view();
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<std::optional<std::string>> fields_;

  [[nodiscard]] char look() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  std::optional<std::string> field();
  void quoted(std::string& value);
};

}  // namespace pgcharter
