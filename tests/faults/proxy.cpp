// One thread per connection; messages of the client are cut out of the stream, what the server says passes as it comes.
#include "faults/proxy.h"

#include <array>
#include <cstring>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace pgcharter::testing {
namespace {

constexpr int kPollMs = 20;
constexpr std::uint32_t kCancelRequest = 80877102;

std::uint32_t number_at(const std::string& text, std::size_t offset) {
  std::uint32_t value = 0;
  std::memcpy(&value, text.data() + offset, sizeof value);
  return ntohl(value);
}

bool send_all(int descriptor, const std::string& text) {
  for (std::size_t sent = 0; sent < text.size();) {
    const ssize_t n = send(descriptor, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return false;
    sent += static_cast<std::size_t>(n);
  }
  return true;
}

/// Appends what is there; false at the end of the stream.
bool receive(int descriptor, std::string& into) {
  std::array<char, 65536> buffer;
  const ssize_t n = recv(descriptor, buffer.data(), buffer.size(), 0);
  if (n <= 0) return false;
  into.append(buffer.data(), static_cast<std::size_t>(n));
  return true;
}

bool readable(int descriptor, int milliseconds) {
  pollfd one{.fd = descriptor, .events = POLLIN, .revents = 0};
  return poll(&one, 1, milliseconds) > 0;
}

/// Reads answers until the server is ready for the next query, or ends the session.
void swallow_answer(int server) {
  std::string buffer;
  for (int waited = 0; waited < 500;) {
    if (!readable(server, kPollMs)) {
      ++waited;
      continue;
    }
    if (!receive(server, buffer)) return;
    while (buffer.size() >= 5) {
      const std::size_t size = 1 + number_at(buffer, 1);
      if (buffer.size() < size) break;
      if (buffer[0] == 'Z') return;
      buffer.erase(0, size);
    }
  }
}

}  // namespace

struct Proxy::Pipe {
  int client = -1;
  int server = -1;
  bool started = false;
  bool half_open = false;
  std::string pending;  ///< bytes of the client that are no whole message yet
};

Proxy::Proxy(std::string socket_path) : socket_path_(std::move(socket_path)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (listener_ < 0 || bind(listener_, any, size) != 0 || getsockname(listener_, any, &size) != 0 || listen(listener_, 64) != 0) {
    throw std::runtime_error("the proxy can't listen");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_loop(); });
}

Proxy::~Proxy() {
  end_ = true;
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
  close(listener_);
}

void Proxy::arm(int at, Cut cut, bool refuse_afterwards) {
  const std::lock_guard lock(mutex_);
  at_ = at;
  cut_ = cut;
  refuse_afterwards_ = refuse_afterwards;
  was_cut_ = refuse_ = healed_ = false;
  trips_.clear();
}

void Proxy::heal() {
  refuse_ = false;
  healed_ = true;
}

std::vector<std::string> Proxy::trips() {
  const std::lock_guard lock(mutex_);
  return trips_;
}

void Proxy::accept_loop() {
  while (!end_) {
    if (!readable(listener_, kPollMs)) continue;
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    if (refuse_) {
      close(client);
      continue;
    }
    threads_.emplace_back([this, client] { serve(client); });
  }
}

void Proxy::serve(int client) {
  Pipe pipe{.client = client, .server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socket_path_.copy(address.sun_path, sizeof address.sun_path - 1);
  bool open = connect(pipe.server, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  while (open && !end_) {
    std::array<pollfd, 2> both{{{.fd = pipe.client, .events = POLLIN, .revents = 0}, {.fd = pipe.server, .events = POLLIN, .revents = 0}}};
    if (poll(both.data(), both.size(), kPollMs) <= 0) continue;
    if (both[1].revents != 0) {
      std::string answer;
      open = receive(pipe.server, answer) && send_all(pipe.client, answer);
    }
    if (open && both[0].revents != 0) open = receive(pipe.client, pipe.pending) && take_client_bytes(pipe);
  }
  close(pipe.client);
  while (pipe.half_open && !healed_ && !end_) std::this_thread::sleep_for(std::chrono::milliseconds(kPollMs));
  close(pipe.server);
}

bool Proxy::take_client_bytes(Pipe& pipe) {
  while (true) {
    const std::size_t type = pipe.started ? 1 : 0;
    if (pipe.pending.size() < type + 4) return true;
    const std::size_t size = type + number_at(pipe.pending, type);
    if (pipe.pending.size() < size) return true;
    const std::string message = pipe.pending.substr(0, size);
    pipe.pending.erase(0, size);
    bool open = true;
    if (!pipe.started) {
      const bool cancels = size >= 8 && number_at(message, 4) == kCancelRequest;
      pipe.started = true;
      open = cancels ? send_all(pipe.server, message) : pass_trip(pipe, message, "(startup)");
    } else if (message[0] == 'Q') {
      open = pass_trip(pipe, message, message.substr(5, size - 6));
    } else if (message[0] == 'S') {
      open = pass_trip(pipe, message, "(extended)");
    } else {
      open = send_all(pipe.server, message);
    }
    if (!open) return false;
  }
}

bool Proxy::pass_trip(Pipe& pipe, const std::string& message, const std::string& what) {
  bool cuts = false;
  Cut cut = Cut::Before;
  {
    const std::lock_guard lock(mutex_);
    trips_.push_back(what);
    cuts = at_ != 0 && !was_cut_ && static_cast<int>(trips_.size()) == at_;
    cut = cut_;
    if (cuts) {
      was_cut_ = true;
      refuse_ = refuse_afterwards_;
    }
  }
  if (!cuts) return send_all(pipe.server, message);
  if (cut == Cut::HalfOpen) pipe.half_open = true;
  if (cut == Cut::AfterAnswer || cut == Cut::AtOnce) send_all(pipe.server, message);
  if (cut == Cut::AfterAnswer) swallow_answer(pipe.server);
  return false;
}

}  // namespace pgcharter::testing
