// Reading and writing of whole files.
//
// A saved plan decides what an administrator's connection will do, and may stand in a shared folder. So it is written
// to a file that did not exist before (O_EXCL, O_NOFOLLOW, the mode set at creation) and renamed: nobody can put a
// link in its way, read it half-written, or read it at all without being its owner. The folder is synced as well,
// since only that makes a rename durable (POSIX rename(2), fsync(2)).
#include "base/files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <random>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pgcharter/diagnostics.h"

namespace pgcharter {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& what, const std::string& path, int error) {
  throw Error("can't " + what + " \"" + path + "\": " + std::strerror(error));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { (void)close(); }
  [[nodiscard]] int get() const { return fd_; }
  int close() { return fd_ < 0 ? 0 : ::close(std::exchange(fd_, -1)); }

 private:
  int fd_;
};

std::string temporary_name(const fs::path& path) {
  std::random_device random;
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::string suffix;
  for (int i = 0; i < 12; ++i) suffix += kLetters[random() % kLetters.size()];
  return (path.parent_path() / ("." + path.filename().string() + "." + suffix + ".tmp")).string();
}

void write_all(int fd, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", path, errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void sync_folder(const fs::path& path) {
  const std::string folder = path.has_parent_path() ? path.parent_path().string() : ".";
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Some file systems refuse to sync a folder (EINVAL); the file itself is safe then as far as it can be.
  if (fd.get() >= 0) (void)::fsync(fd.get());
}

}  // namespace

std::string read_file(const std::string& path, std::size_t maximal_size) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) fail("read", path, errno);
  struct stat status {};
  if (::fstat(fd.get(), &status) == 0 && S_ISDIR(status.st_mode)) fail("read", path, EISDIR);
  std::string text;
  if (status.st_size > 0) text.reserve(std::min(static_cast<std::size_t>(status.st_size), maximal_size) + 1);
  char buffer[65536];
  for (;;) {
    const ssize_t count = ::read(fd.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("read", path, errno);
    if (count == 0) return text;
    text.append(buffer, static_cast<std::size_t>(count));
    if (text.size() > maximal_size) throw Error("can't read \"" + path + "\": larger than " + std::to_string(maximal_size) + " bytes");
  }
}

bool is_directory(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

std::vector<std::string> yaml_files_below(const std::string& directory) {
  std::vector<std::string> files;
  std::error_code error;
  fs::recursive_directory_iterator it(directory, error);
  if (error) fail("read folder", directory, error.value());
  for (const fs::recursive_directory_iterator end; it != end; it.increment(error)) {
    const fs::path& path = it->path();
    const bool hidden = path.filename().string().starts_with('.');
    if (hidden) {
      it.disable_recursion_pending();
      continue;
    }
    std::error_code ignored;
    if ((path.extension() == ".yaml" || path.extension() == ".yml") && it->is_regular_file(ignored)) files.push_back(path.string());
  }
  if (error) fail("read folder", directory, error.value());
  std::sort(files.begin(), files.end());
  return files;
}

void write_file_atomically(const std::string& path, std::string_view text, unsigned int mode) {
  const std::string temporary = temporary_name(path);
  Descriptor fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, static_cast<mode_t>(mode)));
  if (fd.get() < 0) fail("write", path, errno);
  try {
    write_all(fd.get(), text, path);
    if (::fsync(fd.get()) != 0 || fd.close() != 0) fail("write", path, errno);
    if (::rename(temporary.c_str(), path.c_str()) != 0) fail("write", path, errno);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  sync_folder(path);
}

}  // namespace pgcharter
