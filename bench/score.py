"""Word error rate: Whisper's English normaliser, then jiwer, over a whole corpus (errors summed before dividing)."""

import collections

import jiwer
from whisper_normalizer.english import EnglishTextNormalizer

from figures import Errors, add_up

normalise = EnglishTextNormalizer()


def compare(reference, text):
    reference, text = normalise(reference), normalise(text or "")
    result = jiwer.process_words(reference, text)
    return Errors(result.substitutions + result.deletions + result.insertions, len(reference.split()))


def by_source(clips, texts):
    """Errors by source, for the clips that `texts` knows."""
    found = collections.defaultdict(list)
    for clip in clips:
        if clip.file in texts:
            found[clip.source].append(compare(clip.text, texts[clip.file]))
    return {source: add_up(errors) for source, errors in sorted(found.items())}


def word_count(text):
    return len(normalise(text or "").split())
