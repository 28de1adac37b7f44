// The HTTP client itself: certificates are verified, and what was sent does not come back in its errors.

#include <atomic>
#include <thread>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include "azure/emulated_azure.h"

namespace pgcharter::azure {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Answers "hello" over TLS, as often as it is asked.
class TlsServer {
 public:
  explicit TlsServer(const std::string& pem)
      : context_(SSL_CTX_new(TLS_server_method())), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
    X509* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    SSL_CTX_use_certificate(context_, certificate);
    SSL_CTX_use_PrivateKey(context_, key);
    X509_free(certificate);
    EVP_PKEY_free(key);
    BIO_free_all(bio);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    listen(listener_, 4);
    thread_ = std::thread([this] { serve(); });
  }
  ~TlsServer() {
    ends_ = true;
    thread_.join();
    close(listener_);
    SSL_CTX_free(context_);
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  [[nodiscard]] std::string url(const std::string& host) const { return "https://" + host + ":" + std::to_string(port_) + "/"; }
  std::atomic<int> requests{0};  ///< that came through TLS

 private:
  SSL_CTX* context_;
  int listener_;
  int port_ = 0;
  std::atomic<bool> ends_{false};
  std::thread thread_;

  void serve() {
    while (!ends_) {
      pollfd polled{listener_, POLLIN, 0};
      if (poll(&polled, 1, 20) <= 0) continue;
      const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      SSL* ssl = SSL_new(context_);
      SSL_set_fd(ssl, socket);
      char buffer[4096];
      if (SSL_accept(ssl) == 1 && SSL_read(ssl, buffer, sizeof buffer) > 0) {
        ++requests;
        const std::string reply = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
        SSL_write(ssl, reply.data(), static_cast<int>(reply.size()));
        SSL_shutdown(ssl);
      }
      SSL_free(ssl);
      close(socket);
    }
  }
};

TEST(HttpClient, VerifiesCertificates) {
  signal(SIGPIPE, SIG_IGN);  // as the program does: either side may hang up while the other one writes
  const std::string pem = testing::make_certificate();
  const testing::TemporaryFolder folder;
  const std::string ca = folder.file("ca.crt", pem.substr(pem.find("-----BEGIN CERTIFICATE")));
  TlsServer server(pem);
  HttpRequest request{.url = server.url("localhost"), .headers = {{"Authorization", "Bearer secret-mark"}}};
  const HttpResponse unknown = CurlClient().send(request);
  EXPECT_EQ(unknown.status, 0);
  EXPECT_THAT(unknown.failure, HasSubstr("certificate"));
  EXPECT_EQ(server.requests, 0) << "nothing was sent";
  const HttpResponse known = CurlClient({}, ca).send(request);
  EXPECT_EQ(known.status, 200) << known.failure;
  EXPECT_EQ(known.body, "hello");
  request.url = server.url("127.0.0.1");
  const HttpResponse another = CurlClient({}, ca).send(request);
  EXPECT_EQ(another.status, 0) << "the certificate is for localhost";
  EXPECT_EQ(server.requests, 1);
}

TEST(HttpClient, RefusesHeadersThatEndTheirLine) {
  try {
    CurlClient().send({.url = "http://127.0.0.1:1/", .headers = {{"Authorization", "secret-mark\r\nX: y"}}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("Authorization"));
    EXPECT_THAT(error.what(), Not(HasSubstr("secret-mark")));
  }
}

TEST(HttpClient, EndsWhenItIsInterrupted) {
  testing::LoopbackServer server;
  server.answer("/", {{.delay = std::chrono::seconds(30)}});
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THROW(CurlClient([] { return true; }).send({.url = server.url() + "/"}), Error);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

}  // namespace
}  // namespace pgcharter::azure
