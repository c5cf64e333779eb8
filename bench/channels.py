"""Word error rate of recordings with a reference for each channel: apart, beside the mix of all channels.

channels.py PROGRAM MEDIA: runs `PROGRAM transcribe --format json` on the files of MEDIA/manifest.jsonl that have `text_per_channel`."""

import json
import pathlib
import subprocess
import sys

from figures import add_up
from score import compare


def transcript(program, path, *options):
    run = subprocess.run([program, "transcribe", path, "--format", "json", "--quiet", *options], check=True, capture_output=True, text=True)
    return json.loads(run.stdout)


def text_of_channel(heard, channel):
    return " ".join(segment["text"] for segment in heard["segments"] if segment["channel"] == channel)


def main(program, media):
    for line in (media / "manifest.jsonl").read_text().splitlines():
        row = json.loads(line)
        references = row.get("text_per_channel")
        if not references:
            continue
        mix = compare(row["text"], transcript(program, media / row["file"])["text"])
        heard = transcript(program, media / row["file"], "--channels")
        apart = [compare(text, text_of_channel(heard, channel)) for channel, text in enumerate(references)]
        print(f"{row['file']}: mixed {100 * mix.rate:.1f} %, apart {100 * add_up(apart).rate:.1f} %"
              f" ({', '.join(f'{100 * one.rate:.1f}' for one in apart)})")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]))
