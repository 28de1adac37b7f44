// The server's TLS files and pg_hba.conf are written by the server itself (COPY … TO PROGRAM), so that they belong to its user.

#include "azure/emulated_azure.h"

#include <cstdlib>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

namespace pgcharter::testing {
namespace {

using Json = nlohmann::json;

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + "'";
}

void write_as_server(Connection& connection, const std::string& text, const std::string& file) {
  connection.execute(fmt::format("CREATE TEMP TABLE lines AS SELECT line FROM regexp_split_to_table({}, E'\\n') AS line", quoted(text)));
  connection.execute(fmt::format("COPY lines TO PROGRAM {}", quoted(fmt::format("umask 077; cat > '{}'", file))));
  connection.execute("DROP TABLE lines");
}

SandboxOptions over_tcp() {
  SandboxOptions options;
  options.tcp = true;
  if (const char* folder = std::getenv("PGCHARTER_TEST_BIN_DIR")) options.bin_dir = folder;
  return options;
}

struct EmulatedServer {
  Sandbox sandbox{over_tcp()};
  std::string certificate = make_certificate();

  EmulatedServer() {
    ConnectOptions options;
    options.dbname = sandbox.conninfo();
    const auto connection = connect(options);
    std::string data;
    connection->query({"test", "SHOW data_directory"}, {}, [&](const Row& row) { data = row.text(0); });
    connection->execute("SET search_path = pg_catalog, pg_temp");
    const std::size_t begin = certificate.find("-----BEGIN CERTIFICATE");
    write_as_server(*connection, certificate.substr(0, begin), data + "/test.key");
    write_as_server(*connection, certificate.substr(begin), data + "/test.crt");
    write_as_server(*connection,
                    "local all postgres trust\nlocal all all password\nhost all postgres 127.0.0.1/32 trust\n"
                    "hostssl all all 127.0.0.1/32 password\n",
                    data + "/pg_hba.conf");
    connection->execute("ALTER SYSTEM SET ssl_cert_file = 'test.crt'");
    connection->execute("ALTER SYSTEM SET ssl_key_file = 'test.key'");
    connection->execute("ALTER SYSTEM SET ssl = on");
    connection->execute("SELECT pg_catalog.pg_reload_conf(), pg_catalog.pg_sleep(0.3)");
  }
};

EmulatedServer& emulated_server() {
  static EmulatedServer server;
  return server;
}

}  // namespace

std::string make_certificate() {
  EVP_PKEY* key = EVP_RSA_gen(2048);
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_set_pubkey(certificate, key);
  X509_sign(certificate, key, EVP_sha256());
  BIO* out = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  PEM_write_bio_X509(out, certificate);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out, &data);
  std::string pem(data, static_cast<std::size_t>(size));
  BIO_free_all(out);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return pem;
}

FakeVault::FakeVault(LoopbackServer& server, std::string token) : server_(server), token_(std::move(token)) {
  const auto handler = [this](const Asked& asked) { return reply(asked); };
  server_.answer_with("/secrets/app", handler);
  for (int i = 0; i < 10; ++i) server_.answer_with(fmt::format("/secrets/app/v{}", i), handler);
}

std::size_t FakeVault::count() const {
  const std::lock_guard lock(mutex_);
  return versions_.size();
}

FakeVault::Version FakeVault::latest() const {
  const std::lock_guard lock(mutex_);
  return versions_.empty() ? Version{} : versions_.back();
}

void FakeVault::put(const Version& version) {
  const std::lock_guard lock(mutex_);
  versions_.push_back(version);
}

void FakeVault::fail_once(const std::string& method, Reply reply, bool done) {
  const std::lock_guard lock(mutex_);
  failures_[method] = {std::move(reply), done};
}

Reply FakeVault::describe(std::size_t version, bool with_value) const {
  const Version& v = versions_[version];
  Json json = {
      {"id", fmt::format("https://app.vault.azure.net/secrets/app/v{}", version)}, {"tags", v.tags}, {"attributes", {{"enabled", true}}}};
  if (with_value) json["value"] = v.value;
  if (!v.content_type.empty()) json["contentType"] = v.content_type;
  return {.body = json.dump()};
}

Reply FakeVault::reply(const Asked& asked) {
  const std::lock_guard lock(mutex_);
  if (asked.headers.at("authorization") != "Bearer " + token_ || asked.field("api-version") != "7.4") return {.status = 401};
  if (const auto failure = failures_.find(asked.method); failure != failures_.end()) {
    const auto [reply, done] = failure->second;
    failures_.erase(failure);
    if (done) carry_out(asked);
    return reply;
  }
  return carry_out(asked);
}

