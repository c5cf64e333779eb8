#include "runtime/config.hpp"

#include <gtest/gtest.h>

#include "runtime/config_file.hpp"
#include "runtime/config_values.hpp"

namespace {

using namespace std::chrono_literals;
using runtime::ConfigInput;
using runtime::ConfigTable;
using runtime::OptionType;

ConfigTable table() {
    return ConfigTable({
        {"server.listen", OptionType::text, "127.0.0.1:8080", "Address | and port."},
        {"server.workers", OptionType::integer, "4", "Threads.", runtime::integer_from(1, 64)},
        {"mesh.key", OptionType::text, "", "Shared by all.", {}, true},
        {"server.idle_time", OptionType::duration, "1m", "Idle."},
        {"upload.largest", OptionType::size, "20GiB", "Largest video."},
        {"upload.check", OptionType::boolean, "true", "Whether."},
        {"speech.threshold", OptionType::real, "0.5", "Threshold."},
        {"log.level", OptionType::text, "info", "Level.", runtime::one_of({"debug", "info"})},
        {"server.services", OptionType::list, "all", "Which."},
    });
}

std::string errors(const ConfigInput& input) {
    const auto config = table().read(input);
    if (config) return "";
    std::string text;
    for (const auto& error : config.error())
        text += error.message + "\n";
    return text;
}

TEST(ConfigTable, GivesDefaults) {
    const auto config = table().read({});
    ASSERT_TRUE(config);
    EXPECT_EQ(config->text("server.listen"), "127.0.0.1:8080");
    EXPECT_EQ(config->integer("server.workers"), 4);
    EXPECT_EQ(config->duration("server.idle_time"), 60s);
    EXPECT_EQ(config->size_bytes("upload.largest"), 20ULL << 30U);
    EXPECT_TRUE(config->boolean("upload.check"));
    EXPECT_EQ(config->real("speech.threshold"), 0.5);
    EXPECT_EQ(config->list("server.services"), std::vector<std::string>{"all"});
    EXPECT_EQ(config->source("server.workers"), "default");
}

TEST(ConfigTable, TheCommandLineWinsOverTheEnvironmentOverTheFile) {
    const auto config = table().read({
        .file_name = "a.toml",
        .file_text = "[server]\nworkers = 1\nlisten = \"file\"\nservices = [\"auth\", \"session\"]\n[upload]\nlargest "
                     "= \"64KiB\"\n[speech]\nthreshold = 1\n",
        .environment = {{"VIDEO_TRANSCRIBER_SERVER_WORKERS", "2"},
                        {"VIDEO_TRANSCRIBER_SERVER_LISTEN", "environment"},
                        {"HOME", "/"},
                        {"VIDEO_TRANSCRIBER_CACHE", "x"}},
        .overrides = {{"server.workers", "3"}},
    });
    ASSERT_TRUE(config) << config.error()[0].message;
    EXPECT_EQ(config->integer("server.workers"), 3);
    EXPECT_EQ(config->text("server.listen"), "environment");
    EXPECT_EQ(config->list("server.services"), (std::vector<std::string>{"auth", "session"}));
    EXPECT_EQ(config->size_bytes("upload.largest"), 65536U);
    EXPECT_EQ(config->real("speech.threshold"), 1.0);
    EXPECT_EQ(config->source("server.workers"), "command line");
    EXPECT_EQ(config->source("server.services"), "file");
}

TEST(ConfigTable, TellsEverythingThatIsWrongAtOnce) {
    EXPECT_EQ(errors({
                  .file_name = "a.toml",
                  .file_text = "server = 3\n[server]\n",
              }),
              "a.toml: line 2: Error while parsing table header: cannot redefine existing integer 'server' as table\n");
    EXPECT_EQ(
        errors({
            .file_name = "a.toml",
            .file_text = "stray = 1\n[server]\nworker = 1\nidle_time = 5\nservices = [1]\n[log]\nlevel = "
                         "\"loud\"\n[server.inner]\nx = 1\n",
            .environment = {{"VIDEO_TRANSCRIBER_SERVER_WORKERS", "65"}, {"VIDEO_TRANSCRIBER_UPLOAD_LARGETS", "1"}},
            .overrides = {{"upload.check", "yes"}, {"nothing.like_it", "1"}},
        }),
        "a.toml:1: there is no option stray; `config print` shows all options\n"
        "a.toml:3: there is no option server.worker; did you mean server.workers?\n"
        "a.toml:4: server.idle_time expected a duration such as 500ms, 30s, 5m, 12h or 7d, not \"5\"\n"
        "a.toml:5: server.services takes one value, or a list of texts without commas\n"
        "a.toml:7: log.level must be one of debug, info, not \"loud\"\n"
        "a.toml:8: there is no option server.inner; did you mean server.listen?\n"
        "VIDEO_TRANSCRIBER_SERVER_WORKERS: server.workers must be from 1 to 64, not \"65\"\n"
        "the environment: there is no option for VIDEO_TRANSCRIBER_UPLOAD_LARGETS; did you mean "
        "VIDEO_TRANSCRIBER_UPLOAD_LARGEST?\n"
        "the command line: upload.check expected true or false, not \"yes\"\n"
        "the command line: there is no option nothing.like_it; `config print` shows all options\n");
}

TEST(ConfigTable, NeverPrintsASecret) {
    const ConfigTable options({{"mesh.key", OptionType::integer, "0", "A number, to be wrong about.", {}, true}});
    const auto wrong = options.read({.overrides = {{"mesh.key", "hunter2"}}});
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error()[0].message.find("hunter2"), std::string::npos);
    const auto config = table().read({.overrides = {{"mesh.key", "hunter2"}}});
    ASSERT_TRUE(config);
    EXPECT_EQ(table().print(*config).find("hunter2"), std::string::npos);
    EXPECT_NE(table().print(*config).find("# key = (set, not shown)  # command line\n"), std::string::npos);
}

