"""Measures video-transcriber beside its peers: accuracy, invented words, CPU, wall time, memory, first words, long files."""

import argparse
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import corpus
import experiments
import machine
import programs
import report

CORPUS_NOTE = ("Every transcribed file, the order rotated from repetition to repetition. sherpa-onnx-vad-with-offline-asr takes one file a call, "
               "so it loads its model once a file here; the next table compares without that.")
JOINED_NOTE = "The transcribed files one after another in a single wav: one process and one model load each."


def parse_arguments():
    cache = pathlib.Path(os.environ.get("VIDEO_TRANSCRIBER_CACHE")
                         or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "video-transcriber")
    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__)
    parser.add_argument("--environment", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--media", type=pathlib.Path, required=True, help="folder with a manifest.jsonl (or set MEDIA)")
    parser.add_argument("--binary", type=pathlib.Path, default="build/release/video-transcriber")
    parser.add_argument("--model", type=pathlib.Path, default=cache / "models/moonshine-tiny-en", help="the peers' model folder")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], help="thread counts; 1 is always among them")
    parser.add_argument("--joined-minutes", type=float, default=20, help="length of the single long wav")
    parser.add_argument("--limit", type=int, help="only the first so many transcribed files")
    parser.add_argument("--quick", action="store_true", help="one repetition, 5 minutes of joined wav")
    parser.add_argument("--whisper", action="store_true", help="also faster-whisper")
    parser.add_argument("--words", action="store_true", help="also word times, beside forced alignment")
    parser.add_argument("--speakers", action="store_true", help="also who speaks, on the media with a reference (rttm) or a number of speakers")
    parser.add_argument("--speakers-only", action="store_true", help="nothing but that")
    parser.add_argument("--long", action="store_true", help="also the files of 1 and 11 hours (about 10 minutes more)")
    parser.add_argument("--peers-only", action="store_true", help="leave video-transcriber out")
    parser.add_argument("--output", type=pathlib.Path, default="build/bench", help="where report.md and report.json go")
    options = parser.parse_args()
    if options.quick:
        options.repetitions, options.joined_minutes = 1, min(options.joined_minutes, 5)
    options.threads = sorted({1, *options.threads})
    options.speakers = options.speakers or options.speakers_only
    return options


def tell(line):
    print(f"bench: {line}", file=sys.stderr, flush=True)


def our_programs(options):
    if options.peers_only:
        return []
    if not options.binary.exists():
        raise programs.ProgramError(f"{options.binary} does not exist: run make build first (or give --peers-only)")
    return [programs.Ours(options.binary, on_wav=False), programs.Ours(options.binary, on_wav=True)]


def peer_programs(options):
    return [programs.SherpaVad(options.environment, options.model)]


def joined_comparison(options, ours, clips, work):
    path, seconds = corpus.joined(clips, options.joined_minutes * 60, work, "joined.wav")
    clip = corpus.Clip("joined/joined.wav", path, path, seconds, None)
    candidates = [*ours[1:], programs.SherpaVad(options.environment, options.model)]
    if options.whisper:
        candidates += [programs.FasterWhisper(options.environment), programs.FasterWhisper(options.environment, batched=True)]
    answers = experiments.run_all(candidates, options.threads, options.repetitions, [clip], tell)
    return experiments.rows_of(answers, [clip])


def word_times_beside(options, candidates, clips):
    import word_times  # needs an environment with --words
    return word_times.measure(candidates, [clip for clip in clips if clip.seconds <= programs.SherpaOffline.max_seconds], tell)


def who_speaks(options, rows, work):
    rows = [row for row in rows if corpus.has_speakers(row)]
    clips = corpus.prepare(options.media, rows, work / "speakers")
    return experiments.speakers(programs.Ours(options.binary, on_wav=False), options.media, rows, clips, tell) if rows else None


def own_command(options):
    return " ".join([f"MEDIA={options.media.parent.name}/{options.media.name}", "bench/run", *sys.argv[5:]])  # bench/run itself gives the first four


