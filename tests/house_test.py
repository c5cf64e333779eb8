"""The house rules as an ordinary test: who may include whom, where time, randomness, threads and the environment live, how
large a file may grow. The arrows are read from src/CMakeLists.txt, their one place. Each rule is also shown an offender."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
LAYERS_FILE = ROOT / "src/CMakeLists.txt"
LONGEST_FILE_LINES = 500

# Third-party headers: only in .cpp files of the layer that adapts the library (tests aside), and in headers that those .cpp
# files share among themselves, x_private.hpp, which nothing else may include.
ADAPTERS = {
    r"openssl/": {"base"},
    r"boost/json": {"base", "speech"},
    r"boost/(asio|beast)": {"runtime"},
    r"toml\+\+/": {"runtime"},
    r"sqlite3\.h": {"bus", "store"},
    r"lib(av|sw)\w+/": {"decode"},
    r"seccomp\.h": {"decode"},
    r"sherpa-onnx/": {"speech"},
    r"zlib\.h": {"formats"},
    r"CLI/": {"app"},
}

# What only `runtime` may touch: everything else is given a Clock, a seed, a pool.
ONLY_IN_RUNTIME = {
    "a clock": r"\b(system_clock|steady_clock|high_resolution_clock)::now\b|\bclock_gettime\s*\(|\bgettimeofday\s*\(|\btime\((nullptr|NULL|0)\)",
    "randomness": r"\brandom_device\b|\bstd::rand\b|\bgetrandom\s*\(|\barc4random",
    "a thread": r"\bstd::(jthread|thread|async)\b|\bpthread_create\b",
    "a sleep": r"\bsleep_(for|until)\b|\b(u|nano)?sleep\s*\(",
    "the environment": r"\b(secure_)?getenv\b|\bsetenv\b|\benviron\b",
}


def arrows(text):
    """Layer -> the layers it may include, in the order of the file."""
    found = {}
    for kind, words in re.findall(r"^(layer|program)\(([^)]*)\)", text, re.MULTILINE):
        words = words.split()
        name = words[0] if kind == "layer" else words[1]
        uses = words[words.index("USES") + 1:] if "USES" in words else []
        for stop in ("LINKS", "TEST_LINKS"):
            uses = uses[: uses.index(stop)] if stop in uses else uses
        found[name] = uses
    return found


def without_comments(text):
    return re.sub(r"/\*.*?\*/", "", re.sub(r"//[^\n]*", "", text), flags=re.DOTALL)


def include_faults(layer, name, text, allowed):
    included = re.findall(r'^#include "((?:services/)?\w+)/', text, re.MULTILINE)
    ours = [layer, *allowed[layer]]
    return [f"{name}: {layer} may not include {other}" for other in included if other not in ours]


def adapter_faults(layer, name, text):
    faults = []
    for header in re.findall(r"^#include <([^>]+)>", text, re.MULTILINE):
        for pattern, layers in ADAPTERS.items():
            inside = name.endswith((".cpp", "_private.hpp"))
            if re.match(pattern, header) and (layer not in layers or not inside):
                faults.append(f"{name}: <{header}> belongs in a .cpp of {' or '.join(sorted(layers))}")
    return faults


def private_faults(layer, name, text):
    allowed = layer if name.endswith((".cpp", "_private.hpp")) else None
    included = re.findall(r'^#include "([\w/]+)/\w+_private\.hpp"', text, re.MULTILINE)
    return [f"{name}: includes a private header of {other}" for other in included if other != allowed]


def effect_faults(layer, name, text):
    if layer == "runtime":
        return []
    code = without_comments(text)
    return [f"{name}: {what} outside runtime" for what, pattern in ONLY_IN_RUNTIME.items() if re.search(pattern, code)]


def shape_faults(layer, name, text):
    faults = []
    if len(text.splitlines()) > LONGEST_FILE_LINES:
        faults.append(f"{name}: more than {LONGEST_FILE_LINES} lines")
    if name.endswith(".hpp") and "#pragma once" not in text:
        faults.append(f"{name}: no #pragma once")
    if name.endswith(".hpp") and not re.search(rf"^namespace {layer.split('/')[-1]}\b", text, re.MULTILINE):
        faults.append(f"{name}: no namespace {layer}")
    if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", text):
        faults.append(f"{name}: an unfinished place")
    return faults


def sources():
    for path in sorted((ROOT / "src").rglob("*.[ch]pp")):
        yield str(path.parent.relative_to(ROOT / "src")), str(path.relative_to(ROOT)), path.read_text()


def test_the_arrows_point_downward():
    seen = []
    for layer, uses in arrows(LAYERS_FILE.read_text()).items():
        assert set(uses) <= set(seen), f"{layer} uses a layer that is not below it"
        assert not any(use.startswith("services/") for use in uses if layer.startswith("services/"))
        seen.append(layer)
    assert {"base", "app"} <= set(seen)


def test_every_folder_is_a_layer():
    folders = {layer for layer, _, _ in sources()}
    assert folders == set(arrows(LAYERS_FILE.read_text()))


@pytest.mark.parametrize("rule", [adapter_faults, private_faults, effect_faults, shape_faults])
def test_sources_keep_the_rule(rule):
    faults = []
    for layer, name, text in sources():
        # Tests may draw seeded random cases, start threads against what they test, and read with what checks it.
        if rule is not shape_faults and name.endswith("_test.cpp"):
            continue
        faults += rule(layer, name, text)
    assert not faults, "\n".join(faults)


def test_includes_follow_the_arrows():
    allowed = arrows(LAYERS_FILE.read_text())
    faults = [fault for layer, name, text in sources() for fault in include_faults(layer, name, text, allowed)]
    assert not faults, "\n".join(faults)


def test_each_rule_sees_an_offender():
    allowed = {"base": [], "model": ["base"], "services/auth": ["base"]}
    assert include_faults("services/auth", "src/services/auth/x.cpp", '#include "services/session/x.hpp"\n', allowed)
    assert not include_faults("services/auth", "src/services/auth/x.cpp", '#include "services/auth/x.hpp"\n', allowed)
    assert include_faults("model", "src/model/x.hpp", '#include "runtime/files.hpp"\n', allowed)
    assert not include_faults("model", "src/model/x.hpp", '#include "base/error.hpp"\n', allowed)
    assert adapter_faults("media", "src/media/x.cpp", "#include <libavformat/avformat.h>\n")
    assert adapter_faults("decode", "src/decode/x.hpp", "#include <libavformat/avformat.h>\n")
    assert not adapter_faults("decode", "src/decode/x.cpp", "#include <libavformat/avformat.h>\n")
    assert adapter_faults("runtime", "src/runtime/x.hpp", "#include <boost/asio/post.hpp>\n")
    assert not adapter_faults("runtime", "src/runtime/x_private.hpp", "#include <boost/asio/post.hpp>\n")
    assert private_faults("flow", "src/flow/x.cpp", '#include "runtime/x_private.hpp"\n')
    assert private_faults("runtime", "src/runtime/y.hpp", '#include "runtime/x_private.hpp"\n')
    assert not private_faults("runtime", "src/runtime/y.cpp", '#include "runtime/x_private.hpp"\n')
    for offender in ("auto now = std::chrono::steady_clock::now();", "std::random_device device;", "std::thread worker;",
                     "std::this_thread::sleep_for(1s);", 'getenv("HOME");'):
        assert effect_faults("speech", "src/speech/x.cpp", offender), offender
    assert not effect_faults("speech", "src/speech/x.cpp", "// std::thread is runtime's\nint timeout(0);")
    assert shape_faults("speech", "src/speech/x.hpp", "namespace speech {}\n")
    assert shape_faults("speech", "src/speech/x.cpp", "int x;\n" * (LONGEST_FILE_LINES + 1))


def test_the_error_page_tells_every_code():
    catalogue = (ROOT / "src/base/error.cpp").read_text()
    rows = re.findall(r'ErrorKind\{\s*\w+,\s*"(\w+)",\s*\d+,\s*\w+,\s*"([^"]+)"', catalogue)
    page = (ROOT / "docs/errors.md").read_text()
    assert re.findall(r"^\| `(\w+)` \| ([^|]+) \| [^|]+ \|$", page, re.MULTILINE) == rows


def test_the_hash_of_the_voice_activity_weights_has_one_value():
    pinned = re.search(r'"sha256": "(\w+)"', (ROOT / "models/silero-vad/model.json").read_text()).group(1)
    assert pinned in (ROOT / "src/speech/voice_activity.cpp").read_text()
