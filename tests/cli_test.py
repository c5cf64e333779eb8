"""The command line as its users meet it: outputs, exit codes, errors, interruption. Design: one line on standard error for each
failed file, results on standard output or in whole files."""

import fcntl
import itertools
import json
import os
import pty
import re
import resource
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


def test_channels_are_transcribed_each_on_its_own():
    left = MEDIA / "odd/derived/left_only_stereo.flac"
    document = json.loads(transcribe(left, "--channels", "--format", "json").stdout)
    assert document["channels"] == 2
    assert {item["channel"] for item in document["segments"] + document["words"]} == {0}, "the right side is silent"
    assert transcribe(left, "--channels").stdout.startswith("Channel 0: ")
    assert "<v Channel 0>" in transcribe(left, "--channels", "--format", "vtt").stdout


def test_one_channel_apart_is_told_and_no_error(tmp_path):
    result = transcribe(UTTERANCE, "--channels", "--output", tmp_path)
    assert result.returncode == 0 and ", one channel," in result.stderr, result.stderr
    assert report(UTTERANCE, "--channels", "--output", tmp_path)["files"][0]["channels"] == 1


def test_json_has_the_fields_of_verbose_json():
    document = json.loads(transcribe(TALK, "--format", "json").stdout)
    assert document["language"] and document["duration"] == pytest.approx(8.0, abs=0.2)
    assert document["text"] and document["segments"]
    ends = [0.0]
    for segment in document["segments"]:
        assert ends[-1] <= segment["start"] < segment["end"] <= document["duration"] + 0.1
        assert segment["text"].strip() in document["text"]
        ends.append(segment["end"])
    assert " ".join(word["word"] for word in document["words"]) == document["text"]
    ends = [0.0]
    for word in document["words"]:
        assert ends[-1] <= word["start"] < word["end"] and 0 < word["confidence"] <= 1
        ends.append(word["end"])


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


def test_a_wav_that_was_written_into_a_pipe_is_whole():
    """Its header cannot say how long it is."""
    piped = subprocess.run(["ffmpeg", "-v", "error", "-i", UTTERANCE, "-f", "wav", "-"], check=True, capture_output=True).stdout
    assert piped[4:8] == b"\xff\xff\xff\xff"
    result = subprocess.run([PROGRAM, "transcribe", "-", "--format", "json"], input=piped, capture_output=True, timeout=60)
    assert result.returncode == 0 and b"media_truncated" not in result.stderr, result.stderr
    assert json.loads(result.stdout)["text"] == json.loads(transcribe(UTTERANCE, "--format", "json").stdout)["text"]


def test_words_to_listen_for(tmp_path):
    vocabulary = tmp_path / "words"
    vocabulary.write_text("# names\nKubernetes\nNew  South Wales\n")
    plain = transcribe(UTTERANCE, "--format", "json")
    listening = transcribe(UTTERANCE, "--format", "json", "--vocabulary", vocabulary)
    assert listening.returncode == 0, listening.stderr
    plain, listening = json.loads(plain.stdout), json.loads(listening.stdout)
    assert listening.pop("engine").startswith(plain.pop("engine") + " vocabulary-")
    assert listening == plain, "none of it was heard"
    piped = transcribe(UTTERANCE, "--format", "json", "--vocabulary", "-", input=vocabulary.read_text())
    assert json.loads(piped.stdout)["text"] == plain["text"]


def test_words_that_cannot_be_listened_for(tmp_path):
    vocabulary = tmp_path / "words"
    vocabulary.write_text("Kubernetes\n" + "a" * 101)
    assert "phrase 2" in failure("invalid_argument", UTTERANCE, "--vocabulary", vocabulary, exit_code=2)
    failure("file_not_found", UTTERANCE, "--vocabulary", tmp_path / "nothing")
    vocabulary.write_text("Kubernetes")
    line = failure("invalid_argument", UTTERANCE, "--vocabulary", vocabulary, "--model", MEDIA / "ctc-model", exit_code=2)
    assert "does not take a vocabulary" in line


def test_speech_in_another_language_is_told(tmp_path):
    french = MEDIA / "other-language/fleurs/fleurs-fr-000.ogg"
    result = transcribe(french)
    assert result.returncode == 0 and result.stdout.strip(), "the text is kept"
    assert f"{french}: language_unsupported: " in result.stderr
    assert report(french, "--output", tmp_path)["files"][0]["warning"]["code"] == "language_unsupported"
    assert "warning" not in report(UTTERANCE, "--output", tmp_path)["files"][0]


