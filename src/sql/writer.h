// The only way to make SQL text. There is no function that appends a raw name: a name is an identifier, a value is a
// literal, and everything else is a keyword of this program.
#pragma once

#include <string>
#include <string_view>

#include "pgcharter/sql.h"

namespace pgcharter {

class SqlWriter {
 public:
  /// One or more words of the grammar, from the program's own tables: "WITH GRANT OPTION".
  SqlWriter& keyword(std::string_view words);
  SqlWriter& identifier(std::string_view name);
  /// A role as grantee: quoted, or the keyword PUBLIC.
  SqlWriter& grantee(const RoleNames& names, RoleId role);
  /// The name of a parameter, each of its parts quoted: "timescaledb"."max_background_workers".
  SqlWriter& dotted(std::string_view name);
  SqlWriter& literal(std::string_view text);
  SqlWriter& number(long long value);
  /// The digits of an oid; an assert fails for anything else.
  SqlWriter& oid(std::string_view digits);
  /// "schema"."name"(args). The argument types are the text of format_type(), which quotes names itself; `with_modes` writes IN before
  /// each.
  SqlWriter& qualified(const ObjectName& object, bool with_modes = false);
  /// "schema"."table"."column"
  SqlWriter& qualified_column(const ObjectName& table, std::string_view column);
  /// SELECT, INSERT
  SqlWriter& privileges(PrivilegeSet privileges);
  /// The place of a secret, in psql's form :'name'. `name` consists of letters, digits and _.
  SqlWriter& secret(std::string_view name);

  /// pg_catalog.function( with its parenthesis open; the name is one of this program's.
  SqlWriter& call(std::string_view function);
  SqlWriter& boolean(bool value);
  /// function( of an extension, in the schema that it lives in.
  SqlWriter& call(std::string_view schema, std::string_view function);
  /// name => of an argument; the name is one of this program's.
  SqlWriter& argument(std::string_view name);
  /// A type or an expression that a charter writes, or the server printed: one balanced expression, which the manifest's reader has
  /// checked.
  SqlWriter& expression(std::string_view sql);
  /// A text in dollar quotes, with a tag that it does not hold.
  SqlWriter& dollar_quoted(std::string_view text);

  SqlWriter& open();   ///< (
  SqlWriter& close();  ///< )
  SqlWriter& comma();

  /// Calls `each` for every item, with commas between.
  template <typename Items, typename Each>
  SqlWriter& list(const Items& items, Each each) {
    bool first = true;
    for (const auto& item : items) {
      if (!first) comma();
      first = false;
      each(item);
    }
    return *this;
  }

  [[nodiscard]] std::size_t size() const { return text_.size(); }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  SqlWriter& token(std::string_view text);
  void trusted_types(std::string_view types, bool with_modes);

  std::string text_;
  bool blank_ = false;  ///< the next token needs a blank before it
};

}  // namespace pgcharter
