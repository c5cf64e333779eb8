"""The command line as its users meet it: outputs, exit codes, errors, interruption. Design: one line on standard error for each
failed file, results on standard output or in whole files."""

import json
import os
import pty
import shutil
import signal
import subprocess
import time

import pytest
from program import BINARIES, LONG, MEDIA, PROGRAM, TALK, UTTERANCE, UTTERANCE_WORDS, report, run, transcribe, words

# ---- Results


def test_one_file_goes_to_standard_output():
    result = transcribe(UTTERANCE)
    assert result.returncode == 0, result.stderr
    assert words(result.stdout) == UTTERANCE_WORDS.split()


def test_json_has_the_fields_of_verbose_json():
    document = json.loads(transcribe(TALK, "--format", "json").stdout)
    assert document["language"] and document["duration"] == pytest.approx(8.0, abs=0.2)
    assert document["text"] and document["segments"]
    ends = [0.0]
    for segment in document["segments"]:
        assert ends[-1] <= segment["start"] < segment["end"] <= document["duration"] + 0.1
        assert segment["text"].strip() in document["text"]
        ends.append(segment["end"])


def test_several_formats_become_files(tmp_path):
    result = transcribe(TALK, UTTERANCE, "--format", "txt,srt,vtt,json", "--output", tmp_path)
    assert result.returncode == 0 and result.stdout == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        f"{stem}.{extension}" for stem in (TALK.stem, UTTERANCE.stem) for extension in ("txt", "srt", "vtt", "json"))
    assert (tmp_path / f"{TALK.stem}.vtt").read_text().startswith("WEBVTT\n")
    assert " --> " in (tmp_path / f"{TALK.stem}.srt").read_text()


def test_a_folder_is_searched_and_its_shape_kept(tmp_path):
    (tmp_path / "in/day one").mkdir(parents=True)
    shutil.copy(UTTERANCE, tmp_path / "in/day one/a b.flac")
    shutil.copy(UTTERANCE, tmp_path / "in/c.flac")
    (tmp_path / "in/notes.md").write_text("not media")
    result = transcribe(tmp_path / "in", "--output", tmp_path / "out")
    assert result.returncode == 0, result.stderr
    assert words((tmp_path / "out/day one/a b.txt").read_text()) == UTTERANCE_WORDS.split()
    assert (tmp_path / "out/c.txt").exists()


@pytest.mark.parametrize("feed", ["pipe", "redirect"])
def test_standard_input_is_a_file_like_any_other(feed):
    # An index at the end of the file needs a seek, which a pipe cannot do by itself.
    if feed == "pipe":
        result = subprocess.run([PROGRAM, "transcribe", "-"], input=TALK.read_bytes(), capture_output=True, timeout=60)
    else:
        with open(TALK, "rb") as file:
            file.seek(1000)
            result = subprocess.run([PROGRAM, "transcribe", "-"], stdin=file, capture_output=True, timeout=60)
    assert result.returncode == 0, result.stderr
    assert b"lobster" in result.stdout


def test_the_bytes_do_not_depend_on_the_number_of_threads():
    outputs = {transcribe(LONG, "--format", "json", "--threads", count).stdout for count in (1, 2, 5)}
    assert len(outputs) == 1 and len(outputs.pop()) > 500


def test_silence_is_completed_and_empty():
    result = transcribe(MEDIA / "noise/alumae/silence.wav", "--format", "json")
    assert result.returncode == 0
    assert json.loads(result.stdout)["text"] == ""


def test_an_hour_takes_no_more_memory_than_ten_minutes(tmp_path):
    minutes = report(MEDIA / "noise/synthetic/silence_10min.flac", "--output", tmp_path)["peak_memory_bytes"]
    hour = report(MEDIA / "odd/synthetic/silence_60min.flac", "--output", tmp_path)["peak_memory_bytes"]
    # The buffers reach their full size within the first minutes; an hour of samples held would be 230 MB.
    assert hour < minutes * 1.25


