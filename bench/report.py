"""The results as Markdown. Pure: data in, text out."""

from figures import add_up


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "| " + " | ".join(["---"] + ["---:"] * (len(head) - 1)) + " |"]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def with_range(spread, digits=1):
    if spread.low == spread.high:
        return f"{spread.median:.{digits}f}"
    return f"{spread.median:.{digits}f} ({spread.low:.{digits}f} to {spread.high:.{digits}f})"


def megabytes(count):
    return f"{count / 1e6:.0f}"


def percent(rate):
    return f"{100 * rate:.1f}"


def accuracy_section(errors_of, short_errors, short_seconds):
    names = list(errors_of)
    sources = sorted({source for errors in errors_of.values() for source in errors})
    rows = []
    for source in sources:
        words = max(errors[source].words for errors in errors_of.values() if source in errors)
        rows.append([source, words, *[percent(errors_of[name][source].rate) if source in errors_of[name] else "" for name in names]])
    totals = {name: add_up(errors.values()) for name, errors in errors_of.items()}
    most = max(total.words for total in totals.values())
    rows.append(["**all**", most, *[f"**{percent(totals[name].rate)}**" if totals[name].words == most else "" for name in names]])
    rows.append([f"files up to {short_seconds} s", max(errors.words for errors in short_errors.values()),
                 *[percent(short_errors[name].rate) for name in names]])
    return "## Word error rate, per cent\n\n" + table(["source", "words", *names], rows)


def cost_rows(rows):
    return [[row.program, row.threads, row.files, f"{row.audio_seconds:.0f}", with_range(row.audio_per_cpu_second),
             with_range(row.cpu_seconds), with_range(row.wall_seconds), megabytes(row.tree_peak_bytes), megabytes(row.process_peak_bytes)]
            for row in rows]


COST_HEAD = ["program", "threads", "files", "audio s", "audio s per CPU s", "CPU s", "wall s", "peak MB (tree)", "peak MB (process)"]


def cost_section(title, note, rows):
    return f"## {title}\n\n{note}\n\n" + table(COST_HEAD, cost_rows(rows))


def ratios(rows, ours, peer):
    """Lines such as "1 thread(s): 1.10 times the audio per CPU second of PEER, 0.90 of its wall time, 0.8 of its memory"."""
    by_key = {(row.program, row.threads): row for row in rows}
    lines = []
    for (name, threads), row in by_key.items():
        other = by_key.get((peer, threads))
        if name == ours and other and other.audio_seconds == row.audio_seconds:
            lines.append(f"- {ours} beside {peer}, {threads} thread(s): audio per CPU second x "
                         f"{row.audio_per_cpu_second.median / other.audio_per_cpu_second.median:.2f}, wall time x "
                         f"{row.wall_seconds.median / other.wall_seconds.median:.2f}, peak memory x "
                         f"{row.tree_peak_bytes / other.tree_peak_bytes:.2f}")
    return "\n".join(lines)


def noise_section(found):
    rows = [[name, len(counts), sum(counts.values()), ", ".join(f"{file}: {count}" for file, count in counts.items() if count) or "none"]
            for name, counts in found.items()]
    return "## Invented words where nobody speaks\n\n" + table(["program", "files", "words", "in"], rows)


def overhead_section(found):
    rows = [[threads, with_range(value, 2)] for threads, value in found.items()]
    return "## Whole path over the engine's own calls, per cent of CPU (by our own report)\n\n" + table(["threads", "overhead %"], rows)


def first_words_section(found, clip):
    rows = [[name, with_range(times["first_output"], 2), with_range(times["end"], 2)] for name, times in found.items()]
    note = (f"`{clip.file}`, {clip.seconds:.1f} s, 2 threads, a new process each time. The kernel's file cache is warm: it is not dropped, "
            "which would need root.")
    return f"## First words of a short clip, seconds\n\n{note}\n\n" + table(["program", "first words", "end"], rows)


def milliseconds(seconds):
    return f"{1000 * seconds:.0f}"


def words_section(found):
    rows = [[name, one["files"], one[edge]["words"], edge, *[milliseconds(one[edge][figure]) for figure in ("bias", "median", "p95")]]
            for name, one in found.items() for edge in ("starts", "ends")]
    note = "Errors against forced alignment (pocketsphinx, told the reference text), over the words that were recognised."
    return f"## Word times, milliseconds\n\n{note}\n\n" + table(["program", "files", "words", "of", "bias", "median", "95th percentile"], rows)


def speaker_scores(one):
    if one.auto is None:
        return ["", "", ""]
    return [percent(one.auto.rate), percent(one.known.rate), percent(one.auto.wrong_word_rate)]


def speakers_section(found):
    files = found["files"]
    rows = [[file, one.speakers, one.found, *speaker_scores(one)] for file, one in files.items()]
    referenced = [one for one in files.values() if one.auto is not None]
    if referenced:
        auto, known = (sum((getattr(one, which) for one in referenced[1:]), getattr(referenced[0], which)) for which in ("auto", "known"))
        rows.append(["**all with a reference**", "", "", f"**{percent(auto.rate)}**", f"**{percent(known.rate)}**", f"**{percent(auto.wrong_word_rate)}**"])
        parts = ", ".join(f"{name} {percent(getattr(auto, field) / auto.spoken)}"
                          for name, field in (("missed", "missed"), ("false alarm", "false_alarm"), ("confused", "confused")))
    note = ("Diarization error rate with a collar of 0.25 s around each edge of the reference, overlap scored (the transcript never tells two at once); "
            "words whose middle lies in one reference speaker's turn and that are told as another's.")
    head = ["file", "speakers", "found", "error rate", "number known", "wrong words"]
    cost = f"CPU seconds on one thread: {found['plain_seconds']:.1f} without speakers, {found['speakers_seconds']:.1f} with."
    sums = f"\n\nOf the error rate over all: {parts}." if referenced else ""
    return f"## Speakers, per cent\n\n{note}\n\n" + table(head, rows) + sums + f"\n\n{cost}"


def long_section(found):
    rows = [[f"{hours} h", f"{one['cost'].wall_seconds:.0f}", f"{one['cost'].cpu_seconds:.0f}", one["words"],
             megabytes(one["cost"].tree_peak_bytes), megabytes(one["own_peak_bytes"])]
            for hours, one in found.items()]
    note = "The same speech (up to 20 minutes) at the start and at the end, silence between; m4a, AAC 32 kbit/s; 2 threads."
    head = ["file", "wall s", "CPU s", "words", "peak MB (tree)", "own peak MB"]
    return f"## Memory on long files\n\n{note}\n\n" + table(head, rows)


def yes_no(value):
    return "yes" if value else "NO"


def stability_section(same, rows):
    failed = {row.program: row.failed for row in rows if row.failed}
    lines = [f"- {name}: the same texts in every repetition and with any number of threads: {yes_no(value)}" for name, value in same.items()]
    lines += [f"- {name} failed on: {', '.join(files)}" for name, files in failed.items()]
    return "## Stability\n\n" + "\n".join(lines)


def machine_section(facts):
    return "# Benchmarks\n\n" + "\n".join(f"- {name}: {value}" for name, value in facts.items())