def test_cuda_where_there_is_none():
    asked = transcribe(UTTERANCE, "--provider", "auto")
    assert asked.returncode == 0 and "no CUDA, the CPU is used: " in asked.stderr
    assert "libonnxruntime_providers_cuda.so" in failure("unavailable", UTTERANCE, "--provider", "cuda")
    assert "CUDA" not in transcribe(UTTERANCE).stderr


def test_a_model_that_cannot_run_is_told_before_the_end_of_the_input(half_an_hour):
    # A first file is opened while the model loads; standard input is not.
    idle = subprocess.Popen([PROGRAM, "transcribe", "-", "--provider", "cuda"], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert idle.wait(timeout=10) == 1
    finally:
        idle.kill()
    assert b"unavailable: " in idle.stderr.read()
    # A decoder that outlives the program would hold its standard error open, and be waited for.
    assert "unavailable: " in transcribe(half_an_hour, "--provider", "cuda", timeout=10).stderr


@pytest.mark.parametrize("arguments", [
    [], ["--nonsense", "a.mp4"], ["a.mp4", "--provider", "gpu"], ["a.mp4", "--vocabulary", ""], ["-", "--vocabulary", "-"], ["a.mp4", "--threads", "0"], ["a.mp4", "--format"], ["-", "-"],
    ["a.mp4", "--subtitle-rules", "bbc"], ["a.mp4", "--subtitle-rules", "custom", "--subtitle-settings", "max_lines=0"],
    ["a.mp4", "--language", ""], ["a.mp4", "--output", ""], ["a.mp4", "--model", ""],
    ["a.mp4", "--format", "srt,,vtt"], ["a.mp4", "--format", "srt,"], ["a.mp4", "--format", ""]])
def test_wrong_usage_is_exit_2(arguments):
    assert transcribe(*arguments).returncode == 2


def test_an_unknown_command_is_named():
    assert run().returncode == 2
    unknown = run("dance")
    assert unknown.returncode == 2 and '"dance"' in unknown.stderr and "transcribe" in unknown.stderr
    assert '"sing"' in run("models", "sing").stderr


def test_help_that_cannot_be_printed_fails():
    with open("/dev/full", "w") as full:
        result = subprocess.run([PROGRAM, "transcribe", "--help"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert result.returncode == 1 and "disk_full: " in result.stderr
    assert "--format" in run("transcribe", "--help").stdout


def test_a_folder_that_cannot_be_used_is_told_like_a_file(tmp_path):
    assert transcribe(tmp_path).stderr.startswith(f"video-transcriber: error: {tmp_path}: file_not_found: ")


def test_an_empty_file_needs_no_decoder(tmp_path):
    without_decoder(tmp_path)
    (tmp_path / "empty.mp4").touch()
    result = subprocess.run([tmp_path / "video-transcriber", "transcribe", tmp_path / "empty.mp4"], capture_output=True,
                            text=True, timeout=60)
    assert result.returncode == 1 and "file_empty: " in result.stderr


# ---- Outputs and inputs


@pytest.mark.parametrize("arguments", [
    ["in.txt", "--output", "."], ["in.txt", "--output", "d/.."], ["link.txt", "--output", "."],
    ["in.json", "--format", "srt,json"], ["d/a.flac", "late.flac"]])
def test_no_output_is_written_over_an_input(tmp_path, arguments):
    (tmp_path / "d").mkdir()
    for name in ("d/a.flac", "in.txt", "in.json", "a.txt"):
        shutil.copy(UTTERANCE, tmp_path / name)
    (tmp_path / "link.txt").symlink_to("in.txt")
    (tmp_path / "late.flac").symlink_to("a.txt")
    line = failure("invalid_argument", *arguments, exit_code=2, cwd=tmp_path)
    assert "would be written over the input" in line and "--output" in line
    for name in ("in.txt", "in.json", "a.txt", "link.txt"):
        assert (tmp_path / name).read_bytes() == UTTERANCE.read_bytes()
    assert (tmp_path / "link.txt").is_symlink()


def test_standard_input_is_spared_too(tmp_path):
    shutil.copy(UTTERANCE, tmp_path / "stdin.txt")
    with open(tmp_path / "stdin.txt", "rb") as file:
        result = subprocess.run([PROGRAM, "transcribe", "-", "--output", tmp_path], stdin=file, capture_output=True, timeout=60)
    assert result.returncode == 2 and (tmp_path / "stdin.txt").read_bytes() == UTTERANCE.read_bytes()


def test_a_file_named_twice_is_transcribed_once(tmp_path):
    files = report(UTTERANCE, UTTERANCE.parent / "." / UTTERANCE.name, "--output", tmp_path)["files"]
    assert [file["outputs"][0]["path"] for file in files] == [str(tmp_path / f"{UTTERANCE.stem}.txt")]


def test_an_output_folder_that_cannot_be_used_is_told_before_any_work(tmp_path):
    (tmp_path / "file").write_text("in the way")
    for folder in (tmp_path / "file", tmp_path / "file/below", tmp_path / ("x" * 300), "/proc/nowhere"):
        result = transcribe(UTTERANCE, "--output", folder, "--json")
        assert result.returncode == 1 and json.loads(result.stdout)["files"] == []
        assert result.stderr.count("\n") == 1 and "output_failed: " in result.stderr, result.stderr


def test_one_unusable_output_is_told_before_its_file_is_decoded(tmp_path):
    long_name = tmp_path / ("x" * 251 + ".mp4")
    shutil.copy(UTTERANCE, long_name)
    (tmp_path / "out/talk.json").mkdir(parents=True)
    shutil.copy(UTTERANCE, tmp_path / "talk.mp4")
    files = report(long_name, tmp_path / "talk.mp4", UTTERANCE, "--format", "json", "--output", tmp_path / "out")["files"]
    assert [file["status"] for file in files] == ["failed", "failed", "completed"]
    for failed in files[:2]:
        assert failed["error"]["code"] == "output_failed" and "media" not in failed
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [f"{UTTERANCE.stem}.json", "talk.json"]


def test_a_read_only_folder_is_told_before_any_work(tmp_path):
    script = f"mount -t tmpfs -o ro none {tmp_path} && {PROGRAM} transcribe {UTTERANCE} --output {tmp_path}/new --json"
    result = subprocess.run(["unshare", "--mount", "--map-root-user", "sh", "-c", script], capture_output=True, text=True, timeout=60)
    assert result.returncode == 1 and "output_failed: " in result.stderr and json.loads(result.stdout)["files"] == []


def test_the_longest_name_is_written(tmp_path):
    shutil.copy(UTTERANCE, tmp_path / ("x" * 251 + ".mp4"))
    result = transcribe(tmp_path / ("x" * 251 + ".mp4"), "--output", tmp_path)
    assert result.returncode == 0, result.stderr
    assert words((tmp_path / ("x" * 251 + ".txt")).read_text()) == UTTERANCE_WORDS.split()


@pytest.mark.parametrize("feed", ["file", "pipe"])
def test_a_limit_on_the_size_of_files_is_told(tmp_path, feed):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
    command = [PROGRAM, "transcribe", UTTERANCE if feed == "file" else "-", "--format", "json", "--output", tmp_path]
    result = subprocess.run(command, preexec_fn=limit, capture_output=True, timeout=60,
                            input=UTTERANCE.read_bytes() if feed == "pipe" else None)
    assert result.returncode == 1 and b"output_failed: " in result.stderr and b"ulimit -f" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_report_and_the_transcript_name_the_same_engine(tmp_path):
    told = report(UTTERANCE, "--format", "json", "--output", tmp_path)["engine"]
    assert told == json.loads((tmp_path / f"{UTTERANCE.stem}.json").read_text())["engine"] and "silero-vad/" in told


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


def test_wording_is_on_request():
    plain = transcribe(LONG).stdout
    assert plain.count("ten minutes.") == 1
    assert transcribe(LONG, "--figures", "--mask-profanity").stdout == plain.replace("ten minutes.", "10 minutes."), "no profanity in it"


@pytest.fixture(scope="module")
def conversation(tmp_path_factory):
    """A woman, a man, and the woman again, with so little silence between them that a segment holds both."""
    path = tmp_path_factory.mktemp("conversation") / "conversation.flac"
    parts = [MEDIA / "speech/ljspeech/LJ001-0004.flac", MEDIA / "speech/jfk/jfk.mp3", MEDIA / "speech/ljspeech/LJ001-0004.flac"]
    joined = "".join(f"[{index}]aresample=16000,aformat=channel_layouts=mono[p{index}];" for index in range(3)) + "[p0][p1][p2]concat=n=3:v=0:a=1"
    subprocess.run(["ffmpeg", "-v", "error", *[word for part in parts for word in ("-i", part)], "-filter_complex", joined, path], check=True)
    return path


@pytest.mark.parametrize("speakers", ["auto", "2"])
def test_speakers_are_told_apart(conversation, speakers, tmp_path):
    done = transcribe(conversation, "--speakers", speakers, "--format", "json,txt,srt,vtt", "--output", tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads((tmp_path / "conversation.json").read_text())
    assert [speaker["label"] for speaker in told["speakers"]] == ["S1", "S2"] and "speaker-encoder/" in told["engine"]
    who = [key for key, _ in itertools.groupby(segment["speaker"] for segment in told["segments"])]
    assert who == ["S1", "S2", "S1"], told["segments"]
    ask = next(word for word in told["words"] if word["word"].startswith("country"))
    assert ask["speaker"] == "S2"
    assert [line[:4] for line in (tmp_path / "conversation.txt").read_text().split("\n\n")] == ["S1: ", "S2: ", "S1: "]
    assert re.findall(r"^S\d: ", (tmp_path / "conversation.srt").read_text(), re.MULTILINE) == ["S1: ", "S2: ", "S1: "]
    cues = (tmp_path / "conversation.vtt").read_text().split("\n\n")
    assert all(re.search(r"^<v S\d>", cue, re.MULTILINE) for cue in cues if "-->" in cue)


def test_speakers_do_not_depend_on_the_number_of_threads(conversation):
    one, four = (transcribe(conversation, "--speakers", "auto", "--format", "json", "--threads", threads).stdout for threads in (1, 4))
    assert one == four


def test_one_speaker_is_one_and_is_not_named_in_subtitles():
    told = json.loads(transcribe(LONG, "--speakers", "auto", "--format", "json").stdout)
    assert {segment["speaker"] for segment in told["segments"]} == {"S1"}
    assert transcribe(UTTERANCE, "--speakers", "auto", "--format", "vtt").stdout == transcribe(UTTERANCE, "--format", "vtt").stdout


@pytest.mark.parametrize("speakers", ["0", "two", "65", ""])
def test_speakers_that_cannot_be(speakers):
    result = transcribe(UTTERANCE, "--speakers", speakers)
    assert result.returncode == 2 and "--speakers" in result.stderr


def test_a_failure_does_not_look_like_a_success(tmp_path):
    narrow = ["--subtitle-rules", "custom", "--subtitle-settings", "max_line_characters=10,max_characters_per_second=5"]
    refused = transcribe(TALK, "--format", "srt", *narrow, "--strict", "--output", tmp_path)
    assert refused.stderr.count("\n") == 1 and "subtitle_rules_broken: " in refused.stderr, refused.stderr
    truncated = transcribe(MEDIA / "odd/derived/truncated_faststart.mp4", "--output", tmp_path)
    error, remains = truncated.stderr.splitlines()[-2:]
    assert truncated.stderr.count(" segment") == 0
    assert "media_truncated: " in error and remains.endswith(f"written all the same: {tmp_path}/truncated_faststart.txt")


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


def test_two_signals_at_once_are_one_wish(half_an_hour, tmp_path):
    # timeout(1) signals the process, and then its group.
    process, _ = started(half_an_hour, tmp_path)
    process.send_signal(signal.SIGINT)
    time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130 and "cancelled: " in errors


def test_an_idle_pipe_can_be_left():
    process = subprocess.Popen([PROGRAM, "transcribe", "-"], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdin.write(bytes(1 << 20))  # more than a pipe holds: once it is through, the program reads
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    try:
        assert process.wait(timeout=10) == 130
    finally:
        process.kill()
    assert b"cancelled: " in process.stderr.read()


def opens_a_network(process):
    """Whether the process has a model's file open at this moment."""
    folder = f"/proc/{process.pid}/fd"
    try:
        return any(os.readlink(f"{folder}/{number}").endswith(".onnx") for number in os.listdir(folder))
    except OSError:
        return False


def seen_opening_a_network():
    """A run at that moment. It is short: a run that ends without having been seen in it is followed by another."""
    for _ in range(20):
        process = subprocess.Popen([PROGRAM, "transcribe", LONG], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        while process.poll() is None:
            if opens_a_network(process):
                return process
    raise AssertionError("no run was seen opening a network")


def test_a_signal_while_the_model_is_read_is_an_orderly_end():
    process = seen_opening_a_network()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130 and errors.count("\n") == 1 and "cancelled: " in errors


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


def without_decoder(folder):
    for name in ("lib", "models"):
        (folder / name).symlink_to(BINARIES / name)
    shutil.copy(PROGRAM, folder)


def test_a_missing_decoder_is_told_as_such(tmp_path):
    without_decoder(tmp_path)
    result = subprocess.run([tmp_path / "video-transcriber", "transcribe", UTTERANCE], capture_output=True, text=True, timeout=60)
    assert result.returncode == 1 and "decoder_missing: " in result.stderr


# ---- Progress, models, completion


def on_terminal(*arguments, output=subprocess.PIPE):
    """What the program writes to a terminal: standard error, and standard output when that is None."""
    primary, secondary = pty.openpty()
    process = subprocess.Popen([PROGRAM, *map(str, arguments)], stdout=output or secondary, stderr=secondary,
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
    assert "\r" not in plain and plain.splitlines()[-1].startswith(str(LONG))
    assert all(line.startswith("[") for line in plain.splitlines()[:-1])  # a slow machine: every ten seconds


def test_the_transcript_is_not_glued_to_the_bar():
    shown = on_terminal("transcribe", LONG, output=None)
    assert "\r\x1b[K[" in shown
    first_line = shown[:shown.index("\r\n")].rsplit("\r\x1b[K", 1)[1]
    assert first_line and "[" not in first_line and " left" not in first_line


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
    broken = tmp_path / "broken"
    broken.mkdir()
    for name in ("encoder.onnx", "decoder.onnx", "tokens.txt"):
        (broken / name).write_text("not a model")
    result = run("models", "add", broken, "--family", "whisper", **models_in(tmp_path))
    assert result.returncode == 1 and "model_broken: " in result.stderr and str(broken) in result.stderr
    assert result.stderr.count("\n") == 1 and ".adding-" not in result.stderr, result.stderr
    assert list((tmp_path / "models").iterdir()) == []


def models_in(folder):
    return {"env": {**os.environ, "VIDEO_TRANSCRIBER_MODELS_FOLDER": str(folder / "models")}}


def tiny_ctc(folder, name="tiny-ctc"):
    """A model folder of a user, without a model.json."""
    (folder / name).mkdir()
    for file in ("model.onnx", "tokens.txt"):
        shutil.copy(MEDIA / "ctc-model" / file, folder / name)
    return folder / name


def test_a_model_does_not_take_the_name_of_another(tmp_path):
    default = BINARIES / "models/moonshine-tiny-en"
    again = run("models", "add", default, **models_in(tmp_path))
    assert again.returncode == 1 and "model_exists: " in again.stderr
    reserved = run("models", "add", tiny_ctc(tmp_path), "--family", "zipformer_ctc", "--name", "silero-vad", **models_in(tmp_path))
    assert reserved.returncode == 2 and "invalid_argument: " in reserved.stderr
    assert not (tmp_path / "models").exists()


def test_a_model_keeps_what_its_own_description_says(tmp_path):
    mine = models_in(tmp_path)
    claims = ["--family", "zipformer_ctc", "--language", "en,de", "--license", "MIT"]
    assert run("models", "add", tiny_ctc(tmp_path), *claims, **mine).returncode == 0
    described = tmp_path / "models/tiny-ctc"
    assert run("models", "add", described, "--name", "second", **mine).returncode == 0
    assert run("models", "add", described, "--name", "third", "--language", "fr", **mine).returncode == 0
    models = {model["name"]: model for model in json.loads(run("models", "list", "--json", **mine).stdout)["models"]}
    assert (models["second"]["languages"], models["second"]["license"]) == (["en", "de"], "MIT")
    assert (models["third"]["languages"], models["third"]["license"]) == (["fr"], "MIT")
    with open(described / "tokens.txt", "a") as tokens:
        tokens.write("more 99\n")
    changed = run("models", "add", described, "--name", "fourth", **mine)
    assert changed.returncode == 1 and "model_broken: " in changed.stderr


@pytest.mark.parametrize("claims, told", [
    (["--family", "nofam"], "zipformer_ctc"), (["--language", "english"], "BCP 47"), (["--language", "en,,de"], "--language"),
    (["--name", ""], "--name"), (["--name", "../evil"], "--name")])
def test_wrong_claims_about_a_model_are_wrong_usage(tmp_path, claims, told):
    result = run("models", "add", tiny_ctc(tmp_path), *claims, **models_in(tmp_path))
    assert result.returncode == 2 and told in result.stderr, result.stderr


def test_an_interrupted_add_leaves_nothing(tmp_path):
    process = subprocess.Popen([PROGRAM, "models", "add", BINARIES / "models/moonshine-tiny-en", "--name", "copy"],
                               stderr=subprocess.PIPE, text=True, **models_in(tmp_path))
    deadline = time.monotonic() + 30
    while not list(tmp_path.glob("models/.adding-*")) and time.monotonic() < deadline:
        time.sleep(0.001)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130 and errors.count("\n") == 1 and "cancelled: " in errors, errors
    assert list((tmp_path / "models").iterdir()) == []


def test_what_a_killed_add_left_is_swept_and_what_is_at_work_is_not(tmp_path):
    for name in (".adding-dead", ".adding-alive"):
        (tmp_path / "models" / name).mkdir(parents=True)
        (tmp_path / "models" / name / "model.onnx").touch()
    alive = os.open(tmp_path / "models/.adding-alive", os.O_RDONLY)
    fcntl.flock(alive, fcntl.LOCK_EX)
    added = run("models", "add", tiny_ctc(tmp_path), "--family", "zipformer_ctc", **models_in(tmp_path))
    os.close(alive)
    assert added.returncode == 0, added.stderr
    assert sorted(path.name for path in (tmp_path / "models").iterdir()) == [".adding-alive", "tiny-ctc"]


def test_without_a_home_no_model_is_added_somewhere(tmp_path):
    nowhere = {"env": {"PATH": os.environ["PATH"]}, "cwd": tmp_path}
    assert transcribe(UTTERANCE.resolve(), **nowhere).returncode == 0
    refused = run("models", "add", tiny_ctc(tmp_path), "--family", "zipformer_ctc", **nowhere)
    assert refused.returncode == 1 and "VIDEO_TRANSCRIBER_MODELS_FOLDER" in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["tiny-ctc"]


def test_options_may_stand_before_the_files():
    assert words(transcribe("--format", "txt", UTTERANCE).stdout) == UTTERANCE_WORDS.split()


def test_version_says_the_version():
    assert run("version").stdout.startswith("video-transcriber 0.")
    assert json.loads(run("version", "--json").stdout)["sherpa_onnx"]
    assert run("--version").stdout == run("version").stdout


def completions(line, current="", cwd=None):
    """What bash offers for the word `current` at the end of this command line, which it parts at = as bash does."""
    line = line.replace("video-transcriber", str(PROGRAM), 1)
    script = run("completion", "bash").stdout + f"""
      COMP_WORDS=({line} '{current}') COMP_CWORD={len(line.split())}
      _video_transcriber; [ ${{#COMPREPLY[@]}} = 0 ] || printf '%s\\n' "${{COMPREPLY[@]}}" """
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=10, check=True, cwd=cwd).stdout.split()


def test_completion_knows_commands_options_and_values():
    assert {"transcribe", "models", "version"} <= set(completions("video-transcriber"))
    assert {"list", "add"} <= set(completions("video-transcriber models"))
    assert {"--format", "--output"} <= set(completions("video-transcriber transcribe", "--"))
    assert {"txt", "srt", "vtt", "json"} <= set(completions("video-transcriber transcribe --format"))
    assert run("completion", "tcsh").returncode == 2


def test_completion_knows_what_stands_where(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.mp4").touch()
    assert completions("video-transcriber transcribe") == []  # nothing of ours: bash offers files
    assert completions("video-transcriber transcribe --output", cwd=tmp_path) == ["folder"]
    assert completions("video-transcriber transcribe --model") == ["moonshine-tiny-en"]
    assert completions("video-transcriber transcribe -m", "moon") == ["moonshine-tiny-en"]
    assert completions("video-transcriber transcribe --language") == []
    assert completions("video-transcriber models check") == ["moonshine-tiny-en"]
    assert completions("video-transcriber completion") == ["bash", "zsh", "fish"]
    assert completions("video-transcriber models add", cwd=tmp_path) == ["folder"]
    assert "--all-to-output" not in completions("video-transcriber models check", "--")


def test_completion_of_a_value_in_any_form():
    assert completions("video-transcriber transcribe -f", "s") == ["srt"]
    assert completions("video-transcriber transcribe --format =", "s") == ["srt"]
    assert completions("video-transcriber transcribe", "--format=s") == ["--format=srt"]
    assert completions("video-transcriber transcribe --format", "srt,") == ["srt,txt", "srt,vtt", "srt,json"]
    assert completions("video-transcriber transcribe --format", "srt,v") == ["srt,vtt"]