Reply FakeVault::carry_out(const Asked& asked) {
  const std::string version = asked.path.size() > 13 ? asked.path.substr(14) : std::string();
  const std::size_t index = version.empty() ? versions_.size() - 1 : std::stoul(version);
  if (asked.method == "PUT") {
    const Json json = Json::parse(asked.body);
    versions_.push_back({json.at("value"), json.value("contentType", ""), json.at("tags")});
    return describe(versions_.size() - 1, true);
  }
  if (index >= versions_.size()) return {.status = 404, .body = R"({"error": {"code": "SecretNotFound", "message": "not found"}})"};
  if (asked.method == "PATCH") versions_[index].tags = Json::parse(asked.body).at("tags");
  return describe(index, asked.method == "GET");
}

Sandbox& AzureTest::postgres() { return emulated_server().sandbox; }

std::unique_ptr<Connection> AzureTest::admin() {
  ConnectOptions options;
  options.dbname = postgres().conninfo();
  return connect(options);
}

std::string AzureTest::certificate_file() {
  const std::string& pem = emulated_server().certificate;
  return folder.file("root.crt", pem.substr(pem.find("-----BEGIN CERTIFICATE")));
}

void AzureTest::SetUp() {
  admin()->execute(fmt::format("DROP ROLE IF EXISTS app; DROP ROLE IF EXISTS other; CREATE ROLE app LOGIN PASSWORD {} CREATEROLE",
                               quoted(postgres_token)));
  services.answer_with("/msi/token", [this](const Asked& asked) {
    if (asked.headers.at("x-identity-header") != "identity-header-mark") return Reply{.status = 401};
    const bool for_vault = asked.field("resource") == "https://vault.azure.net";
    return Reply{.body =
                     Json{{"access_token", for_vault ? vault_token : postgres_token}, {"expires_in", std::to_string(lives_for)}}.dump()};
  });
  secrets = {"postgres-token-mark", "vault-token-mark", "identity-header-mark"};
  for (const char* name : {"AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "MSI_ENDPOINT",
                           "AZURE_FEDERATED_TOKEN_FILE", "AZURE_TOKEN_CREDENTIALS", "AZURE_AUTHORITY_HOST", "IMDS_ENDPOINT", "MSI_SECRET",
                           "SSL_CERT_FILE", "PGSSLMODE", "PGPASSWORD", "PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGSERVICE"}) {
    environment[name] = "";
  }
  environment["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = closed_url();
  environment["IDENTITY_ENDPOINT"] = services.url() + "/msi/token";
  environment["IDENTITY_HEADER"] = "identity-header-mark";
  // Nothing on this machine is asked through a proxy.
  for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy"}) environment[name] = closed_url();
  environment["HOME"] = folder.path.string();
}

void AzureTest::TearDown() {
  for (const std::string& secret : secrets) EXPECT_THAT(printed_, ::testing::Not(::testing::HasSubstr(secret)));
}

int AzureTest::run(const std::vector<std::string>& arguments) {
  azure::Command command;
  // env(1) also takes variables away: libpq knows no empty PGSERVICE.
  command.program = "/usr/bin/env";
  for (const auto& [name, value] : environment) {
    if (value.empty()) command.arguments.insert(command.arguments.end(), {"-u", name});
  }
  for (const auto& [name, value] : environment) {
    if (!value.empty()) command.arguments.push_back(name + "=" + value);
  }
  command.arguments.emplace_back(PGCHARTER_BINARY);
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  command.timeout = std::chrono::seconds(60);
  const azure::CommandResult result = azure::run_command(command);
  EXPECT_FALSE(result.timed_out);
  out = result.out;
  err = result.err;
  printed_ += out + err;
  return result.exit_code;
}

int AzureTest::run_on_server(std::vector<std::string> arguments, const std::string& user) {
  for (const std::string& word : {std::string("-h"), std::string("127.0.0.1"), std::string("-p"), std::to_string(postgres().tcp_port()),
                                  std::string("-U"), user, std::string("-d"), std::string("postgres")}) {
    arguments.push_back(word);
  }
  return run(arguments);
}

bool AzureTest::can_log_in(const std::string& password, const std::string& user) {
  ConnectOptions options;
  options.dbname = postgres().conninfo("postgres", user);
  options.password = password;
  try {
    connect(options);
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace pgcharter::testing
