"""The events' contract, api/events: every type that the code emits has a schema and a golden file, each golden file fits its
schema, and so does every event of a running platform, as the bus, the stream and a webhook have it. Payloads hold references:
nothing of what people said, titled, named or typed is in them."""

import contextlib
import copy
import http.server
import json
import pathlib
import re
import sqlite3
import threading

import jsonschema_rs
import pytest
from platform_process import running, wait_until
from program import TESTS, UTTERANCE, UTTERANCE_WORDS

ROOT = TESTS.parent
SCHEMAS = {path.stem: json.loads(path.read_text()) for path in sorted((ROOT / "api/events").glob("*.json"))}
GOLDEN = {path.stem: path.read_bytes() for path in sorted((TESTS / "golden/events").glob("*.json"))}
NO_EVENTS = {"envelope", "webhook", "dead_letter"}
TYPES = sorted(set(SCHEMAS) - NO_EVENTS)
EVENT_TYPE = r'"([a-z_]+(?:\.[a-z_]+)+)"'

REGISTRY = jsonschema_rs.Registry([(f"json-schema:///{name}.json", schema) for name, schema in SCHEMAS.items()])


def validator(name):
    return jsonschema_rs.validator_for(SCHEMAS[name], registry=REGISTRY, base_uri=f"json-schema:///{name}.json", validate_formats=True)


VALIDATORS = {name: validator(name) for name in SCHEMAS}


def sources(pattern="*.cpp"):
    for path in sorted((ROOT / "src/services").rglob(pattern)):
        if not path.stem.endswith("_test") and "test" not in path.stem:
            yield path, path.read_text()


# ---- What stands in the tree


def test_events_are_emitted_in_announcements_alone():
    assert [str(path) for path, text in sources() if ".emit(" in text and path.stem != "announcements"] == []


def test_every_type_of_the_code_has_a_schema_and_a_golden_file():
    emitted = {name for path, text in sources("announcements.cpp") for name in re.findall(EVENT_TYPE, text)}
    assert len(emitted) > 15
    assert emitted == set(TYPES)
    assert set(GOLDEN) == set(SCHEMAS) - {"envelope"}


def test_what_is_told_and_heard_is_emitted():
    told = re.findall(r"ToldType\{" + EVENT_TYPE, (ROOT / "src/services/notification/told.cpp").read_text())
    assert len(told) > 10 and set(told) <= set(TYPES)
    heard = {name for _, text in sources() for types in re.findall(r"\.types = \{([^}]*)\}", text) for name in re.findall(EVENT_TYPE, types)}
    assert len(heard) > 3 and heard <= set(TYPES)


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_valid(name):
    jsonschema_rs.meta.validate(SCHEMAS[name])
    assert SCHEMAS[name]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMAS[name]["title"] and SCHEMAS[name]["description"]


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_files_fit_their_schemas(name):
    value = json.loads(GOLDEN[name])
    VALIDATORS[name].validate(value)
    assert canonical(value) == GOLDEN[name]
    assert SCHEMAS[name]["examples"] == [value], "the example of a schema is the golden file"


@pytest.mark.parametrize("name", GOLDEN)
def test_schemas_are_strict(name):
    """Every member matters: one more, another kind, or (but for those that may be absent) one less is refused."""
    value = json.loads(GOLDEN[name])
    optional = {"run_id", "blob_key", "multichannel"}
    for path in member_paths(value):
        for change in (remove, spoil, add_beside):
            if change is remove and path[-1] in optional:
                continue
            changed = copy.deepcopy(value)
            change(changed, path)
            free = "payload" in path[:-1] and "event" in path or "data" in path[:-1]  # of any type
            assert free or not VALIDATORS[name].is_valid(changed), (change.__name__, path)


def member_paths(value, before=()):
    for name, member in value.items():
        yield (*before, name)
        if isinstance(member, dict):
            yield from member_paths(member, (*before, name))


def parent_of(value, path):
    for name in path[:-1]:
        value = value[name]
    return value


def remove(value, path):
    del parent_of(value, path)[path[-1]]


def spoil(value, path):
    parent_of(value, path)[path[-1]] = ["not this"]


def add_beside(value, path):
    parent_of(value, path)["surplus"] = 1


def test_payloads_hold_references_alone():
    """Every member of a payload is one of the envelope's kinds, and each kind says what its text looks like. The one text is an
    error's message, which the running platform's test looks into."""
    kinds = SCHEMAS["envelope"]["$defs"]
    for name in TYPES:
        for member, schema in SCHEMAS[name]["properties"]["payload"]["properties"].items():
            assert schema["$ref"].removeprefix("envelope.json#/$defs/") in kinds, (name, member)
    for kind, schema in kinds.items():
        assert schema["type"] in ("integer", "number", "boolean") or "pattern" in schema or kind == "message", kind
        assert not any(jsonschema_rs.is_valid(schema, text) for text in ("A talk", "talk one.mp4", "https://example.org/x")) or kind in ("message", "engine")


# ---- What a running platform emits


SECRETS = ["Zanzibarian", "quetzalcoatl", "xylophonist", "hook-sentinel", *(word for word in UTTERANCE_WORDS.split() if len(word) > 4)]
NOT_MADE_HERE = {"analysis.failed"}  # takes a damaged blob; its golden file shows it


