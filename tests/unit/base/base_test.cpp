// Diagnostics as they are printed, words that look alike, hashes, files, sorting.
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pgcharter/diagnostics.h"

#include "base/files.h"
#include "base/hash.h"
#include "base/hashed_numbers.h"
#include "base/strings.h"
#include "base/topo_sort.h"

namespace pgcharter {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

std::string written(const Diagnostic& diagnostic) {
  std::ostringstream out;
  write_diagnostic(out, diagnostic);
  return out.str();
}

TEST(BaseDiagnostics, ShowsTheLineACaretAndTheHint) {
  Diagnostics diagnostics;
  diagnostics.add_source("a.yaml", "x: 1\nroles: {a: {logn: true}}\r\n");
  diagnostics.error("unknown-key", {"a.yaml", 2, 13}, "unknown key \"logn\"", "Did you mean \"login\"?");
  EXPECT_EQ(written(diagnostics.all()[0]),
            "a.yaml:2:13: error: unknown key \"logn\"\n"
            "    roles: {a: {logn: true}}\n"
            "                ^\n"
            "  hint: Did you mean \"login\"?\n");
  EXPECT_EQ(diagnostics.error_count(), 1U);
}

TEST(BaseDiagnostics, PutsTheCaretBelowCharactersNotBytes) {
  EXPECT_EQ(written({Severity::Warning, "x", {"a", 1, 5}, "m", "", "ää\xe2\x80\xaex"}), "a:1:5: warning: m\n    ää\\u202ex\n      ^\n");
}

TEST(BaseDiagnostics, CutsLongLines) {
  const std::string text = written({Severity::Error, "x", {"a", 1, 5001}, "m", "", std::string(10000, 'y')});
  EXPECT_LT(text.size(), 400U);
}

TEST(BaseDiagnostics, ShowsPositionsAsFarAsTheyAreKnown) {
  EXPECT_EQ(to_string(SourcePos{"a", 0, 0}), "a");
  EXPECT_EQ(to_string(SourcePos{"a", 3, 0}), "a:3");
  EXPECT_EQ(written({Severity::Error, "x", {}, "m", "", ""}), "error: m\n");
}

TEST(BasePrintable, EscapesWhatATerminalWouldExecute) {
  EXPECT_EQ(printable("a\nb\t\x1b[31m\x7f"), "a\\nb\\t\\x1b[31m\\x7f");
  EXPECT_EQ(printable("\xe2\x80\xae\xe2\x80\x8b\xef\xbb\xbf"), "\\u202e\\u200b\\ufeff");
  EXPECT_EQ(printable("\xc2\x9b"), "\\u009b");
  EXPECT_EQ(printable("\xff\xc3("), "\\xff\\xc3(");
  EXPECT_EQ(printable("grün 漢字"), "grün 漢字");
}

TEST(BaseStrings, SuggestsOnlyWhatIsNear) {
  const std::vector<std::string> words{"login", "superuser", "createdb"};
  EXPECT_EQ(nearest("lgoin", words), "login");
  EXPECT_EQ(nearest("SuperUsr", words), "superuser");
  EXPECT_EQ(nearest("banana", words), std::nullopt);
  EXPECT_EQ(nearest("x", words), std::nullopt);
  EXPECT_EQ(edit_distance("abc", "acb"), 1U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
}

TEST(BaseStrings, KnowsUtf8) {
  EXPECT_TRUE(is_utf8("grün 漢 🐘"));
  EXPECT_FALSE(is_utf8("\xc0\x80"));
  EXPECT_FALSE(is_utf8("\xed\xa0\x80"));
  EXPECT_FALSE(is_utf8("\xf5\x80\x80\x80"));
  EXPECT_FALSE(is_utf8("\xe2\x80"));
  EXPECT_EQ(utf8_count("grün"), 4U);
}

TEST(BaseHash, ComputesSha256) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  Sha256 hash;
  hash.update("a");
  hash.update("bc");
  EXPECT_EQ(hash.hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(BaseTopoSort, IsStableAndNamesACycle) {
  const auto sorted = topo_sort(4, {{3, 0}, {2, 1}});
  EXPECT_THAT(std::get<Sorted>(sorted).order, ElementsAre(2, 1, 3, 0));
  const auto cycle = topo_sort(4, {{0, 1}, {1, 2}, {2, 1}, {2, 3}});
  EXPECT_THAT(std::get<Cycle>(cycle).members, ElementsAre(1, 2));
  EXPECT_THAT(std::get<Cycle>(topo_sort(1, {{0, 0}})).members, ElementsAre(0));
}

class BaseFiles : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "pgcharter-base-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path folder_;
};

TEST_F(BaseFiles, AreReplacedAsAWhole) {
  const std::string path = folder_ / "plan.json";
  write_file_atomically(path, "one");
  write_file_atomically(path, "two");
  EXPECT_EQ(read_file(path), "two");
  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

TEST_F(BaseFiles, ReplaceALinkAndNotItsTarget) {
  write_file_atomically(folder_ / "target", "precious");
  fs::create_symlink(folder_ / "target", folder_ / "link");
  write_file_atomically(folder_ / "link", "plan");
  EXPECT_EQ(read_file(folder_ / "target"), "precious");
  EXPECT_EQ(read_file(folder_ / "link"), "plan");
}

TEST_F(BaseFiles, AreFoundBelowAFolderInOrder) {
  fs::create_directories(folder_ / "b" / "c");
  fs::create_directories(folder_ / ".git");
  for (const char* name : {"z.yml", "a.yaml", "b/c/x.yaml", "b/notes.txt", ".git/config.yaml", ".hidden.yaml"})
    write_file_atomically(folder_ / name, "");
  EXPECT_THAT(yaml_files_below(folder_), ElementsAre(folder_ / "a.yaml", folder_ / "b/c/x.yaml", folder_ / "z.yml"));
}

TEST_F(BaseFiles, AreReportedWithTheirPath) {
  EXPECT_THROW(read_file(folder_ / "missing"), Error);
  EXPECT_THROW(read_file(folder_), Error);
  EXPECT_THROW(write_file_atomically(folder_ / "no" / "file", ""), Error);
  write_file_atomically(folder_ / "big", "12345");
  EXPECT_THROW(read_file(folder_ / "big", 4), Error);
}

TEST(BaseHashedNumbers, FindsWhatWasAddedAndNothingElse) {
  HashedNumbers numbers;
  const auto hash = [](std::uint32_t number) { return mixed(0, number); };
  const auto find = [&](std::uint32_t number) { return numbers.find(hash(number), [&](std::uint32_t other) { return other == number; }); };
  EXPECT_EQ(find(0), HashedNumbers::kNone);
  for (std::uint32_t i = 0; i < 10000; ++i) numbers.add(hash(i), i);
  for (std::uint32_t i = 0; i < 10000; ++i) ASSERT_EQ(find(i), i);
  for (std::uint32_t i = 10000; i < 20000; ++i) ASSERT_EQ(find(i), HashedNumbers::kNone);
  EXPECT_EQ(numbers.size(), 10000U);
}

TEST(BaseHashedNumbers, TellsNumbersOfOneHashApart) {
  HashedNumbers numbers;
  for (std::uint32_t i = 0; i < 100; ++i) numbers.add(i % 2 == 0 ? 7 : ~0ULL, i);  // all in two places, one of them the last
  for (std::uint32_t i = 0; i < 100; ++i) {
    EXPECT_EQ(numbers.find(i % 2 == 0 ? 7 : ~0ULL, [&](std::uint32_t other) { return other == i; }), i);
  }
  EXPECT_EQ(numbers.find(7, [](std::uint32_t) { return false; }), HashedNumbers::kNone);
}

}  // namespace
}  // namespace pgcharter
