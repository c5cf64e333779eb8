"""Runs one command and says what it cost: wall time, CPU of the whole process tree, memory, and when each line came out."""

import dataclasses
import os
import pathlib
import selectors
import subprocess
import time

SAMPLE_SECONDS = 0.05
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclasses.dataclass
class Cost:
    wall_seconds: float
    cpu_seconds: float        # user and system, of the process and of every descendant that was waited for
    tree_peak_bytes: int      # largest sum of resident memory over the tree, sampled every 50 ms
    process_peak_bytes: int   # largest resident memory of any one process, by the kernel's own account

    def __add__(self, other):
        return Cost(self.wall_seconds + other.wall_seconds, self.cpu_seconds + other.cpu_seconds,
                    max(self.tree_peak_bytes, other.tree_peak_bytes), max(self.process_peak_bytes, other.process_peak_bytes))


NO_COST = Cost(0.0, 0.0, 0, 0)


@dataclasses.dataclass
class Run:
    exit_code: int
    cost: Cost
    stdout: list[tuple[float, str]]  # seconds since the start, line
    stderr: str

    def text(self):
        return "".join(line for _, line in self.stdout)


def children(pid):
    try:
        found = [path.read_text().split() for path in pathlib.Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return []
    return [int(child) for some in found for child in some]


def resident_bytes(pid):
    try:
        return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES
    except (OSError, IndexError):
        return 0


def tree_bytes(pid):
    return resident_bytes(pid) + sum(tree_bytes(child) for child in children(pid))


class Collector:
    """Reads both pipes of a process, with the time of every complete line of standard output."""

    def __init__(self, process, started):
        self.process, self.started = process, started
        self.lines, self.rest, self.errors, self.peak_bytes = [], b"", [], 0
        self.selector = selectors.DefaultSelector()
        self.selector.register(process.stdout, selectors.EVENT_READ, self.take_output)
        self.selector.register(process.stderr, selectors.EVENT_READ, self.errors.append)

    def take_output(self, block):
        now = time.monotonic() - self.started
        *complete, self.rest = (self.rest + block).split(b"\n")
        self.lines += [(now, line.decode(errors="replace") + "\n") for line in complete]

    def take_ready(self):
        for key, _ in self.selector.select(SAMPLE_SECONDS):
            block = os.read(key.fd, 1 << 16)
            key.data(block) if block else self.selector.unregister(key.fileobj)

    def drain(self):
        sampled = 0.0
        while self.selector.get_map():
            self.take_ready()
            if time.monotonic() - sampled >= SAMPLE_SECONDS:
                self.peak_bytes = max(self.peak_bytes, tree_bytes(self.process.pid))
                sampled = time.monotonic()
        if self.rest:
            self.take_output(b"\n")


def run(command):
    started = time.monotonic()
    process = subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with process.stdout, process.stderr:
        collector = Collector(process, started)
        collector.drain()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    peak = usage.ru_maxrss * 1024
    cost = Cost(time.monotonic() - started, usage.ru_utime + usage.ru_stime, max(collector.peak_bytes, peak), peak)
    return Run(process.returncode, cost, collector.lines, b"".join(collector.errors).decode(errors="replace"))
