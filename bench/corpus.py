"""The media: which files are measured, and the copies that the peers need."""

import dataclasses
import json
import os
import pathlib
import subprocess
import wave

JOIN_PAUSE_SECONDS = 1
PEER_WINDOW_SAMPLES = 512


@dataclasses.dataclass(frozen=True)
class Clip:
    file: str                # path inside the media folder; its second component is the source
    path: pathlib.Path       # the original, under a short unique name
    wav: pathlib.Path        # 16 kHz mono 16-bit copy
    seconds: float
    text: str | None

    @property
    def source(self):
        return self.file.split("/")[1]


def read_manifest(media):
    with open(media / "manifest.jsonl") as file:
        return [json.loads(line) for line in file]


def has_reference(row):
    return row["kind"] in ("speech", "video") and bool(row["text"])


def is_wordless(row):
    return row["kind"] == "noise"


def has_speakers(row):
    return bool(row.get("rttm")) or (row.get("speakers") or 0) > 1


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True, stdin=subprocess.DEVNULL, capture_output=True)


def to_wav(source, target):
    """A 16 kHz mono copy. sherpa-onnx's program loses the last segment of a file whose length is a multiple of its window
    of 512 samples (it then never flushes); such a file gets one more sample, so that its text is not counted as missing."""
    shape = ["-vn", "-ac", "1", "-ar", "16000", "-c:a", "pcm_s16le"]
    ffmpeg("-i", source, *shape, target)
    if wav_samples(target) % PEER_WINDOW_SAMPLES == 0:
        ffmpeg("-i", source, *shape, "-af", "aresample=16000,apad=pad_len=1", target)


def wav_samples(path):
    with wave.open(str(path)) as file:
        return file.getnframes()


def prepare(media, rows, work):
    """Clips of `rows`: the originals linked under unique names (results are named after them), and their wav copies."""
    work.mkdir(parents=True, exist_ok=True)
    clips = []
    for number, row in enumerate(rows):
        original = (media / row["file"]).resolve()
        link = work / f"{number:04}{original.suffix}"
        wav = work / f"wav-{number:04}.wav"
        os.symlink(original, link)
        to_wav(original, wav)
        clips.append(Clip(row["file"], link, wav, row["seconds"], row["text"]))
    return clips


def rotated(clips, step, steps):
    at = len(clips) * step // steps
    return clips[at:] + clips[:at]


def concatenate(parts, target, work, encoding):
    """Joins wavs of the same shape in `parts` into `target`, encoded with ffmpeg's options `encoding`."""
    listing = work / f"{target.name}.list"
    listing.write_text("".join(f"file '{part}'\n" for part in parts))
    ffmpeg("-f", "concat", "-safe", "0", "-i", listing, *encoding, target)
    return target


def silence(work, seconds):
    target = work / f"silence-{seconds}.wav"
    if not target.exists():
        ffmpeg("-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono", "-t", seconds, "-c:a", "pcm_s16le", target)
    return target


def speech_up_to(clips, limit_seconds):
    taken, seconds = [], 0.0
    for clip in clips:
        if seconds >= limit_seconds:
            break
        taken.append(clip)
        seconds += clip.seconds + JOIN_PAUSE_SECONDS
    return taken, seconds


def joined(clips, limit_seconds, work, name):
    """One wav of the clips one after another, a pause between them, until `limit_seconds`: (path, seconds)."""
    taken, seconds = speech_up_to(clips, limit_seconds)
    pause = silence(work, JOIN_PAUSE_SECONDS)
    parts = [part for clip in taken for part in (clip.wav, pause)]
    return concatenate(parts, work / name, work, ["-c", "copy"]), seconds


def joined_long(speech_wav, speech_seconds, total_seconds, work, name):
    """`total_seconds` of m4a: the speech once, at its end the same speech again, silence between."""
    gap = silence(work, 600)
    gaps = max(0, round((total_seconds - 2 * speech_seconds) / 600))
    return concatenate([speech_wav, *[gap] * gaps, speech_wav], work / name, work, ["-c:a", "aac", "-b:a", "32k"])