TEST(ConfigTable, PrintsWhatItReadsAgain) {
    const auto config = table().read(
        {.overrides = {{"server.idle_time", "90s"}, {"server.services", "a, b"}, {"server.listen", "a\"b\\c"}}});
    ASSERT_TRUE(config);
    const std::string printed = table().print(*config);
    EXPECT_NE(printed.find("[server]\nlisten = \"a\\\"b\\\\c\"  # command line\nworkers = 4  # default\nidle_time = "
                           "\"90s\"  # command line\n"),
              std::string::npos)
        << printed;
    const auto again = table().read({.file_name = "p", .file_text = printed});
    ASSERT_TRUE(again) << again.error()[0].message;
    EXPECT_EQ(again->duration("server.idle_time"), 90s);
    EXPECT_EQ(again->text("server.listen"), "a\"b\\c");
}

TEST(ConfigTable, DocumentsEveryOption) {
    const std::string page = table().documentation();
    EXPECT_NE(
        page.find(
            "| `listen` | text | `\"127.0.0.1:8080\"` | Address \\| and port. | `VIDEO_TRANSCRIBER_SERVER_LISTEN` |\n"),
        std::string::npos)
        << page;
    EXPECT_NE(page.find("| `key` | text | `\"\"` | Shared by all. Secret: never printed. |"), std::string::npos);
    EXPECT_NE(page.find("\n## [upload]\n"), std::string::npos);
}

TEST(ConfigTable, FindsMistakesOfTheProgramAtItsStart) {
    EXPECT_THROW(ConfigTable({{"nosection", OptionType::text}}), std::invalid_argument);
    EXPECT_THROW(ConfigTable({{"a.b", OptionType::text}, {"a.b", OptionType::text}}), std::invalid_argument);
    EXPECT_THROW(ConfigTable({{"a.b_c", OptionType::text}, {"a_b.c", OptionType::text}}), std::invalid_argument)
        << "one variable for two";
    EXPECT_THROW(ConfigTable({{"a.b", OptionType::integer, "x"}}), std::invalid_argument);
    EXPECT_THROW(ConfigTable({{"a.b", OptionType::integer, "0", "", runtime::integer_from(1, 2)}}),
                 std::invalid_argument);
    EXPECT_THROW((void)table().read({})->integer("server.listen"), std::logic_error);
    EXPECT_THROW((void)table().read({})->text("server.other"), std::logic_error);
}

TEST(CanonicalValue, RefusesNumbersThatDoNotFit) {
    for (const std::string_view text :
         {"", "s", "-1s", "1.5s", "9223372036854775807d", "1 week", "99999999999999999999s"}) {
        EXPECT_FALSE(runtime::canonical_value(OptionType::duration, text)) << text;
    }
    for (const std::string_view text : {"", "1KB", "-1", "16777216TiB", "0x10"})
        EXPECT_FALSE(runtime::canonical_value(OptionType::size, text)) << text;
    for (const std::string_view text : {"", "nan", "inf", "1,5"})
        EXPECT_FALSE(runtime::canonical_value(OptionType::real, text)) << text;
    EXPECT_EQ(runtime::canonical_value(OptionType::size, "1 GiB"), "1073741824");
}

TEST(NearestWord, KnowsSlipsAndKeepsQuietOtherwise) {
    EXPECT_EQ(runtime::nearest_word("lsiten", {"listen", "level"}), "listen");
    EXPECT_EQ(runtime::nearest_word("zzz", {"listen", "level"}), "");
    EXPECT_EQ(runtime::nearest_word(std::string(100'000, 'x'), {"listen"}), "");
}

TEST(ParseConfigFile, BoundsItsInput) {
    EXPECT_FALSE(runtime::parse_config_file(std::string(runtime::longest_config_bytes + 1, ' ')));
    EXPECT_FALSE(runtime::parse_config_file("a = " + std::string(100'000, '[')));
    EXPECT_FALSE(runtime::parse_config_file("a = \"\xff\""));
    EXPECT_FALSE(runtime::parse_config_file("[`a]\n"));
    EXPECT_FALSE(runtime::parse_config_file("a = 1 \uFE70\n"));
    EXPECT_TRUE(runtime::parse_config_file("\xEF\xBB\xBF# only a comment\n"));
}

// é, kana, a presentation form: in texts and comments as they are, elsewhere an error.
TEST(ParseConfigFile, TakesAnyCharacterWhereTomlDoes) {
    for (const std::string character : {"\u00E9", "\u0489", "\u3042", "\uFB26", "\uFEFC"}) {
        const auto rows = runtime::parse_config_file("a = \"" + character + "\" # " + character + "\n");
        ASSERT_TRUE(rows) << character;
        EXPECT_EQ(rows->at(0).text, character);
        for (const std::string& file :
             {character + " = 1", "a" + character + " = 1", "a =" + character + "1", "a = 1" + character})
            EXPECT_FALSE(runtime::parse_config_file(file)) << file;
    }
}

}  // namespace
