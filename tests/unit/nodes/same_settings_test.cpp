// Values of parameters that are written differently on a node that joined later.
#include "nodes/same_settings.h"

#include <gtest/gtest.h>

namespace pgcharter {
namespace {

TEST(SameSettings, ComparesNumbersInTheirUnits) {
  const SettingForm memory{.type = "integer", .unit = "kB"};
  EXPECT_TRUE(same_setting(memory, "7168", "7MB"));
  EXPECT_TRUE(same_setting(memory, "1GB", "1048576"));
  EXPECT_TRUE(same_setting(memory, "7 MB", "7MB"));
  EXPECT_FALSE(same_setting(memory, "7167", "7MB"));
  EXPECT_FALSE(same_setting(memory, "7mb", "7MB")) << "units are case-sensitive";
  EXPECT_TRUE(same_setting({.type = "integer", .unit = "8kB"}, "128", "1MB"));
  const SettingForm time{.type = "integer", .unit = "ms"};
  EXPECT_TRUE(same_setting(time, "120000", "2min"));
  EXPECT_TRUE(same_setting(time, "-1", "-1"));
  EXPECT_FALSE(same_setting(time, "2min", "2h"));
  EXPECT_TRUE(same_setting({.type = "real", .unit = ""}, "1", "1.0"));
}

TEST(SameSettings, ComparesTruth) {
  const SettingForm truth{.type = "bool", .unit = ""};
  EXPECT_TRUE(same_setting(truth, "off", "false"));
  EXPECT_FALSE(same_setting(truth, "off", "on"));
  EXPECT_FALSE(same_setting(truth, "off", "nothing"));
}

}  // namespace
}  // namespace pgcharter
