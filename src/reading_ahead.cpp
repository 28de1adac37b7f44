// The server works while the charter is loaded. Only a charter that is large is worth the second thread, and only then is its text likely
// to name what is in scope: a word of the text that is a schema's name costs reading that schema, nothing else.

#include "reading_ahead.h"

#include <array>
#include <chrono>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "planning.h"
#include "serial_rows.h"

namespace pgcharter {
namespace {

/// Those of `names` that stand in the texts as words, as YAML and dotted names divide them.
std::set<std::string> words_among(const std::vector<SharedText>& texts, const std::vector<std::string>& names) {
  std::array<bool, 256> between{};
  for (const char c : std::string_view(" \t\r\n\"'`.,:;[]{}()<>&*!|%@#?/\\=")) between[static_cast<unsigned char>(c)] = true;
  std::unordered_set<std::string_view> wanted(names.begin(), names.end());
  std::set<std::string> found;
  for (const SharedText& shared : texts) {
    const std::string_view text = shared.str();
    for (std::size_t at = 0; at < text.size() && !wanted.empty(); ++at) {
      const std::size_t begin = at;
      while (at < text.size() && !between[static_cast<unsigned char>(text[at])]) ++at;
      const auto word = wanted.find(text.substr(begin, at - begin));
      if (word == wanted.end()) continue;
      found.emplace(*word);
      wanted.erase(word);
    }
  }
  return found;
}

}  // namespace

ReadingAhead::ReadingAhead(Connector connector, std::vector<SharedText> texts, long least)
    : connector_(std::move(connector)),
      texts_(std::move(texts)),
      least_(least),
      thread_(std::async(std::launch::async, [this] { run(); })) {}

void ReadingAhead::close() {
  stopped_ = true;
  if (begun() && thread_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) connection->cancel();
  thread_.wait();
  connection.reset();
}

bool ReadingAhead::begun() { return has_begun_.get(); }

bool ReadingAhead::open() {
  try {
    connection = connector_(std::nullopt);
    if (stopped_ || connection->server().catalog_bytes < least_) return false;
    connection->execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    planned = std::make_unique<Planned>();
    read_cluster(*connection, {}, planned->actual);
    snapshot = export_snapshot(*connection);
    connection->execute(kWithoutWorkers);
    return true;
  } catch (...) {
    return false;  // whoever reads in earnest will meet it again, and tell it
  }
}

void ReadingAhead::run() {
  std::promise<std::vector<Object>> objects;
  relations.objects = objects.get_future();
  const bool opened = open();
  State* const state = opened ? &planned->actual : nullptr;  // asked for now: from then on `planned` may be moved away
  begun_.set_value(opened);
  if (!opened) return;
  try {
    SerialRows in_turn(*connection, rows);
    const auto choose = [&](const std::vector<std::string>& schemas) { return words_among(texts_, schemas); };
    objects.set_value(read_relations_ahead(in_turn, *state, choose, relations.schemas));
  } catch (...) {
    objects.set_exception(std::current_exception());
  }
}

std::shared_ptr<ReadingAhead> read_ahead(const Connector& connector, const std::vector<CharterFile>& files) {
  if (!are_large(files)) return nullptr;
  std::vector<SharedText> texts;
  for (const CharterFile& file : files) texts.push_back(file.text);
  return std::make_shared<ReadingAhead>(connector, std::move(texts));
}

}  // namespace pgcharter
