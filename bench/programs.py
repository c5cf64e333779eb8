"""The programs that are measured. Each turns clips into texts in one call and says what it cost."""

import dataclasses
import json
import pathlib
import re
import tempfile

import measure

HERE = pathlib.Path(__file__).resolve().parent


class ProgramError(Exception):
    """A program that did not answer as it should."""


@dataclasses.dataclass
class Answer:
    texts: dict[str, str | None]  # by Clip.file; None where the program failed on the file
    cost: measure.Cost
    report: dict | None = None    # our own --json report


def checked(run, what):
    if run.exit_code != 0:
        last = run.stderr.strip().splitlines()[-1:] or ["no message"]
        raise ProgramError(f"{what} ended with {run.exit_code}: {last[0]}")
    return run


class Ours:
    """video-transcriber: many files a call, any container."""

    max_seconds = None

    def __init__(self, binary, on_wav):
        self.binary, self.on_wav = binary, on_wav
        self.name = "video-transcriber (wav)" if on_wav else "video-transcriber"

    def input(self, clip):
        return clip.wav if self.on_wav else clip.path

    def transcribe(self, clips, threads):
        with tempfile.TemporaryDirectory(prefix="bench-") as output:
            run = measure.run([self.binary, "transcribe", "--format", "json", "--output", output, "--threads", threads, "--json",
                               *[self.input(clip) for clip in clips]])
            report = self.parse(run)
            texts = {file["input"]: self.text_of(file) for file in report["files"]}
        return Answer({clip.file: texts.get(str(self.input(clip))) for clip in clips}, run.cost, report)

    def speakers(self, clips, wish):
        """The JSON transcripts by Clip.file, with speakers told apart as `wish` says, and the CPU seconds of it all on one thread."""
        asked = ["--speakers", wish] if wish else []
        with tempfile.TemporaryDirectory(prefix="bench-") as output:
            run = measure.run([self.binary, "transcribe", "--format", "json", "--output", output, "--threads", 1, "--json", *asked,
                               *[self.input(clip) for clip in clips]])
            report = self.parse(run)
            found = {file["input"]: json.loads(pathlib.Path(file["outputs"][0]["path"]).read_text()) for file in report["files"] if file["outputs"]}
        return {clip.file: found.get(str(self.input(clip)), {"segments": []}) for clip in clips}, run.cost.cpu_seconds

    def words(self, clips):
        """[(word, start, end)] by Clip.file."""
        with tempfile.TemporaryDirectory(prefix="bench-") as output:
            report = self.parse(measure.run([self.binary, "transcribe", "--format", "json", "--output", output, "--json",
                                             *[self.input(clip) for clip in clips]]))
            found = {file["input"]: json.loads(pathlib.Path(file["outputs"][0]["path"]).read_text()) for file in report["files"] if file["outputs"]}
        return {clip.file: [(word["word"], word["start"], word["end"]) for word in found.get(str(self.input(clip)), {}).get("words", [])]
                for clip in clips}

    def parse(self, run):
        if run.exit_code not in (0, 1):
            checked(run, self.name)
        return json.loads(run.text())

    def text_of(self, file):
        if file["status"] != "completed":
            return None
        return json.loads(pathlib.Path(file["outputs"][0]["path"]).read_text())["text"]

    def first_words(self, clip):
        run = checked(measure.run([self.binary, "transcribe", "--format", "txt", self.input(clip)]), self.name)
        return run, first_time(run, re.compile(r"\w"))


def first_time(run, pattern):
    return next((seconds for seconds, line in run.stdout if pattern.search(line)), run.cost.wall_seconds)


class SherpaPrograms:
    """What sherpa-onnx's two programs have in common: the same model files as ours."""

    def __init__(self, environment, model, program, *options):
        self.name = program
        self.command = [environment / "bin" / program, "--print-args=false", f"--tokens={model / 'tokens.txt'}",
                        f"--moonshine-encoder={model / 'encoder_model.onnx'}",
                        f"--moonshine-merged-decoder={model / 'decoder_model_merged.onnx'}", *options]

    def call(self, threads, *wavs):
        return checked(measure.run([*self.command, f"--num-threads={threads}", *wavs]), self.name)


class SherpaVad(SherpaPrograms):
    """sherpa-onnx-vad-with-offline-asr: voice activity, then recognition; one file a call."""

    max_seconds = None
    segment = re.compile(r"^[\d.]+ -- [\d.]+: (.*)$", re.MULTILINE)

    def __init__(self, environment, model):
        vad = next(environment.glob("lib/python3*/site-packages/silero_vad/data/silero_vad.onnx"))
        super().__init__(environment, model, "sherpa-onnx-vad-with-offline-asr", f"--silero-vad-model={vad}")

    def transcribe(self, clips, threads):
        texts, cost = {}, measure.NO_COST
        for clip in clips:
            run = self.call(threads, clip.wav)
            texts[clip.file] = " ".join(self.segment.findall(run.text()))
            cost += run.cost
        return Answer(texts, cost)

    def first_words(self, clip):
        run = self.call(2, clip.wav)
        return run, first_time(run, self.segment)


class SherpaOffline(SherpaPrograms):
    """sherpa-onnx-offline: recognition of whole files, many a call. The model's attention grows with the square of the
    length: files over a minute are not given to it."""

    max_seconds = 60

    def __init__(self, environment, model):
        super().__init__(environment, model, "sherpa-onnx-offline")

    def transcribe(self, clips, threads):
        run = self.call(threads, *[clip.wav for clip in clips])
        found = [json.loads(line)["text"] for _, line in run.stdout if line.startswith("{")]
        if len(found) != len(clips):
            raise ProgramError(f"{self.name} gave {len(found)} texts for {len(clips)} files")
        return Answer({clip.file: text for clip, text in zip(clips, found)}, run.cost)

    def first_words(self, clip):
        run = self.call(2, clip.wav)
        return run, first_time(run, re.compile(r"^\{"))


class FasterWhisper:
    """faster-whisper with Whisper tiny.en, int8, beam 1, on the original files; batched: its pipeline that decodes 8 pieces at once."""

    max_seconds = None

    def __init__(self, environment, batched=False):
        self.name = "faster-whisper tiny.en" + (", batched" if batched else "")
        self.mode = "batched" if batched else "plain"
        self.command = [environment / "bin/python", HERE / "whisper_peer.py"]

    def call(self, mode, threads, clips):
        run = checked(measure.run([*self.command, mode, threads, *[clip.path for clip in clips]]), self.name)
        return run, [json.loads(line) for _, line in run.stdout]

    def transcribe(self, clips, threads):
        run, found = self.call(self.mode, threads, clips)
        return Answer({clip.file: text for clip, text in zip(clips, found, strict=True)}, run.cost)

    def words(self, clips):
        _, found = self.call("words", 2, clips)
        return {clip.file: [tuple(word) for word in words] for clip, words in zip(clips, found, strict=True)}

    def first_words(self, clip):
        run, _ = self.call(self.mode, 2, [clip])
        return run, first_time(run, re.compile(r"\w"))
