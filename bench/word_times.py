"""How far word times are from forced alignment: pocketsphinx is told what was said and says when; a word of ours that is the same
as one of its is compared with it. Its frames are 10 ms."""

import difflib
import os
import re
import wave


def plain(word):
    return re.sub(r"[^a-z']", "", word.lower())


class Aligner:
    def __init__(self):
        import pocketsphinx  # only in an environment with --words
        dictionary = os.path.join(pocketsphinx.get_model_path(), "en-us", "cmudict-en-us.dict")
        with open(dictionary) as file:
            self.known = {line.split()[0] for line in file if line.strip()}
        self.decoder = pocketsphinx.Decoder(lm=None, loglevel="FATAL")

    def align(self, wav, text):
        """[(word, start, end)] in seconds; None where a word is not in its dictionary, or it finds no way through."""
        words = [word for word in map(plain, text.split()) if word]
        if not words or any(word not in self.known for word in words):
            return None
        with wave.open(str(wav)) as file:
            samples = file.readframes(file.getnframes())
        self.decoder.set_align_text(" ".join(words))
        self.decoder.start_utt()
        self.decoder.process_raw(samples, full_utt=True)
        self.decoder.end_utt()
        found = [(re.sub(r"\(\d+\)$", "", part.word), part.start_frame * 0.01, (part.end_frame + 1) * 0.01) for part in self.decoder.seg() or []]
        found = [part for part in found if part[0] in self.known and not part[0].startswith("<")]
        return found if [part[0] for part in found] == words else None


def compare(told, aligned):
    """Errors in seconds, of starts and of ends, over the words that both have in the same order. `told`: [(word, start, end)]."""
    matcher = difflib.SequenceMatcher(None, [plain(word) for word, _, _ in told], [word for word, _, _ in aligned], autojunk=False)
    pairs = [(told[block.a + i], aligned[block.b + i]) for block in matcher.get_matching_blocks() for i in range(block.size)]
    return [ours[1] - theirs[1] for ours, theirs in pairs], [ours[2] - theirs[2] for ours, theirs in pairs]


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def summarise(errors):
    sizes = [abs(error) for error in errors]
    return {"words": len(errors), "bias": quantile(errors, 0.5), "median": quantile(sizes, 0.5), "p95": quantile(sizes, 0.95)}


def measure(candidates, clips, tell):
    """By program: what summarise gives of starts and of ends. `candidates`: programs with a method words(clips), which gives
    [(word, start, end)] by file."""
    aligner = Aligner()
    tell("forced alignment")
    aligned = {clip.file: aligner.align(clip.wav, clip.text) for clip in clips}
    used = [clip for clip in clips if aligned[clip.file]]
    found = {}
    for program in candidates:
        tell(f"{program.name}: word times of {len(used)} files")
        told = program.words(used)
        starts, ends = [], []
        for clip in used:
            more_starts, more_ends = compare(told[clip.file], aligned[clip.file])
            starts += more_starts
            ends += more_ends
        found[program.name] = {"files": len(used), "starts": summarise(starts), "ends": summarise(ends)}
    return found
