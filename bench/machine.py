"""What the figures were measured on and with."""

import datetime
import importlib.metadata
import os
import pathlib
import platform
import subprocess


def cpu_model():
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def memory_gigabytes():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def first_line(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip().splitlines()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        return "unknown"


def package(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def facts(binary, media, command, clips, noise):
    return {
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "command": f"`{command}`",
        "machine": f"{cpu_model()}, {len(os.sched_getaffinity(0))} CPUs, {memory_gigabytes():.0f} GiB, Linux {platform.release()}; "
                   f"load before the start {os.getloadavg()[0]:.2f}",
        "video-transcriber": first_line(str(binary), "version"),
        "peers": f"sherpa-onnx {package('sherpa-onnx-bin')} (same model files), faster-whisper {package('faster-whisper')}",
        "decoder of the peers' copies": first_line("ffmpeg", "-version").split(" Copyright")[0],
        "media": f"{media.parent.name}/{media.name}: {len(clips)} transcribed files, {sum(clip.seconds for clip in clips):.0f} s; {len(noise)} files without speech",
        "fairness": "sherpa-onnx reads 16 kHz mono wav only: those copies are made beforehand and their cost is not counted. "
                    "video-transcriber is measured on the originals (decoding included) and on the same copies.",
    }
