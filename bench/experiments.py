"""The experiments. Each gives plain data; report.py puts it into words."""

import dataclasses

import corpus
import diarization
import programs
import score
from figures import Spread, add_up, spread


@dataclasses.dataclass
class Row:
    """One program, with one number of threads, over several repetitions."""
    program: str
    threads: int
    files: int
    audio_seconds: float
    audio_per_cpu_second: Spread
    cpu_seconds: Spread
    wall_seconds: Spread
    tree_peak_bytes: int
    process_peak_bytes: int
    failed: list[str]
    same_text_each_time: bool


def suited(program, clips):
    return [clip for clip in clips if program.max_seconds is None or clip.seconds <= program.max_seconds]


def turns(candidates, thread_counts, repetitions):
    """Who runs when: every program in turn, again and again, so that a change of the machine's mood meets all of them."""
    return [(repetition, threads, program) for repetition in range(repetitions) for threads in thread_counts for program in candidates]


def run_all(candidates, thread_counts, repetitions, clips, tell):
    answers = {}
    for repetition, threads, program in turns(candidates, thread_counts, repetitions):
        tell(f"{program.name}, {threads} thread(s), repetition {repetition + 1} of {repetitions}")
        files = corpus.rotated(suited(program, clips), repetition, repetitions)
        answers.setdefault((program.name, threads), []).append(program.transcribe(files, threads))
    return answers


def summarise(name, threads, answers, clips):
    seconds = sum(clip.seconds for clip in clips if clip.file in answers[0].texts)
    costs = [answer.cost for answer in answers]
    return Row(name, threads, len(answers[0].texts), seconds,
               spread([seconds / cost.cpu_seconds for cost in costs]), spread([cost.cpu_seconds for cost in costs]),
               spread([cost.wall_seconds for cost in costs]), max(cost.tree_peak_bytes for cost in costs),
               max(cost.process_peak_bytes for cost in costs), [file for file, text in answers[0].texts.items() if text is None],
               all(answer.texts == answers[0].texts for answer in answers))


def rows_of(answers, clips):
    return [summarise(name, threads, some, clips) for (name, threads), some in answers.items()]


def accuracy(answers, clips):
    """Errors by source and over all, of each program's first answer."""
    return {name: score.by_source(clips, some[0].texts) for (name, threads), some in answers.items() if threads == 1}


def restrict(errors_of, answers, clips, max_seconds):
    short = [clip for clip in clips if clip.seconds <= max_seconds]
    return {name: add_up(score.by_source(short, answers[name, 1][0].texts).values()) for name in errors_of}


def same_text_for_all_threads(answers):
    """By program: whether every answer, with any number of threads, holds the same texts."""
    texts = {}
    for (name, _), some in answers.items():
        texts.setdefault(name, []).extend(answer.texts for answer in some)
    return {name: all(one == many[0] for one in many) for name, many in texts.items()}


def invented_words(candidates, clips, tell):
    """Words that each program found where nobody speaks, by file."""
    found = {}
    for program in candidates:
        tell(f"{program.name} on noise")
        answer = program.transcribe(suited(program, clips), 1)
        found[program.name] = {file: score.word_count(text) for file, text in answer.texts.items()}
    return found


def overheads(answers):
    """By threads: how much more CPU the whole path takes than the engine's own calls, in per cent, from our own reports."""
    found = {}
    for (_, threads), some in answers.items():
        costs = [answer.report["cpu_seconds"] for answer in some if answer.report]
        if costs:
            found[threads] = spread([100 * (cost["total"] / cost["engine"] - 1) for cost in costs])
    return found


def first_words(candidates, clip, repetitions, tell):
    """By program: seconds from a cold process to its first words, and to its end."""
    found = {}
    for repetition in range(repetitions):
        for program in candidates:
            tell(f"{program.name}: first words, repetition {repetition + 1} of {repetitions}")
            run, first = program.first_words(clip)
            found.setdefault(program.name, []).append((first, run.cost.wall_seconds))
    return {name: {"first_output": spread([first for first, _ in some]), "end": spread([end for _, end in some])}
            for name, some in found.items()}


def ten_second_clip(clips):
    return min(clips, key=lambda clip: abs(clip.seconds - 10))


def long_files(program, clips, work, tell, hours=(1, 11)):
    """Our memory on a file of one hour and on one of eleven, both with the same speech at the start and at the end."""
    speech, speech_seconds = corpus.joined(clips, 1200, work, "long-speech.wav")
    found = {}
    for hour in hours:
        tell(f"{program.name}: {hour} hour(s)")
        path = corpus.joined_long(speech, speech_seconds, hour * 3600, work, f"long-{hour}h.m4a")
        clip = corpus.Clip(f"long/{hour}h", path, path, hour * 3600, None)
        answer = program.transcribe([clip], 2)
        if answer.texts[clip.file] is None:
            raise programs.ProgramError(f"{program.name} failed on the file of {hour} hours")
        found[hour] = {"cost": answer.cost, "words": score.word_count(answer.texts[clip.file]),
                       "own_peak_bytes": answer.report["peak_memory_bytes"]}
    return found


@dataclasses.dataclass
class Diarized:
    """One file, its speakers found (`auto`) and with their number told (`known`)."""
    speakers: int
    found: int
    seconds: float
    auto: diarization.Score | None   # without a reference of times: none
    known: diarization.Score | None


def scored(media, row, transcript):
    if not row.get("rttm"):
        return None
    words = [(word["start"], word["end"], word.get("speaker")) for word in transcript.get("words", [])]
    reference = diarization.parse_rttm((media / row["rttm"]).read_text())
    return diarization.score(reference, diarization.told_turns(transcript), words)


def speakers(ours, media, rows, clips, tell):
    """By file, and the CPU seconds of one thread without and with speakers."""
    tell("speakers: without, found, known")
    _, plain_seconds = ours.speakers(clips, None)
    auto, auto_seconds = ours.speakers(clips, "auto")
    files = {}
    for row, clip in zip(rows, clips):
        known, _ = ours.speakers([clip], row["speakers"])
        found = {segment["speaker"] for segment in auto[clip.file]["segments"] if segment.get("speaker")}
        files[clip.file] = Diarized(row["speakers"], len(found), clip.seconds, scored(media, row, auto[clip.file]), scored(media, row, known[clip.file]))
    return {"files": files, "plain_seconds": plain_seconds, "speakers_seconds": auto_seconds}
