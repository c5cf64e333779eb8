"""Fifty and more attacks on the sandboxed decoder: each ends in order, within its limits, and without a look outside.

VT_BINARIES is the build folder. Files and frame reader: tests/hostile/.
"""
import os
import pathlib
import re
import shutil
import sys

import pytest

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE / "hostile"))
from decoder_harness import run_decoder  # noqa: E402
from make_hostile import hostile_files  # noqa: E402

HELPER = pathlib.Path(os.environ["VT_BINARIES"]) / "video-transcriber-decode"
STRACE = shutil.which("strace")

MEMORY_BYTES = 256 << 20
LIMITS = (f"--memory-bytes={MEMORY_BYTES}", "--cpu-seconds=20", "--max-seconds=7200")
PROGRAM_BYTES = 100 << 20  # what the program and its libraries occupy, with room
WALL_SECONDS = 40

# What may happen once the filter is in place: the arguments as strace prints them.
ALLOWED = re.compile(r"""
    pread64\(3, | write\(1, | futex\( | brk\( | munmap\( | mremap\( | madvise\( | exit_group\( | exit\( | getrandom\( |
    mprotect\((?!.*PROT_EXEC) | mmap\((?!.*PROT_EXEC).*MAP_ANONYMOUS | clock_gettime\( | gettimeofday\( |
    openat\(.*=\ -1\ EPERM | \+\+\+\ exited
    """, re.VERBOSE)


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    for name, content, _ in hostile_files():
        (folder / name).write_bytes(content)
    return folder


CASES = [pytest.param(name, codes, id=name) for name, _, codes in hostile_files()]


def test_there_are_at_least_fifty():
    assert len(CASES) >= 50


@pytest.mark.parametrize(("name", "codes"), CASES)
def test_ends_in_order_and_within_limits(folder, name, codes):
    outcome = run_decoder(HELPER, folder / name, *LIMITS, time_limit_seconds=WALL_SECONDS)
    assert outcome.code in codes, f"{outcome.code}: {outcome.message}"
    assert outcome.peak_bytes < MEMORY_BYTES + PROGRAM_BYTES
    assert outcome.samples <= 7201 * 16000
    if outcome.code == "ok":
        assert outcome.info
    else:
        assert len(outcome.message) > 30 and "\n" not in outcome.message


def calls_in_sandbox(trace):
    lines = [line.split(None, 1)[1] for line in trace.read_text(errors="replace").splitlines()]
    entered = [i for i, line in enumerate(lines) if line.startswith("seccomp(SECCOMP_SET_MODE_FILTER") and line.endswith("= 0")]
    assert len(entered) == 1, "the decoder locks itself up exactly once"
    return lines[:entered[0]], lines[entered[0] + 1:]


@pytest.mark.parametrize(("name", "codes"), CASES)
def test_reads_only_its_file_and_sends_nothing(folder, tmp_path, name, codes):
    assert STRACE, "this test needs strace: apt-get install strace"
    trace = tmp_path / "trace"
    wrapper = (STRACE, "-f", "-qq", "-s", "8", "-o", str(trace))
    outcome = run_decoder(HELPER, folder / name, *LIMITS, wrapper=wrapper, time_limit_seconds=WALL_SECONDS)
    assert outcome.code in codes
    before, after = calls_in_sandbox(trace)
    assert [line for line in after if not ALLOWED.match(line)] == []
    # The loader opens its libraries as 4 and above, because 3 is taken.
    assert not any(re.match(r"(p?read(64|v)?|lseek)\(3,|mmap\(.*, 3, ", line) for line in before), "the file is read before the sandbox"
