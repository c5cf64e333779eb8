"""What the benchmarks' figures rest on: the cost of a process tree, the answers of each program, sums and medians."""

import pathlib
import sys
import wave

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import corpus  # noqa: E402
import figures  # noqa: E402
import measure  # noqa: E402
import programs  # noqa: E402
import report  # noqa: E402
import word_times  # noqa: E402

ALLOCATE = "import time; held = bytearray({megabytes} << 20); held[::4096] = bytes([1]) * len(held[::4096]); time.sleep(0.5)"


def clip(name, path, seconds=1.0):
    return corpus.Clip(f"speech/source/{name}", path, path, seconds, "reference")


def script(folder, name, text):
    path = folder / name
    path.write_text(f"#!{sys.executable}\n{text}")
    path.chmod(0o755)
    return path


def test_cost_counts_the_cpu_of_children():
    burn = "import time\nwhile time.process_time() < 0.4: pass"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}])"
    cost = measure.run([sys.executable, "-c", code]).cost
    assert 0.4 <= cost.cpu_seconds < 2
    assert cost.wall_seconds >= 0.4


def test_tree_memory_is_the_sum_over_processes():
    child = ALLOCATE.format(megabytes=100)
    code = f"import subprocess, sys\nchild = subprocess.Popen([sys.executable, '-c', {child!r}])\n{child}\nchild.wait()"
    cost = measure.run([sys.executable, "-c", code]).cost
    assert cost.tree_peak_bytes > 200 << 20
    assert 100 << 20 < cost.process_peak_bytes < 150 << 20


def test_lines_carry_the_time_when_they_came():
    run = measure.run([sys.executable, "-c", "import time; print('one', flush=True); time.sleep(0.4); print('two', end='')"])
    (first, one), (second, two) = run.stdout
    assert (one, two) == ("one\n", "two\n")
    assert second - first >= 0.3


def test_a_failure_names_the_program_and_its_last_words():
    with pytest.raises(programs.ProgramError, match="thing ended with 3: gone"):
        programs.checked(measure.run([sys.executable, "-c", "import sys; print('gone', file=sys.stderr); sys.exit(3)"]), "thing")


OURS = """
import json, pathlib, sys
output = pathlib.Path(sys.argv[sys.argv.index("--output") + 1])
files = []
for number, path in enumerate(sys.argv[sys.argv.index("--json") + 1:]):
    target = output / f"{number}.json"
    target.write_text(json.dumps({"text": f"text of {path}"}))
    bad = path.endswith("bad")
    files.append({"input": path, "status": "failed" if bad else "completed", "outputs": [] if bad else [{"path": str(target)}]})
print(json.dumps({"files": files, "cpu_seconds": {"engine": 1.0, "total": 1.02, "decoder": 0.01}}))
sys.exit(1)
"""


def test_our_report_and_files_are_read_and_a_failed_file_has_no_text(tmp_path):
    ours = programs.Ours(script(tmp_path, "ours", OURS), on_wav=False)
    answer = ours.transcribe([clip("a", pathlib.Path("/a")), clip("b", pathlib.Path("/b.bad"))], 2)
    assert answer.texts == {"speech/source/a": "text of /a", "speech/source/b": None}
    assert answer.report["cpu_seconds"]["total"] == 1.02


def test_a_usage_error_of_ours_is_not_taken_for_an_answer(tmp_path):
    ours = programs.Ours(script(tmp_path, "ours", "import sys; sys.exit(2)"), on_wav=False)
    with pytest.raises(programs.ProgramError):
        ours.transcribe([clip("a", pathlib.Path("/a"))], 1)


def sherpa_environment(folder, program, text):
    (folder / "bin").mkdir()
    model = folder / "lib/python3.11/site-packages/silero_vad/data/silero_vad.onnx"
    model.parent.mkdir(parents=True)
    model.touch()
    script(folder / "bin", program, text)
    return folder


def test_sherpas_segments_are_joined(tmp_path):
    text = "print('0.5 -- 1.2: Hello there.\\n2.0 -- 10.25: General.\\nElapsed: 3')"
    peer = programs.SherpaVad(sherpa_environment(tmp_path, "sherpa-onnx-vad-with-offline-asr", text), tmp_path)
    assert peer.transcribe([clip("a", pathlib.Path("/a"))], 1).texts == {"speech/source/a": "Hello there. General."}


def test_sherpas_texts_must_be_as_many_as_the_files(tmp_path):
    peer = programs.SherpaOffline(sherpa_environment(tmp_path, "sherpa-onnx-offline", "print('{\"text\": \"one\"}')"), tmp_path)
    assert peer.transcribe([clip("a", pathlib.Path("/a"))], 1).texts == {"speech/source/a": "one"}
    with pytest.raises(programs.ProgramError, match="1 texts for 2 files"):
        peer.transcribe([clip("a", pathlib.Path("/a")), clip("b", pathlib.Path("/b"))], 1)


def test_a_copy_is_never_a_multiple_of_the_peers_window(tmp_path):
    for samples in (1000, 1024):
        with wave.open(str(tmp_path / "in.wav"), "wb") as file:
            file.setparams((1, 2, 16000, 0, "NONE", ""))
            file.writeframes(bytes(2 * samples))
        corpus.to_wav(tmp_path / "in.wav", tmp_path / "out.wav")
        assert corpus.wav_samples(tmp_path / "out.wav") == {1000: 1000, 1024: 1025}[samples]


def test_rotation_keeps_every_clip_and_moves_the_first():
    turns = [corpus.rotated(list("abcdef"), step, 3) for step in range(3)]
    assert [turn[0] for turn in turns] == ["a", "c", "e"]
    assert all(sorted(turn) == list("abcdef") for turn in turns)


def test_errors_are_summed_before_dividing():
    assert figures.add_up([figures.Errors(1, 1), figures.Errors(0, 99)]).rate == pytest.approx(0.01)


def test_a_spread_is_median_smallest_and_largest():
    assert figures.spread([3.0, 1.0, 10.0]) == figures.Spread(3.0, 1.0, 10.0)
    assert report.with_range(figures.spread([3.0, 1.0, 10.0])) == "3.0 (1.0 to 10.0)"
    assert report.with_range(figures.spread([2.0])) == "2.0"


def test_the_table_of_errors_leaves_out_what_was_not_measured():
    errors = {"all of it": {"a": figures.Errors(1, 10), "b": figures.Errors(0, 10)}, "part": {"a": figures.Errors(2, 10)}}
    section = report.accuracy_section(errors, {name: figures.add_up(one.values()) for name, one in errors.items()}, 60)
    assert "| a | 10 | 10.0 | 20.0 |" in section
    assert "| b | 10 | 0.0 |  |" in section
    assert "| **all** | 20 | **5.0** |  |" in section


def test_word_times_are_compared_where_the_words_agree():
    told = [("The", 0.1, 0.2), ("cat,", 0.25, 0.5), ("um", 0.5, 0.6), ("Sat.", 0.7, 1.0)]
    aligned = [("the", 0.0, 0.2), ("cat", 0.2, 0.4), ("sat", 0.6, 1.1), ("down", 1.1, 1.4)]
    starts, ends = word_times.compare(told, aligned)
    assert starts == pytest.approx([0.1, 0.05, 0.1]) and ends == pytest.approx([0, 0.1, -0.1])
    assert word_times.summarise(starts) == {"words": 3, "bias": pytest.approx(0.1), "median": pytest.approx(0.1), "p95": pytest.approx(0.1)}
