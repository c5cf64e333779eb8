// Any transcript in any rule set: every format keeps its promises (src/formats/test_invariants.hpp).
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include <boost/json.hpp>

#include "formats/test_invariants.hpp"
#include "formats/test_transcripts.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    formats::test::ByteSource source({data, size});
    const formats::SubtitleRules rules = formats::test::rules_from(source);
    const model::Transcript transcript = formats::test::transcript_from(source);
    static_cast<void>(boost::json::parse(write(**formats::find_format("json"), transcript, {}).value().content));
    const std::string broken = formats::test::broken_invariant(transcript, rules);
    if (broken.empty()) return 0;
    std::fprintf(stderr, "broken: %s\n", broken.c_str());
    std::abort();
}
