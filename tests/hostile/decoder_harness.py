"""Starts the sandboxed decoder as its parent does (the file as descriptor 3, an empty environment) and reads its frames.

The reader is strict: a stream that breaks the protocol of src/media/wire.hpp raises ProtocolError.
"""
import dataclasses
import os
import signal
import struct
import subprocess
import threading
import time

PREAMBLE = b"VTDEC\0\0\2"
MAX_PAYLOAD = 64 * 1024
INFO, SAMPLES, SILENCE, DAMAGE, END, FAILURE, LAYOUT = range(1, 8)


class ProtocolError(Exception):
    pass


@dataclasses.dataclass
class Outcome:
    """How one run of the decoder ended."""
    code: str = ""              # "ok", the code of its failure frame, or "signal:NAME", "exit:N"
    message: str = ""
    info: bytes = b""           # the payload of the info frame
    damages: list = dataclasses.field(default_factory=list)   # (kind, at, missing, count)
    samples: int = 0            # silence included
    sound: list = dataclasses.field(default_factory=list)     # of ("samples", bytes) and ("silence", n), when kept
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_bytes: int = 0


class _Frames:
    def __init__(self, outcome, keep_sound):
        self.outcome, self.keep, self.ended = outcome, keep_sound, False

    def take(self, kind, payload):
        outcome = self.outcome
        if self.ended:
            raise ProtocolError("a frame after the end")
        if kind not in (INFO, FAILURE) and not outcome.info:
            raise ProtocolError("a frame before the info")
        if kind == INFO:
            outcome.info = payload
        elif kind == SAMPLES:
            outcome.samples += len(payload) // 4
            if self.keep:
                outcome.sound.append(("samples", payload))
        elif kind == SILENCE:
            (count,) = struct.unpack("<Q", payload)
            outcome.samples += count
            if self.keep:
                outcome.sound.append(("silence", count))
        elif kind == LAYOUT:
            if len(payload) != 1 or outcome.samples:
                raise ProtocolError("a wrong layout")
        elif kind == DAMAGE:
            name, rest = _text(payload)
            outcome.damages.append((name, *struct.unpack("<ddQ", rest)))
        elif kind == END:
            (count,) = struct.unpack("<Q", payload)
            if count != outcome.samples:
                raise ProtocolError("a wrong count of samples")
            outcome.code, self.ended = "ok", True
        elif kind == FAILURE:
            outcome.code, rest = _text(payload)
            outcome.message, _ = _text(rest)
            self.ended = True
        else:
            raise ProtocolError(f"frame type {kind}")


def _text(payload):
    (size,) = struct.unpack_from("<H", payload)
    return payload[2:2 + size].decode(), payload[2 + size:]


def _exactly(stream, size):
    data = stream.read(size)
    if data and len(data) < size:
        raise ProtocolError("the stream ends inside a frame")
    return data


def _read_frames(stream, frames):
    preamble = _exactly(stream, len(PREAMBLE))
    if not preamble:
        return
    if preamble != PREAMBLE:
        raise ProtocolError("another preamble")
    while header := _exactly(stream, 5):
        kind, size = struct.unpack("<BI", header)
        if size > MAX_PAYLOAD:
            raise ProtocolError("a frame that is too long")
        frames.take(kind, _exactly(stream, size) if size else b"")


def run_decoder(helper, path, *arguments, wrapper=(), time_limit_seconds=60, keep_sound=False):
    """Decodes one file; `wrapper` is put before the helper's command line (strace)."""
    outcome = Outcome()
    descriptor = os.open(path, os.O_RDONLY)

    def in_child():
        os.dup2(descriptor, 3)

    started = time.monotonic()
    process = subprocess.Popen([*wrapper, os.fspath(helper), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, env={}, pass_fds=(3,), preexec_fn=in_child)
    os.close(descriptor)
    watchdog = threading.Timer(time_limit_seconds, process.kill)
    watchdog.start()
    try:
        _read_frames(process.stdout, _Frames(outcome, keep_sound))
    finally:
        process.stdout.close()
        _, status, usage = os.wait4(process.pid, 0)
        watchdog.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
    outcome.wall_seconds = time.monotonic() - started
    outcome.cpu_seconds = usage.ru_utime + usage.ru_stime
    outcome.peak_bytes = usage.ru_maxrss * 1024
    if process.returncode < 0:
        outcome.code = "signal:" + signal.Signals(-process.returncode).name
    elif not outcome.code:
        outcome.code = f"exit:{process.returncode}"
    return outcome
