// A network that breaks where the test says: listens on 127.0.0.1, forwards to the server's Unix socket, and knows just enough of the
// protocol (PostgreSQL documentation, 55.2 and 55.7) to count round trips: a startup message, a simple Query, a Sync.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace pgcharter::testing {

class Proxy {
 public:
  enum class Cut {
    Before,       ///< the message never arrives; both sides see the end
    AfterAnswer,  ///< it arrives and is carried out, its answer is lost
    AtOnce,       ///< it arrives, and nobody waits for what becomes of it
    HalfOpen,     ///< it never arrives, and the server is not told that we are gone
  };

  explicit Proxy(std::string socket_path);
  ~Proxy();
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  [[nodiscard]] int port() const { return port_; }
  /// Counts from the beginning again; the `at`-th round trip from now on is cut (0: none).
  void arm(int at, Cut cut, bool refuse_afterwards = false);
  /// Lets new connections in again, and ends the half-open ones.
  void heal();
  [[nodiscard]] bool was_cut() const { return was_cut_; }
  /// What each round trip since arm() was: the text of a Query, "(startup)", "(extended)".
  std::vector<std::string> trips();

 private:
  struct Pipe;

  std::string socket_path_;
  int listener_ = -1, port_ = 0;
  std::atomic<bool> end_{false}, was_cut_{false}, refuse_{false}, healed_{false};
  std::mutex mutex_;
  int at_ = 0;
  Cut cut_ = Cut::Before;
  bool refuse_afterwards_ = false;
  std::vector<std::string> trips_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;

  void accept_loop();
  void serve(int client);
  bool take_client_bytes(Pipe& pipe);
  bool pass_trip(Pipe& pipe, const std::string& message, const std::string& what);
};

}  // namespace pgcharter::testing