class Receiver:
    """Takes webhooks."""

    def __init__(self):
        bodies = self.bodies = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                bodies.append((self.headers["webhook-id"], json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook-sentinel"


def records(data, topics="name not in ('dead_letter', 'replay')"):
    """Topic and bytes of everything on the bus."""
    with contextlib.closing(sqlite3.connect(f"file:{data / 'bus.db'}?mode=ro", uri=True, timeout=20)) as database:
        return [(topic.decode(), bytes(value)) for topic, value in database.execute(
            f"select name, value from records join topics on topics.id = records.topic where {topics}")]


def stream(client, wanted):
    """The events of the tenant's stream, from its beginning until those of the wanted ids have come."""
    events, missing = [], set(wanted)
    with client.get("/v1/events", headers={"Last-Event-ID": "0"}, stream=True, timeout=20) as answer:
        assert answer.status_code == 200
        for line in answer.iter_lines(decode_unicode=True):
            if line.startswith("data: "):
                events.append(json.loads(line.removeprefix("data: ")))
                missing.discard(events[-1]["id"])
            if not missing:
                return events
    raise AssertionError(f"the stream ended after {len(events)} events")


def send(client, name, content, title="Zanzibarian title"):
    return client.post("/v1/sessions", data={"title": title}, files={"file": (name, content)})


def ended(client, answer):
    return client.wait_ended(answer.json()["id"])


def edit(client, session_id):
    path = f"/v1/sessions/{session_id}/transcript"
    read = client.get(path)
    segments = [{"start": s["start"], "end": s["end"], "text": "A xylophonist."} for s in read.json()["segments"]]
    assert client.request("PUT", path, json={"segments": segments}, headers={"If-Match": read.headers["ETag"]}).status_code < 300


def export(client, session_id, **wish):
    made = client.post(f"/v1/sessions/{session_id}/exports", json={"format": "srt", **wish})
    assert made.status_code == 202, made.text
    return wait_until(lambda: (found := client.get(f"/v1/exports/{made.json()['id']}").json())["status"] != "queued" and found)


def live_one_of_each(client):
    """One of everything that can happen to a session."""
    done = ended(client, send(client, "quetzalcoatl.flac", UTTERANCE.read_bytes()))
    assert done["status"] == "completed"
    assert export(client, done["id"])["status"] == "completed"
    assert export(client, done["id"], strict=True, subtitle_rules="custom", subtitle_settings={"max_characters_per_second": 5})["status"] == "failed"
    edit(client, done["id"])
    assert ended(client, send(client, "quetzalcoatl.mp4", b"Zanzibarian letters, no video\n" * 50))["status"] == "failed"
    send(client, "quetzalcoatl.mp4", b"")
    waiting = client.post("/v1/sessions", json={"title": "Zanzibarian"}).json()
    assert client.post(f"/v1/sessions/{waiting['id']}/cancel").status_code < 300
    wait_until(lambda: client.get(f"/v1/sessions/{done['id']}/analysis").status_code == 200)
    assert client.request("DELETE", f"/v1/sessions/{done['id']}").status_code == 204


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """What a platform put on its bus, into its stream and into a webhook."""
    receiver = Receiver()
    with running(tmp_path_factory.mktemp("data"), options={"notification.allow_private": "true", "log.level": "error"}) as platform:
        client = platform.client
        hook = client.post("/v1/webhooks", json={"url": receiver.url, "description": "Zanzibarian"})
        assert hook.status_code == 201, hook.text
        assert client.post(f"/v1/webhooks/{hook.json()['id']}/test").status_code == 202
        live_one_of_each(client)
        made = set(TYPES) - NOT_MADE_HERE
        wait_until(lambda: made <= {topic for topic, _ in records(platform.data)}, 20)
        told = {json.loads(value)["id"] for topic, value in records(platform.data) if topic != "segment.ready"}
        streamed = stream(client, told)
        wait_until(lambda: told <= {event_id for event_id, _ in receiver.bodies}, 20)
        webhooks = list(receiver.bodies)  # before the bus is read, which has whatever comes later too
        yield {"told": told, "stream": streamed, "webhooks": webhooks, "bus": records(platform.data), "all": records(platform.data, "true")}


def test_every_event_on_the_bus_fits_its_schema(lived):
    for topic, value in lived["bus"]:
        event = json.loads(value)
        assert event["type"] == topic and canonical(event) == value
        VALIDATORS[topic].validate(event)
        members = SCHEMAS[topic]["properties"]["payload"]["properties"]
        assert ("blob_key" in members) == ("blob_key" in event["payload"])


def test_nothing_was_given_up(lived):
    assert [value for topic, value in lived["all"] if topic in ("dead_letter", "replay")] == []


def test_every_event_of_the_stream_fits_its_schema(lived):
    assert {event["type"] for event in lived["stream"]} == set(TYPES) - NOT_MADE_HERE - {"segment.ready"}
    on_the_bus = {json.loads(value)["id"] for _, value in lived["bus"]}
    for event in lived["stream"]:
        VALIDATORS[event["type"]].validate(event)
        assert event["id"] in on_the_bus and "blob_key" not in event["payload"]


def test_every_webhook_fits_its_schema(lived):
    on_the_bus = {event["id"]: event for event in (json.loads(value) for _, value in lived["bus"])}
    delivered = set()
    for event_id, body in lived["webhooks"]:
        VALIDATORS["webhook"].validate(body)
        if body["type"] != "webhook.test":
            event = on_the_bus[event_id]
            data = {name: value for name, value in event["payload"].items() if name != "blob_key"}
            assert body == {"type": event["type"], "timestamp": event["timestamp"], "data": data}
            delivered.add(event_id)
    assert lived["told"] <= delivered


def test_no_event_holds_what_people_said_titled_or_named(lived):
    for _, value in lived["all"]:
        assert [secret for secret in SECRETS if secret.lower().encode() in value.lower()] == [], value