def test_the_report_tells_what_the_probe_found(tmp_path):
    result = report(MEDIA / "video/derived/two_tracks_en_de_subs.mkv", "--format", "vtt", "--output", tmp_path)
    file = result["files"][0]
    audio = [stream for stream in file["media"]["streams"] if stream["kind"] == "audio"]
    assert [stream["language"] for stream in audio] == ["eng", "deu"]
    assert audio[0]["transcribed"] and "transcribed" not in audio[1]
    assert file["status"] == "completed" and file["outputs"][0]["path"].endswith("two_tracks_en_de_subs.vtt")
    assert result["cpu_seconds"]["engine"] > 0 and result["engine"].startswith("moonshine-tiny-en")


# ---- What bad input gets


def failure(code, *arguments, exit_code=1, **options):
    """The single error line of a run that must fail with this code."""
    result = transcribe(*arguments, "--quiet", **options)
    assert result.returncode == exit_code, result.stderr
    lines = result.stderr.splitlines()
    assert len(lines) == 1 and f"{code}: " in lines[0], result.stderr
    return lines[0]


def test_a_missing_file_does_not_stop_the_others(tmp_path):
    line = failure("file_not_found", "gone.mp4", UTTERANCE, "--output", tmp_path)
    assert "gone.mp4" in line
    assert (tmp_path / f"{UTTERANCE.stem}.txt").exists()


def test_an_unknown_format_is_told_with_the_known_ones():
    line = failure("unknown_format", UTTERANCE, "--format", "docx")
    assert "docx" in line and "srt" in line


@pytest.mark.parametrize("language", ["de", "zh-Hant", "klingon", ""])
def test_a_language_the_model_does_not_know(language):
    if language == "":
        assert transcribe(UTTERANCE, "--language", "en-GB", "--quiet").returncode == 0
        return
    line = failure("language_unsupported", UTTERANCE, "--language", language)
    assert "moonshine-tiny-en" in line and "knows: en" in line


@pytest.mark.parametrize("arguments", [[], ["--nonsense", "a.mp4"], ["a.mp4", "--threads", "0"], ["a.mp4", "--format"]])
def test_wrong_usage_is_exit_2(arguments):
    assert transcribe(*arguments).returncode == 2
    assert run().returncode == 2 and run("dance").returncode == 2


def test_a_playlist_is_refused_whatever_it_points_at(tmp_path):
    playlist = tmp_path / "video.mp4"
    playlist.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n")
    failure("media_refused", playlist)


def test_a_text_file_named_mp4(tmp_path):
    (tmp_path / "talk.mp4").write_text("Dear diary, today was a good day.\n" * 50)
    failure("media_unrecognised", tmp_path / "talk.mp4")


def test_a_truncated_file_keeps_what_can_be_heard(tmp_path):
    source = MEDIA / "odd/derived/truncated_faststart.mp4"
    line = failure("media_truncated", source, "--output", tmp_path)
    assert "before its time" in line
    assert "lobster" in (tmp_path / f"{source.stem}.txt").read_text().lower()


def test_names_cannot_write_to_the_terminal(tmp_path):
    nasty = tmp_path / "evil\x1b[2J\nname.mp4"
    nasty.write_bytes(b"")
    result = transcribe(nasty)
    assert result.returncode == 1 and "\x1b" not in result.stderr and result.stderr.count("\n") == 1


def test_a_missing_and_a_broken_model(tmp_path):
    assert "moonshine-tiny-en" in failure("model_not_found", UTTERANCE, "--model", "whale-large")
    broken = tmp_path / "broken"
    shutil.copytree(BINARIES / "models/moonshine-tiny-en", broken)
    with open(broken / "encoder_model.onnx", "r+b") as file:
        file.seek(4_000_000)
        file.write(b"flipped")
    failure("model_broken", UTTERANCE, "--model", broken)
    (broken / "encoder_model.onnx").unlink()
    failure("model_not_found", UTTERANCE, "--model", broken)
    (broken / "model.json").write_text("{not json")
    failure("model_broken", UTTERANCE, "--model", broken)


