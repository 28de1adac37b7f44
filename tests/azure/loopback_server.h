// An HTTP server on 127.0.0.1 that answers from a script and remembers what it was asked.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace pgcharter::testing {

struct Asked {
  std::string method, path, query, body;
  std::map<std::string, std::string> headers;  ///< names in lower case

  /// The decoded value of a field of the query, or of a form in the body; empty where it is not there.
  [[nodiscard]] std::string field(const std::string& name) const;
};

struct Reply {
  int status = 200;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::chrono::milliseconds delay{0};
  bool hang_up = false;  ///< close without an answer
};

class LoopbackServer {
 public:
  LoopbackServer();
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// Requests to `path` get these replies in turn, and then the last one for ever.
  void answer(const std::string& path, std::vector<Reply> replies);
  /// What computes the reply itself.
  void answer_with(const std::string& path, std::function<Reply(const Asked&)> handler);
  [[nodiscard]] std::vector<Asked> asked() const;
  [[nodiscard]] std::size_t times(const std::string& path) const;

 private:
  int port_ = 0;
  int listener_ = -1;  ///< after port_, which it sets
  std::atomic<bool> ends_{false};
  mutable std::mutex mutex_;
  std::map<std::string, std::function<Reply(const Asked&)>> handlers_;
  std::vector<Asked> asked_;
  std::vector<std::thread> conversations_;
  std::thread acceptor_;

  void accept_all();
  void converse(int socket);
  Reply reply_to(const Asked& asked);
};

/// A port of 127.0.0.1 where nobody listens.
std::string closed_url();

/// "header.payload.signature", as tokens look; `mark` makes it recognisable.
std::string token_like(const std::string& mark);

}  // namespace pgcharter::testing
