// The sandbox itself: that it starts, stops, restarts, and never outlives us.
#include "sandbox/sandbox.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pgcharter/connection.h"

namespace pgcharter {
namespace {

int postmaster_pid(const std::string& folder) {
  std::ifstream in(folder + "/data/postmaster.pid");
  int pid = 0;
  in >> pid;
  return pid;
}

/// True once no process of that number is left.
bool ends(int pid) {
  for (int i = 0; i < 1000; ++i) {
    if (kill(pid, 0) != 0 && errno == ESRCH) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

ConnectOptions options_for(const Sandbox& sandbox) {
  ConnectOptions options;
  options.dbname = sandbox.conninfo();
  return options;
}

TEST(Sandbox, StartsStopsAndRestartsWithItsData) {
  std::string folder;
  int pid = 0;
  {
    Sandbox sandbox({.settings = {"maintenance_work_mem = '7MB'"}, .superuser = "the owner"});
    folder = sandbox.host();
    connect(options_for(sandbox))->execute("CREATE TABLE public.kept (a int)");
    sandbox.stop();
    EXPECT_THROW(connect(options_for(sandbox)), Error);
    sandbox.start();
    const auto connection = connect(options_for(sandbox));
    EXPECT_EQ(connection->server().user, "the owner");
    connection->execute("SELECT a FROM public.kept");
    connection->query({"test", "select pg_catalog.current_setting('maintenance_work_mem')"}, {},
                      [](const Row& row) { EXPECT_EQ(row.text(0), "7MB"); });
    EXPECT_NE(sandbox.log().find("ready to accept connections"), std::string::npos);
    pid = postmaster_pid(folder);
    ASSERT_GT(pid, 0);
  }
  EXPECT_FALSE(std::filesystem::exists(folder));
  EXPECT_TRUE(ends(pid));
}

TEST(Sandbox, TwoRunSideBySide) {
  Sandbox one;
  Sandbox two({.tcp = true});
  EXPECT_NE(connect(options_for(one))->server().system_identifier, connect(options_for(two))->server().system_identifier);
  ConnectOptions tcp;
  tcp.dbname = "host=127.0.0.1 dbname=postgres user=postgres port=" + std::to_string(two.tcp_port());
  EXPECT_EQ(connect(tcp)->server().host, "127.0.0.1");
}

TEST(Sandbox, DiesWithItsProcess) {
  int channel[2];
  ASSERT_EQ(pipe(channel), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const Sandbox sandbox;
    const std::string folder = sandbox.host();
    if (write(channel[1], folder.c_str(), folder.size()) < 0) _exit(1);
    close(channel[1]);
    kill(getpid(), SIGKILL);  // no destructor runs
  }
  close(channel[1]);
  char buffer[200] = {};
  const auto size = read(channel[0], buffer, sizeof buffer - 1);
  close(channel[0]);
  ASSERT_GT(size, 0);
  const std::string folder(buffer, static_cast<std::size_t>(size));
  const int pid = postmaster_pid(folder);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(pid == 0 || ends(pid));  // 0: it has already removed its lock file
  EXPECT_FALSE(std::filesystem::exists(folder + "/data/postmaster.pid"));
  std::filesystem::remove_all(folder);
}

TEST(Sandbox, SaysWhyTheServerDidNotStart) {
  try {
    const Sandbox sandbox({.settings = {"no_such_parameter = 1"}});
    FAIL() << "it started";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "the sandbox's server did not start");
    EXPECT_NE(error.hint.find("no_such_parameter"), std::string::npos) << error.hint;
  }
}

TEST(Sandbox, RefusesAFolderWithoutAServer) { EXPECT_THROW(Sandbox({.bin_dir = "/usr/share"}), Error); }

}  // namespace
}  // namespace pgcharter