def test_a_full_disk_leaves_the_old_file(tmp_path):
    script = f"""
      mount -t tmpfs -o size=64k none {tmp_path} && echo old > {tmp_path}/{UTTERANCE.stem}.txt
      head -c 200000 /dev/zero > {tmp_path}/fill 2>/dev/null
      {PROGRAM} transcribe {UTTERANCE} --output {tmp_path} --quiet; echo "exit $?"
      cat {tmp_path}/{UTTERANCE.stem}.txt; ls -A {tmp_path}"""
    result = subprocess.run(["unshare", "--mount", "--map-root-user", "sh", "-c", script], capture_output=True, text=True, timeout=60)
    assert "disk_full: " in result.stderr and result.stderr.count("\n") == 1, result.stderr
    assert result.stdout.split("\n")[:2] == ["exit 1", "old"]
    assert sorted(result.stdout.split("\n")[2:]) == ["", f"{UTTERANCE.stem}.txt", "fill"]


def test_a_full_disk_behind_standard_output():
    with open("/dev/full", "w") as full:
        result = subprocess.run([PROGRAM, "transcribe", UTTERANCE, "--quiet"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert result.returncode == 1 and "disk_full: " in result.stderr


def test_strict_refuses_with_the_list(tmp_path):
    narrow = ["--format", "srt", "--subtitle-rules", "custom", "--subtitle-settings", "max_line_characters=10,max_characters_per_second=5"]
    line = failure("subtitle_rules_broken", TALK, *narrow, "--strict", "--output", tmp_path)
    assert "cue 1" in line and not list(tmp_path.iterdir())
    kept = transcribe(TALK, *narrow, "--output", tmp_path)
    assert kept.returncode == 0 and "broken rules" in kept.stderr
    assert transcribe(TALK, "--subtitle-rules", "unheard-of").returncode == 1


# ---- Interruption


@pytest.fixture(scope="module")
def half_an_hour(tmp_path_factory):
    """Enough speech to be interrupted in."""
    path = tmp_path_factory.mktemp("long") / "half_an_hour.ogg"
    subprocess.run(["ffmpeg", "-v", "error", "-stream_loop", "22", "-i", LONG, "-c", "copy", path], check=True)
    return path


def started(path, folder):
    """A run over the file that has begun to work: its decoder runs."""
    process = subprocess.Popen([PROGRAM, "transcribe", path, "--output", folder], stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        children = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True).stdout.split()
        if children:
            time.sleep(1)
            return process, int(children[0])
        time.sleep(0.02)
    process.kill()
    raise AssertionError("the decoder did not start")


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing_half_written(half_an_hour, tmp_path, sent):
    process, decoder = started(half_an_hour, tmp_path)
    process.send_signal(sent)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "cancelled: " in errors
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.kill(decoder, 0)


def test_a_killed_program_takes_its_decoder_along(half_an_hour, tmp_path):
    process, decoder = started(half_an_hour, tmp_path)
    process.kill()
    process.wait(timeout=10)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and os.path.exists(f"/proc/{decoder}/exe"):
        time.sleep(0.02)
    assert not os.path.exists(f"/proc/{decoder}/exe")
    assert list(tmp_path.iterdir()) == []


def test_a_killed_decoder_is_told_as_such(half_an_hour, tmp_path):
    process, decoder = started(half_an_hour, tmp_path)
    os.kill(decoder, signal.SIGKILL)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 1 and "decoder_crashed: " in errors
    assert list(tmp_path.iterdir()) == []


def test_a_missing_decoder_is_told_as_such(tmp_path):
    for name in ("video-transcriber", "lib", "models"):
        (tmp_path / name).symlink_to(BINARIES / name) if name != "video-transcriber" else shutil.copy(PROGRAM, tmp_path)
    result = subprocess.run([tmp_path / "video-transcriber", "transcribe", UTTERANCE], capture_output=True, text=True, timeout=60)
    assert result.returncode == 1 and "decoder_missing: " in result.stderr


# ---- Progress, models, completion


def on_terminal(*arguments):
    """What the program writes to standard error when that is a terminal."""
    primary, secondary = pty.openpty()
    process = subprocess.Popen([PROGRAM, *map(str, arguments)], stdout=subprocess.PIPE, stderr=secondary,
                               env={**os.environ, "TERM": "xterm"}, text=True)
    os.close(secondary)
    shown = b""
    while True:
        try:
            shown += os.read(primary, 4096)
        except OSError:
            break
    process.communicate(timeout=60)
    os.close(primary)
    return shown.decode()


def test_a_terminal_gets_a_bar_and_a_pipe_plain_lines(tmp_path):
    bar = on_terminal("transcribe", LONG, "--output", tmp_path)
    assert "\r\x1b[K[" in bar and " of 1:18" in bar and "x, " in bar and " left" in bar
    plain = transcribe(LONG, "--output", tmp_path).stderr
    assert "\r" not in plain and plain.startswith(str(LONG)) and plain.count("\n") == 1


def test_models_are_listed():
    assert "moonshine-tiny-en (default)" in run("models", "list").stdout
    models = json.loads(run("models", "list", "--json").stdout)["models"]
    assert [(model["name"], model["languages"]) for model in models] == [("moonshine-tiny-en", ["en"])]


def test_a_model_of_ones_own_is_added_tried_and_used(tmp_path):
    mine = {"env": {**os.environ, "VIDEO_TRANSCRIBER_MODELS_FOLDER": str(tmp_path / "models")}}
    brought = tmp_path / "tiny-ctc"
    brought.mkdir()
    for name in ("model.onnx", "tokens.txt"):
        shutil.copy(MEDIA / "ctc-model" / name, brought)
    undecided = run("models", "add", brought, **mine)
    assert undecided.returncode == 1 and "zipformer_ctc" in undecided.stderr
    added = run("models", "add", "--family", "zipformer_ctc", "--language", "en", brought, **mine)
    assert added.returncode == 0, added.stderr
    assert "tiny-ctc" in run("models", "list", **mine).stdout
    assert set(words(transcribe(UTTERANCE, "--model", "tiny-ctc", **mine).stdout)) == {"low", "high"}
    again = run("models", "add", "--family", "zipformer_ctc", brought, **mine)
    assert again.returncode == 1 and "model_exists: " in again.stderr


def test_a_model_that_cannot_run_is_not_added(tmp_path):
    mine = {"env": {**os.environ, "VIDEO_TRANSCRIBER_MODELS_FOLDER": str(tmp_path / "models")}}
    broken = tmp_path / "broken"
    broken.mkdir()
    for name in ("encoder.onnx", "decoder.onnx", "tokens.txt"):
        (broken / name).write_text("not a model")
    result = run("models", "add", broken, "--family", "whisper", **mine)
    assert result.returncode == 1 and "model_broken: " in result.stderr
    assert list((tmp_path / "models").iterdir()) == []


def test_options_may_stand_before_the_files():
    assert words(transcribe("--format", "txt", UTTERANCE).stdout) == UTTERANCE_WORDS.split()


def test_version_says_the_version():
    assert run("version").stdout.startswith("video-transcriber 0.")
    assert json.loads(run("version", "--json").stdout)["sherpa_onnx"]


def completions(line):
    """What bash offers at the end of this command line."""
    script = run("completion", "bash").stdout + f"""
      COMP_WORDS=({line} '') COMP_CWORD={len(line.split())}
      _video_transcriber; printf '%s\\n' "${{COMPREPLY[@]}}" """
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=10, check=True).stdout.split()


def test_completion_knows_commands_options_and_values():
    assert {"transcribe", "models", "version"} <= set(completions("video-transcriber"))
    assert {"list", "add"} <= set(completions("video-transcriber models"))
    assert {"--format", "--output"} <= set(completions("video-transcriber transcribe"))
    assert {"txt", "srt", "vtt", "json"} <= set(completions("video-transcriber transcribe --format"))
    assert run("completion", "tcsh").returncode == 2
