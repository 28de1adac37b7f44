// Where the rows of a table are: `distribute:` for Citus, `hypertable:` for TimescaleDB.
//
// A distributed table is written as one word where one word says it, else as a mapping. What Citus and TimescaleDB would refuse in any case
// (a shard count beside a table to be with, an interval that is none) is refused here, with a line of the manifest instead of a failed
// apply.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/strings.h"
#include "manifest/sections.h"

namespace pgcharter {

namespace {

constexpr int kMaximalShards = 64000;  // MAX_SHARD_COUNT of Citus

struct Word {
  std::string_view text;
  Distribution distribution;
};
constexpr std::array<Word, 4> kWords{{
    {"reference", Distribution::Reference},
    {"single-shard", Distribution::SingleShard},
    {"local", Distribution::Local},
    {"none", Distribution::None},
}};

std::optional<Distribution> read_word(Reader& reader, const Node& node, std::string_view what) {
  std::array<std::string_view, kWords.size()> words;
  std::ranges::transform(kWords, words.begin(), &Word::text);
  const auto word = reader.word(node, what, words);
  return word ? std::optional(kWords[*word].distribution) : std::nullopt;
}

void read_colocate_with(Reader& reader, const Node& node, DistributeRule& rule) {
  if (node.kind == Node::Kind::Scalar && node.text == "none") {
    rule.alone = true;
  } else {
    rule.colocate_with = reader.object_key(ObjectKind::Table, node);
  }
}

void check_options(Reader& reader, const Node& node, const DistributeRule& rule) {
  for (const NodeEntry& entry : node.entries) {
    const std::string& key = entry.key.text;
    const bool hash_only = key == "shards" || key == "concurrently";
    const bool sharded_only = key == "colocate_with";
    if ((hash_only && rule.distribution != Distribution::Hash) ||
        (sharded_only && rule.distribution != Distribution::Hash && rule.distribution != Distribution::SingleShard)) {
      reader.error("invalid-combination", entry.key,
                   fmt::format("\"{}\" has no meaning for a table that is {}", key, name(rule.distribution)),
                   hash_only ? "It belongs to a table that is distributed \"by\" a column." : "");
    }
  }
  if (rule.shards && rule.colocate_with) {
    reader.error("invalid-combination", *node.find("shards"), "\"shards\" can't stand beside a table in \"colocate_with\"",
                 "The table has as many shards as those that it is kept with.");
  }
}

std::optional<DistributeRule> read_distribute_map(Reader& reader, const Node& node) {
  if (!reader.check_keys(node, kDistributeMapping, "\"distribute\"")) return std::nullopt;
  DistributeRule rule;
  rule.pos = reader.pos(node);
  const Node* by = node.find("by");
  const Node* to = node.find("to");
  if ((by == nullptr) == (to == nullptr)) {
    reader.error(by == nullptr ? "missing-key" : "invalid-combination", node,
                 by == nullptr ? "\"distribute\" has no \"by\"" : "\"by\" and \"to\" can't stand together in \"distribute\"",
                 "Write { by: COLUMN }, or one of reference, single-shard, local, none.");
    return std::nullopt;
  }
  if (by != nullptr) {
    const auto column = reader.name(*by, "the distribution column");
    rule.distribution = Distribution::Hash;
    rule.by = column.value_or("");
  } else {
    const auto word = read_word(reader, *to, "\"to\"");
    if (!word) return std::nullopt;
    rule.distribution = *word;
  }
  if (const Node* value = node.find("shards")) rule.shards = reader.integer(*value, "\"shards\"", 1, kMaximalShards);
  if (const Node* value = node.find("colocate_with")) read_colocate_with(reader, *value, rule);
  if (const Node* value = node.find("concurrently")) rule.concurrently = reader.boolean(*value, "\"concurrently\"").value_or(false);
  check_options(reader, node, rule);
  return rule;
}

bool is_whole_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// A span that is longer than nothing; of a table whose column is a number, a number.
std::optional<std::string> read_span(Reader& reader, const Node& node, std::string_view what) {
  const auto written = reader.text(node, what);
  if (!written) return std::nullopt;
  const std::string text(trim(*written));
  const auto interval = parse_interval(text);
  const bool positive = interval ? interval->months >= 0 && interval->days >= 0 && interval->microseconds >= 0 && *interval != Interval()
                                 : is_whole_number(text) && text.find_first_not_of('0') != std::string::npos;
  if (positive) return text;
  reader.error("bad-interval", node, fmt::format("{} must be a span of time, not \"{}\"", what, *written),
               "Write 1 day, 12 hours or 90 days; for a column of whole numbers a number.");
  return std::nullopt;
}

// Five fields, or pg_cron's "30 seconds"; what the fields mean is pg_cron's to judge.
bool is_schedule(std::string_view text) {
  std::vector<std::string> fields;
  for (std::string& field : split(text, ' ')) {
    if (!field.empty()) fields.push_back(std::move(field));
  }
  if (fields.size() == 2) return is_whole_number(fields[0]) && (fields[1] == "seconds" || fields[1] == "second");
  return fields.size() == 5 && std::ranges::all_of(fields, [](const std::string& field) {
           return field.find_first_not_of("0123456789*/,-$abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos;
         });
}

void read_retention(Reader& reader, const Node& node, HypertableRule& rule) {
  if (!node.is_map()) {
    rule.retention = read_span(reader, node, "\"retention\"");
    return;
  }
  if (!reader.check_keys(node, kRetentionMapping, "\"retention\"")) return;
  if (const Node* value = node.find("older_than")) {
    rule.retention = read_span(reader, *value, "\"older_than\"");
  } else {
    reader.error("missing-key", node, "\"retention\" has no \"older_than\"", "Write { older_than: 90 days, schedule: \"0 3 * * *\" }.");
  }
  const Node* value = node.find("schedule");
  if (value == nullptr) return;
  const auto schedule = reader.text(*value, "\"schedule\"");
  if (schedule && !is_schedule(*schedule)) {
    reader.error("bad-schedule", *value, fmt::format("\"{}\" is no schedule of pg_cron", *schedule),
                 "Write minute, hour, day, month and day of the week: \"0 3 * * *\" is every day at three (GMT).");
  } else if (schedule) {
    rule.schedule = std::string(trim(*schedule));
  }
}

}  // namespace

std::optional<DistributeRule> read_distribute(Reader& reader, const Node& node) {
  if (node.is_map()) return read_distribute_map(reader, node);
  const auto word = read_word(reader, node, "\"distribute\"");
  if (!word) return std::nullopt;
  DistributeRule rule;
  rule.pos = reader.pos(node);
  rule.distribution = *word;
  return rule;
}

std::optional<HypertableRule> read_hypertable(Reader& reader, const Node& node) {
  if (!reader.check_keys(node, kHypertableMapping, "\"hypertable\"")) return std::nullopt;
  HypertableRule rule;
  rule.pos = reader.pos(node);
  if (const Node* value = node.find("by")) {
    rule.by = reader.name(*value, "the column of the hypertable").value_or("");
  } else {
    reader.error("missing-key", node, "\"hypertable\" has no \"by\"", "Write { by: COLUMN, interval: 1 day }.");
  }
  if (const Node* value = node.find("interval")) rule.interval = read_span(reader, *value, "\"interval\"");
  if (const Node* value = node.find("retention")) read_retention(reader, *value, rule);
  return rule;
}

}  // namespace pgcharter
