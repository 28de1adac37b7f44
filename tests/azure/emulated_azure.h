// Azure as far as a login needs it, on loopback: the identity endpoint of App Service, a key vault, and a PostgreSQL that wants a token as
// the password of role `app`. The program itself runs against it, and whatever it prints is looked through for every secret.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pgcharter/connection.h"

#include "azure/loopback_server.h"
#include "azure/process.h"
#include "azure/world.h"
#include "sandbox/sandbox.h"

namespace pgcharter::testing {

/// A vault with versions, tags and rights.
class FakeVault {
 public:
  struct Version {
    std::string value, content_type;
    std::map<std::string, std::string> tags;
  };
  FakeVault(LoopbackServer& server, std::string token);

  [[nodiscard]] std::string url() const { return server_.url() + "/secrets/app"; }
  [[nodiscard]] std::size_t count() const;
  [[nodiscard]] Version latest() const;
  void put(const Version& version);
  /// The next request with this method is answered so; with `done`, what it asked for happens all the same.
  void fail_once(const std::string& method, Reply reply, bool done = false);

 private:
  LoopbackServer& server_;
  std::string token_;
  mutable std::mutex mutex_;
  std::vector<Version> versions_;
  std::map<std::string, std::pair<Reply, bool>> failures_;

  Reply reply(const Asked& asked);
  Reply carry_out(const Asked& asked);
  [[nodiscard]] Reply describe(std::size_t version, bool with_value) const;
};

class AzureTest : public ::testing::Test {
 protected:
  LoopbackServer services;
  const std::string postgres_token = token_like("postgres-token-mark");
  const std::string vault_token = token_like("vault-token-mark");
  int lives_for = 3600;  ///< seconds, of the tokens
  FakeVault vault{services, vault_token};
  TemporaryFolder folder;
  std::map<std::string, std::string> environment;
  std::vector<std::string> secrets;
  std::string out, err;

  void SetUp() override;
  void TearDown() override;

  /// Runs the program and returns its exit code; what it printed is in `out` and `err`.
  int run(const std::vector<std::string>& arguments);
  /// The same with -h, -p, -U and -d of the emulated server over TCP.
  int run_on_server(std::vector<std::string> arguments, const std::string& user = "app");
  [[nodiscard]] bool can_log_in(const std::string& password, const std::string& user = "app");

  Sandbox& postgres();
  std::unique_ptr<Connection> admin();
  [[nodiscard]] std::string certificate_file();

 private:
  std::string printed_;
};

/// A self-signed certificate for localhost and its key, in PEM: key first.
std::string make_certificate();

}  // namespace pgcharter::testing