def measure_everything(options, work):
    rows = corpus.read_manifest(options.media)
    if options.speakers_only:
        return {"speakers": who_speaks(options, rows, work)}
    tell("preparing the media")
    clips = corpus.prepare(options.media, [row for row in rows if corpus.has_reference(row)][:options.limit], work / "speech")
    noise = corpus.prepare(options.media, [row for row in rows if corpus.is_wordless(row)], work / "noise")
    ours, peers = our_programs(options), peer_programs(options)
    whisper = [programs.FasterWhisper(options.environment)] if options.whisper else []
    offline = programs.SherpaOffline(options.environment, options.model)
    facts = machine.facts(options.binary, options.media, own_command(options), clips, noise)

    answers = experiments.run_all([*ours, *peers], options.threads, options.repetitions, clips, tell)
    answers |= experiments.run_all([offline, *whisper], [1], 1, clips, tell)  # for their words
    errors = experiments.accuracy(answers, clips)
    short_seconds = programs.SherpaOffline.max_seconds
    everyone = [*ours[:1], *peers, offline, *whisper]
    clip = experiments.ten_second_clip(clips)
    results = {
        "facts": facts,
        "clip": clip,
        "errors": errors,
        "short_seconds": short_seconds,
        "short_errors": experiments.restrict(errors, answers, clips, short_seconds),
        "corpus": experiments.rows_of(answers, clips),
        "same": experiments.same_text_for_all_threads(answers),
        "overhead": experiments.overheads({key: some for key, some in answers.items() if ours and key[0] == ours[0].name}),
        "joined": joined_comparison(options, ours, clips, work),
        "noise": experiments.invented_words(everyone, noise, tell),
        "first_words": experiments.first_words(everyone, clip, max(3, options.repetitions), tell),
        "texts": {f"{name}, {threads} thread(s)": some[0].texts for (name, threads), some in answers.items()},
    }
    if options.words and ours:
        results["words"] = word_times_beside(options, [*ours[:1], *whisper], clips)
    if options.speakers and ours:
        results["speakers"] = who_speaks(options, rows, work)
    if options.long and ours:
        results["long"] = experiments.long_files(ours[0], clips, work, tell)
    return results


def to_markdown(results):
    speakers = report.speakers_section(results["speakers"]) if results.get("speakers") else ""
    if "facts" not in results:
        return (speakers or "No file of this corpus has a reference of who speaks.") + "\n"
    ours, on_wav, peer = "video-transcriber", "video-transcriber (wav)", "sherpa-onnx-vad-with-offline-asr"
    parts = [
        report.machine_section(results["facts"]),
        report.accuracy_section(results["errors"], results["short_errors"], results["short_seconds"]),
        report.cost_section("The whole corpus", CORPUS_NOTE, results["corpus"]),
        report.ratios(results["corpus"], ours, peer),
        report.cost_section("One long file", JOINED_NOTE, results["joined"]),
        *[report.ratios(results["joined"], on_wav, name) for name in dict.fromkeys(row.program for row in results["joined"]) if name != on_wav],
        report.overhead_section(results["overhead"]) if results["overhead"] else "",
        report.noise_section(results["noise"]),
        report.first_words_section(results["first_words"], results["clip"]),
        report.words_section(results["words"]) if "words" in results else "",
        speakers,
        report.long_section(results["long"]) if "long" in results else "",
        report.stability_section(results["same"], results["corpus"]),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def plain(value):
    return dataclasses.asdict(value) if dataclasses.is_dataclass(value) else str(value)


def main():
    options = parse_arguments()
    options.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="video-transcriber-bench-") as work:
        results = measure_everything(options, pathlib.Path(work))
    # The figures first: they took an hour, the words about them a moment.
    (options.output / "report.json").write_text(json.dumps(results, default=plain, indent=1, ensure_ascii=False) + "\n")
    markdown = to_markdown(results)
    (options.output / "report.md").write_text(markdown)
    print(markdown)


try:
    main()
except (programs.ProgramError, OSError, subprocess.CalledProcessError) as error:
    sys.exit(f"bench: {error}")
