"""`make bench-platform`: what the platform costs beside the command line, and how it answers under load; a Markdown report on
standard output. Everything runs on loopback, on whatever else the machine is doing: compare figures of one run only."""

import argparse
import asyncio
import concurrent.futures
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import wave

import aiohttp

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from platform_process import Client, Platform  # noqa: E402
from program import LONG, PROGRAM, TALK  # noqa: E402


FILES = 12  # enough that the first and the last file's own way through count for little


def cpu_seconds(pid):
    """User and system time of a process and of its children that have ended."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(fields[i]) for i in (11, 12, 13, 14)) / 100


def resident_mb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def command_line(files):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([PROGRAM, "transcribe", *files, "--output", folder, "--quiet"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.monotonic() - started, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def platform_run(platform, files):
    """Wall and CPU seconds from the first byte sent to the last session completed."""
    started, cpu = time.monotonic(), cpu_seconds(platform.pid)
    sessions = [platform.client.upload(file)["id"] for file in files]
    for session in sessions:
        ended = platform.client.wait_ended(session, 600)
        assert ended["status"] == "completed", ended
    return time.monotonic() - started, cpu_seconds(platform.pid) - cpu


def copies(folder, count):
    """The same talk under other names: the command line would take one name once."""
    files = []
    for number in range(count):
        path = folder / f"{number}_{LONG.name}"
        shutil.copy(LONG, path)
        files.append(path)
    return files


def measure_ready(folder):
    times = []
    for number in range(5):
        started = time.monotonic()
        platform = Platform(folder / f"ready{number}")
        times.append(time.monotonic() - started)
        platform.kill()
    return statistics.median(times)


def measure_throughput(folder, repetitions):
    files = copies(folder, FILES)
    platform = Platform(folder / "throughput", options={"log.level": "warning"})
    platform_run(platform, [TALK])  # the model is loaded
    rows = []
    for _ in range(repetitions):
        rows.append((*command_line(files), *platform_run(platform, files)))
    platform.kill()
    return [statistics.median(column) for column in zip(*rows)]


async def read_for(platform, seconds, rate):
    """GETs a session and the list in turn, `rate` a second; the latencies in ms."""
    latencies, faults = [], 0
    headers = {"Authorization": f"Bearer {platform.key}"}
    session = platform.client.get("/v1/sessions").json()["data"][0]["id"]
    async with aiohttp.ClientSession(headers=headers, connector=aiohttp.TCPConnector(limit=64)) as http:
        async def once(number):
            nonlocal faults
            path = f"/v1/sessions/{session}" if number % 2 else "/v1/sessions?limit=20"
            started = time.monotonic()
            async with http.get(platform.url + path) as answer:
                await answer.read()
                faults += answer.status != 200
            latencies.append((time.monotonic() - started) * 1000)

        tasks, started = [], time.monotonic()
        for number in range(int(seconds * rate)):
            await asyncio.sleep(max(0, started + number / rate - time.monotonic()))
            tasks.append(asyncio.create_task(once(number)))
        await asyncio.gather(*tasks)
    return sorted(latencies), faults


def measure_reads(folder):
    platform = Platform(folder / "reads", options={"log.level": "warning", "gateway.requests_a_minute": "1000000"})
    platform_run(platform, [TALK])
    busy = [platform.client.upload(file)["id"] for file in copies(folder, 8)]
    latencies, faults = asyncio.run(read_for(platform, 8, 200))
    still = sum(platform.client.session(session)["status"] != "completed" for session in busy)
    platform.kill()
    return latencies, faults, still


async def hold_streams(platform, count):
    headers = {"Authorization": f"Bearer {platform.key}"}
    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(headers=headers, connector=aiohttp.TCPConnector(limit=0), timeout=timeout) as http:
        async def told():
            async with http.get(platform.url + "/v1/events") as answer:
                assert answer.status == 200, await answer.text()
                opened.append(1)
                async for line in answer.content:
                    if line.startswith(b"event: session.completed"):
                        return time.monotonic()

        opened = []
        tasks = [asyncio.create_task(told()) for _ in range(count)]
        while len(opened) < count:
            await asyncio.sleep(0.1)
            for task in tasks:
                if task.done():
                    task.result()
        memory = resident_mb(platform.pid)
        await asyncio.to_thread(platform_run, platform, [TALK])
        times = await asyncio.wait_for(asyncio.gather(*tasks), 60)
    return memory, max(times) - min(times)


def measure_streams(folder, count):
    platform = Platform(folder / "streams", options={"log.level": "warning", "gateway.requests_a_minute": "1000000"})
    platform_run(platform, [TALK])
    before = resident_mb(platform.pid)
    memory, spread = asyncio.run(hold_streams(platform, count))
    platform.kill()
    return before, memory, spread


def second_tenant(platform):
    """A client of a tenant of its own."""
    made = platform.client.post("/v1/tenants", json={"id": "small"})
    assert made.status_code == 201, made.text
    user = platform.client.post("/v1/users", params={"tenant_id": "small"}, json={"role": "admin", "name": "Small", "email": "small@example.org"})
    assert user.status_code == 201, user.text
    key = platform.client.post("/v1/api-keys", params={"tenant_id": "small"}, json={"name": "small", "user_id": user.json()["id"], "scopes": ["*"]})
    assert key.status_code == 201, key.text
    return Client(platform.url, key.json()["key"])


def seconds_to_complete(client, file):
    started = time.monotonic()
    session = client.upload(file)["id"]
    while client.session(session)["status"] != "completed":
        time.sleep(0.02)
    return time.monotonic() - started


def measure_fairness(folder, crowd):
    """How long one video of a small tenant takes on an idle platform, and behind `crowd` videos of another."""
    platform = Platform(folder / "fairness", options={"log.level": "warning", "gateway.requests_a_minute": "1000000"})
    platform_run(platform, [TALK])
    small = second_tenant(platform)
    idle = statistics.median(seconds_to_complete(small, TALK) for _ in range(5))
    for _ in range(crowd):
        platform.client.upload(TALK)
    behind = statistics.median(seconds_to_complete(small, TALK) for _ in range(5))
    waiting = sum(session["status"] != "completed" for session in platform.client.get("/v1/sessions?limit=100").json()["data"])
    platform.kill()
    return idle, behind, waiting


def silent_wav(folder):
    """Half a second: all of the platform but the recogniser, which hears nothing of it."""
    path = folder / "silence.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(bytes(16000))
    return path


def measure_sessions(folder, count, every=500, clients=4):
    """Resident memory after each so many sessions, all of which stay in the list; each client sends the next when its last has completed."""
    platform = Platform(folder / "sessions", options={"log.level": "warning", "gateway.requests_a_minute": "1000000"})
    silence = silent_wav(folder)
    local = threading.local()

    def one_session(_):
        if not hasattr(local, "client"):
            local.client = Client(platform.url, platform.key)
        ended = local.client.wait_ended(local.client.upload(silence)["id"], 600)
        assert ended["status"] == "completed", ended

    found, started = [], time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(clients) as pool:
        for sessions in range(every, count + 1, every):
            list(pool.map(one_session, range(every)))
            found.append((sessions, resident_mb(platform.pid)))
            print(f"serving: {sessions} sessions, {found[-1][1]:.1f} MB, {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    platform.kill()
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--streams", type=int, default=2000)
    parser.add_argument("--crowd", type=int, default=200)
    parser.add_argument("--sessions", type=int, default=0, help="also memory over so many sessions, told every 500")
    arguments = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        print("| measure | value |\n| --- | --- |")
        print(f"| start to ready, median of 5 | {measure_ready(folder):.2f} s |", flush=True)
        wall, cpu, platform_wall, platform_cpu = measure_throughput(folder, arguments.repetitions)
        print(f"| {FILES} files, command line | {wall:.1f} s wall, {cpu:.1f} s CPU |")
        print(f"| the same, upload to completed | {platform_wall:.1f} s wall, {platform_cpu:.1f} s CPU |")
        print(f"| throughput of the platform / command line | {wall / platform_wall:.2f} |", flush=True)
        latencies, faults, still = measure_reads(folder)
        p50, p95, p99 = (latencies[int(len(latencies) * q)] for q in (0.5, 0.95, 0.99))
        print(f"| reads at 200 a second while videos are transcribed ({still} of 8 still wait at the end) | median {p50:.1f} ms, "
              f"95th {p95:.1f} ms, 99th {p99:.1f} ms, {faults} faults |", flush=True)
        idle, behind, waiting = measure_fairness(folder, arguments.crowd)
        print(f"| one video of a small tenant, idle and behind {arguments.crowd} of another ({waiting} of the newest 100 still wait) | {idle:.2f} s, {behind:.2f} s, "
              f"{behind / idle:.2f} times |", flush=True)
        if arguments.sessions:
            found = measure_sessions(folder, arguments.sessions)
            print(f"| memory over {arguments.sessions} sessions | " + ", ".join(f"{sessions}: {memory:.0f} MB" for sessions, memory in found) + " |", flush=True)
        before, memory, spread = measure_streams(folder, arguments.streams)
        print(f"| {arguments.streams} event streams | {memory - before:.0f} MB more, all told within {spread * 1000:.0f} ms |")


main()
