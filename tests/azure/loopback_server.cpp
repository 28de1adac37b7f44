// Plain sockets, one thread per connection, HTTP/1.1 with "Connection: close": just enough for libcurl.

#include "azure/loopback_server.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace pgcharter::testing {
namespace {

int listen_on_loopback(int& port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0) throw std::runtime_error("bind");
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return listener;
}

std::string decoded(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

bool read_request(int socket, Asked& asked) {
  std::string text;
  std::array<char, 4096> buffer{};
  std::size_t head = std::string::npos;
  std::size_t length = 0;
  while (head == std::string::npos || text.size() < head + 4 + length) {
    pollfd polled{socket, POLLIN, 0};
    if (poll(&polled, 1, 5000) <= 0) return false;
    const ssize_t got = recv(socket, buffer.data(), buffer.size(), 0);
    if (got <= 0) return false;
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (head != std::string::npos) continue;
    head = text.find("\r\n\r\n");
    if (head == std::string::npos) continue;
    for (std::size_t line = text.find("\r\n") + 2; line < head;) {
      const std::size_t end = text.find("\r\n", line);
      const std::size_t colon = text.find(':', line);
      std::string name = text.substr(line, colon - line);
      std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      asked.headers[name] = text.substr(colon + 2, end - colon - 2);
      line = end + 2;
    }
    if (asked.headers.contains("content-length")) length = std::stoul(asked.headers["content-length"]);
  }
  asked.body = text.substr(head + 4);
  const std::size_t first = text.find(' ');
  const std::size_t second = text.find(' ', first + 1);
  const std::string target = text.substr(first + 1, second - first - 1);
  asked.method = text.substr(0, first);
  asked.path = target.substr(0, target.find('?'));
  if (target.find('?') != std::string::npos) asked.query = target.substr(target.find('?') + 1);
  return true;
}

}  // namespace

std::string Asked::field(const std::string& name) const {
  const std::string all = "&" + query + "&" + body + "&";
  const std::size_t at = all.find("&" + name + "=");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 2;
  return decoded(all.substr(begin, all.find('&', begin) - begin));
}

LoopbackServer::LoopbackServer() : listener_(listen_on_loopback(port_)) {
  listen(listener_, 16);
  acceptor_ = std::thread([this] { accept_all(); });
}

LoopbackServer::~LoopbackServer() {
  ends_ = true;
  acceptor_.join();
  for (std::thread& conversation : conversations_) conversation.join();
  close(listener_);
}

void LoopbackServer::accept_all() {
  while (!ends_) {
    pollfd polled{listener_, POLLIN, 0};
    if (poll(&polled, 1, 20) <= 0) continue;
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket >= 0) conversations_.emplace_back([this, socket] { converse(socket); });
  }
}

void LoopbackServer::converse(int socket) {
  Asked asked;
  if (read_request(socket, asked)) {
    const Reply reply = reply_to(asked);
    for (auto waited = std::chrono::milliseconds(0); waited < reply.delay && !ends_; waited += std::chrono::milliseconds(10)) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    if (!reply.hang_up) {
      std::string text = fmt::format("HTTP/1.1 {} Reason\r\nConnection: close\r\nContent-Length: {}\r\n", reply.status, reply.body.size());
      for (const auto& [name, value] : reply.headers) text += fmt::format("{}: {}\r\n", name, value);
      text += "\r\n" + reply.body;
      for (std::size_t sent = 0; sent < text.size();) {
        const ssize_t n = send(socket, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
        if (n <= 0) break;
        sent += static_cast<std::size_t>(n);
      }
    }
  }
  close(socket);
}

Reply LoopbackServer::reply_to(const Asked& asked) {
  const std::lock_guard lock(mutex_);
  asked_.push_back(asked);
  const auto handler = handlers_.find(asked.path);
  return handler == handlers_.end() ? Reply{.status = 404, .body = "nothing here"} : handler->second(asked);
}

void LoopbackServer::answer(const std::string& path, std::vector<Reply> replies) {
  const std::lock_guard lock(mutex_);
  handlers_[path] = [replies = std::move(replies), next = std::size_t{0}](const Asked&) mutable {
    return replies[std::min(next++, replies.size() - 1)];
  };
}

void LoopbackServer::answer_with(const std::string& path, std::function<Reply(const Asked&)> handler) {
  const std::lock_guard lock(mutex_);
  handlers_[path] = std::move(handler);
}

std::vector<Asked> LoopbackServer::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

std::size_t LoopbackServer::times(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::ranges::count(asked_, path, &Asked::path));
}

std::string closed_url() {
  int port = 0;
  close(listen_on_loopback(port));
  return "http://127.0.0.1:" + std::to_string(port);
}

std::string token_like(const std::string& mark) { return "eyJ0eXAiOiJKV1QifQ.eyJvaWQiOiIwNGE5ZmNjOSIsInRpZCI6InRlbmFudC0xIn0." + mark; }

}  // namespace pgcharter::testing
