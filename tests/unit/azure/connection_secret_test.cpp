// Secrets of vaults: the three languages of connection strings, and bare passwords that look like them.

#include <gmock/gmock.h>

#include "pgcharter/credential.h"
#include "pgcharter/diagnostics.h"

namespace pgcharter {
namespace {

using Form = ConnectionSecret::Form;

TEST(ConnectionSecret, UnderstandsDotNet) {
  const ConnectionSecret s = parse_connection_secret(
      "Server=h.postgres.database.azure.com;Database=postgres;Port=5432;User Id=u@h;Password=p w;Ssl Mode=Require;");
  EXPECT_EQ(s.form, Form::AdoNet);
  EXPECT_EQ(s.password, "p w");
  EXPECT_EQ(s.host, "h.postgres.database.azure.com");
  EXPECT_EQ(s.port, "5432");
  EXPECT_EQ(s.user, "u@h");
  EXPECT_EQ(s.database, "postgres");
  EXPECT_EQ(s.sslmode, "require");
  EXPECT_EQ(parse_connection_secret("Host=h;Username=u;PWD=\"a;b\"\"c\" ; SSL Mode=VerifyFull").password, "a;b\"c");
  EXPECT_EQ(parse_connection_secret("Host=h;Username=u;Password='it''s'").password, "it's");
  EXPECT_EQ(parse_connection_secret("Host=h;Username=u;Password=p;SslMode=VerifyFull").sslmode, "verify-full");
  EXPECT_EQ(parse_connection_secret("Host=h;Username=u;Password=p;SslMode=Prefer").sslmode, "");
}

TEST(ConnectionSecret, UnderstandsKeywords) {
  const ConnectionSecret s =
      parse_connection_secret("host = h port=5433 user=u dbname='a b' password='it\\'s \\\\ here' sslmode=verify-ca\n");
  EXPECT_EQ(s.form, Form::Keywords);
  EXPECT_EQ(s.password, "it's \\ here");
  EXPECT_EQ(s.database, "a b");
  EXPECT_EQ(s.sslmode, "verify-ca");
}

TEST(ConnectionSecret, UnderstandsUris) {
  const ConnectionSecret s = parse_connection_secret("postgresql://u%40t:p%2Fw@h:5433/db?sslmode=verify-full&application_name=x");
  EXPECT_EQ(s.form, Form::Uri);
  EXPECT_EQ(s.user, "u@t");
  EXPECT_EQ(s.password, "p/w");
  EXPECT_EQ(s.host, "h");
  EXPECT_EQ(s.port, "5433");
  EXPECT_EQ(s.database, "db");
  EXPECT_EQ(s.sslmode, "verify-full");
  EXPECT_EQ(parse_connection_secret("postgres://h/db?user=u&password=p").password, "p");
  EXPECT_EQ(parse_connection_secret("postgres://u:p@[::1]:5433/db").port, "5433");
  EXPECT_THROW(parse_connection_secret("postgres://u@h/db"), Error);
  EXPECT_THROW(parse_connection_secret("postgres://"), Error);
}

TEST(ConnectionSecret, TakesAnythingElseForAPassword) {
  for (const char* text :
       {"p", "a=b;c=d", "pass word", "x=1 y=2", "password=x", "password=x;pwd=y", "=;=", ";;", "host=h;user=", "'", "a='"}) {
    const ConnectionSecret s = parse_connection_secret(text);
    EXPECT_EQ(s.form, Form::Bare) << text;
    EXPECT_EQ(s.password, text);
  }
  EXPECT_EQ(parse_connection_secret("p\r\n").password, "p");
  EXPECT_THROW(parse_connection_secret(""), Error);
  EXPECT_THROW(parse_connection_secret("\n"), Error);
  EXPECT_THROW(parse_connection_secret("jdbc:postgresql://h/db"), Error);
  EXPECT_THROW(parse_connection_secret(std::string("a\0b", 3)), Error);
}

TEST(ConnectionSecret, ReplacesNothingButThePassword) {
  for (const std::string password : {"simple", "it's; \"all\" \\ here@/?#&=%"}) {
    for (const char* text :
         {"Server=h; Database = d ;User Id=u;Password = 'old;' ;Ssl Mode=Require;", "host=h  user=u password='o\\'ld' dbname=d",
          "postgresql://u:o%20ld@h:1/d?x=y", "postgresql://h/d?user=u&password=old&x=y", "old"}) {
      const ConnectionSecret before = parse_connection_secret(text);
      const ConnectionSecret after = parse_connection_secret(with_password(before, password));
      EXPECT_EQ(after.password, password) << text;
      EXPECT_EQ(after.form, before.form) << text;
      EXPECT_EQ(after.host + after.user + after.database + after.port, before.host + before.user + before.database + before.port) << text;
    }
  }
  EXPECT_EQ(with_password(parse_connection_secret("Server=h;Password = 'old;' ;Port=1;"), "new"), "Server=h;Password = new ;Port=1;");
}

TEST(GeneratePassword, HasLettersAndDigits) {
  const std::string password = generate_password();
  EXPECT_THAT(password, ::testing::MatchesRegex("[A-Za-z0-9]{32}"));
  EXPECT_NE(password, generate_password());
}

}  // namespace
}  // namespace pgcharter
