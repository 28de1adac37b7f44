// A large database is read while a large charter is still being loaded: each takes as long as the other.
#pragma once

#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "pgcharter/catalog.h"
#include "pgcharter/reconcile.h"

namespace pgcharter {

/// One session whose snapshot is open, and a thread that reads with it what does not depend on the charter (the server's own part) or
/// hardly does: the relations of the schemas that occur as words in the charter's text. What of that is out of scope is left out later, and
/// what is in scope and was not read is read later.
class ReadingAhead {
 public:
  /// `least` is the size of pg_class, in bytes, from which on it reads.
  ReadingAhead(Connector connector, std::vector<SharedText> texts, long least = kLargeCatalog);
  ReadingAhead(const ReadingAhead&) = delete;
  ReadingAhead& operator=(const ReadingAhead&) = delete;
  ~ReadingAhead() { close(); }

  /// Waits until the snapshot is open. False where it could not be, or where the catalog is too small for this to pay.
  bool begun();
  /// Ends the session, whatever it does.
  void close();

  // From here on only where it has begun; but for `relations` the thread is done with them, or shares them under `rows`.
  std::unique_ptr<Connection> connection;  ///< busy until the relations are there
  std::optional<std::string> snapshot;     ///< exported; nothing where that is not allowed
  std::unique_ptr<Planned> planned;        ///< `actual` holds the server's own part; its names and lists grow
  std::mutex rows;
  RelationsAhead relations;

 private:
  Connector connector_;
  std::vector<SharedText> texts_;
  long least_;
  std::atomic<bool> stopped_ = false;
  std::promise<bool> begun_;
  std::shared_future<bool> has_begun_ = begun_.get_future().share();
  std::future<void> thread_;  // the last member: its destructor waits

  void run();
  bool open();
};

}  // namespace pgcharter
