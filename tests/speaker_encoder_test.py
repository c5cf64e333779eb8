"""scripts/speaker_encoder.py: the speaker encoder's weights out of the library that holds them, and out of nothing else."""

import importlib.util
import json
import pathlib
import random
import struct

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
FLOAT, INT8 = 1, 3


def load():
    spec = importlib.util.spec_from_file_location("speaker_encoder", ROOT / "scripts/speaker_encoder.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


speaker_encoder = load()


class FlatBuffer:
    """Strings, vectors of raw values, lists of these and tables (dicts of fields), each before what it refers to."""

    def __init__(self, root, identifier=b"ORTM"):
        self.data = bytearray(8)
        self.data[4:8] = identifier
        struct.pack_into("<I", self.data, 0, self.put(root))

    def put(self, value):
        self.data += bytes(-len(self.data) % 8)
        if isinstance(value, dict):
            return self.put_table(value)
        at = len(self.data)
        if isinstance(value, str):
            self.data += struct.pack("<I", len(value)) + value.encode() + b"\0"
        elif isinstance(value, tuple):
            kind, values = value
            self.data += struct.pack(f"<I{len(values)}{kind}", len(values), *values)
        else:
            self.data += struct.pack("<I", len(value)) + bytes(4 * len(value))
            self.refer({at + 4 + 4 * i: item for i, item in enumerate(value)})
        return at

    def put_table(self, fields):
        count = max(fields) + 1
        places = {field: 4 + 4 * i for i, field in enumerate(fields)}
        vtable = len(self.data)
        self.data += struct.pack(f"<HH{count}H", 4 + 2 * count, 4 + 4 * len(fields), *[places.get(field, 0) for field in range(count)])
        at = len(self.data)
        self.data += struct.pack("<i", at - vtable) + bytes(4 * len(fields))
        for field, value in fields.items():
            if isinstance(value, int):
                struct.pack_into("<i", self.data, at + places[field], value)
        self.refer({at + places[field]: value for field, value in fields.items() if not isinstance(value, int)})
        return at

    def refer(self, values):
        for place, value in values.items():
            struct.pack_into("<I", self.data, place, self.put(value) - place)


def raw(kind, values):
    return ("B", struct.pack(f"<{len(values)}{kind}", *values))


def float_tensor(name, shape, values):
    return {0: name, 2: ("q", shape), 3: FLOAT, 4: raw("f", values)}


def byte_tensor(name, shape, values):
    return {0: name, 2: ("q", shape), 3: INT8, 4: raw("b", values)}


def network(convolutions=36, kind_of_first=FLOAT, identifier=b"ORTM", shape_of_first=(1,), gemms=1, without="", scale=0.5, zero=0.25, bytes_of_second=(-128, 127)):
    """Every convolution with one weight and one bias, the number of the convolution; the second one's weight in 8 bits."""
    tensors, nodes = [], []
    for i in range(convolutions):
        weight = f"w{i}_add_tensor" if i == 1 else f"w{i}"
        if i == 1:
            tensors += [byte_tensor("w1_quantized", [1, len(bytes_of_second)], bytes_of_second), float_tensor("w1_scale", [1], [scale]),
                        float_tensor("w1_zero_point", [1], [zero])]
        else:
            tensors.append(float_tensor(weight, list(shape_of_first) if i == 0 else [1], [i]) | ({3: kind_of_first} if i == 0 else {}))
        tensors.append(float_tensor(f"b{i}", [1], [100 + i]))
        nodes.append({5: "Conv", 8: ["in", weight, f"b{i}"], 9: ["out"]})
        nodes.append({5: "Relu", 8: ["out"], 9: ["out"]})
    tensors += [float_tensor("last", [1], [7]), float_tensor("last_bias", [1], [8])]
    nodes += [{5: "Gemm", 8: ["in", "last", "last_bias"], 9: ["embedding"]}] * gemms
    tensors = [tensor for tensor in tensors if tensor[0] != without]
    return bytes(FlatBuffer({1: {7: {0: tensors, 2: nodes}}}, identifier).data)


SPACE = {
    "xvec_mean1": ("d", [1, 2, 3]), "xvec_mean2": ("f", [4, 5]), "xvec_lda": ("f", [1, 2, 3, 4, 5, 6]),
    "plda_mu": ("d", [6, 7]), "plda_tr": ("d", [1, 2, 3, 4]), "plda_psi": ("d", [9, 8]),
}


ADDRESS, ABSOLUTE = 0x1000, 0xFFF1


def mangled(name):
    return f"{speaker_encoder.NAMESPACE}{len(name)}{name}E"


def library(encoder, space=SPACE, strange=(), elf_class=2):
    """A 64-bit ELF file of one section of data, at another address than in the file, with a symbol for each block.
    `strange` are more symbols: name, section, address, length."""
    blocks = {mangled(name): struct.pack(f"<{len(values)}{kind}", *values) for name, (kind, values) in space.items()}
    if encoder is not None:
        blocks[mangled("embedding_ort_data")] = encoder
    data, entries = b"", []
    for name, block in blocks.items():
        entries.append((name, 1, ADDRESS + len(data), len(block)))
        data += block + bytes(-len(block) % 8)
    names, symbols = b"\0", bytes(24)
    for name, section, address, length in [*entries, *strange]:
        symbols += struct.pack("<IBBHQQ", len(names), 0, 0, section, address, length)
        names += name.encode() + b"\0"
    parts = [data, names, symbols]
    starts = [64 + sum(map(len, parts[:i])) for i in range(4)]
    header = (b"\x7fELF" + bytes([elf_class, 1])).ljust(0x28, b"\0") + struct.pack("<Q", starts[3]) + bytes(10) + struct.pack("<HHH", 64, 4, 0)
    sections = [(0, 0, 0, 0), (1, ADDRESS, starts[0], len(data)), (3, 0, starts[1], len(names)), (2, 0, starts[2], len(symbols))]
    table = b"".join(struct.pack("<IIQQQQIIQQ", 0, kind, 0, address, start, size, 2, 0, 0, 0) for kind, address, start, size in sections)
    return header.ljust(64, b"\0") + b"".join(parts) + table


def tensors_of(safetensors):
    (size,) = struct.unpack("<Q", safetensors[:8])
    found = {}
    for name, tensor in json.loads(safetensors[8:8 + size]).items():
        start, end = tensor["data_offsets"]
        assert tensor["dtype"] == "F32"
        found[name] = (tensor["shape"], list(struct.unpack(f"<{(end - start) // 4}f", safetensors[8 + size + start:8 + size + end])))
    return found


def test_the_weights_come_with_plain_names_and_as_floats():
    found = tensors_of(speaker_encoder.from_library(library(network())))
    assert found["conv1.weight"] == ([1], [0]) and found["conv1.bias"] == ([1], [100])
    assert found["layer1.0.conv1.weight"] == ([1, 2], [-63.75, 63.75]), "8-bit values times their scale, and their zero added"
    assert found["layer2.0.conv1.weight"] == ([1], [7])
    assert found["layer2.0.shortcut.weight"] == ([1], [8]), "after the first of its block"
    assert found["layer2.0.conv2.weight"] == ([1], [9])
    assert found["layer4.2.conv2.bias"] == ([1], [135]), "the last"
    assert found["embedding.weight"] == ([1], [7]) and found["embedding.bias"] == ([1], [8])


def test_the_space_of_speakers_comes_with_them():
    found = tensors_of(speaker_encoder.from_library(library(network())))
    assert found["space.voice_mean"] == ([3], [1, 2, 3])
    assert found["space.discriminants"] == ([2, 3], [1, 3, 5, 2, 4, 6]), "by output"
    assert found["space.discriminant_mean"] == ([2], [4, 5])
    assert found["space.mean"] == ([2], [6, 7])
    assert found["space.transform"] == ([2, 2], [1, 2, 3, 4])
    assert found["space.between"] == ([2], [9, 8])


def test_8_bit_values_are_rounded_where_the_graph_rounds_them():
    # 3 * (1 + 2^-23) lies halfway between two floats and becomes the even one, 3 + 2^-21; not rounded, 3 * 2^-23 would be left.
    found = tensors_of(speaker_encoder.from_library(library(network(scale=1 + 2 ** -23, zero=-3, bytes_of_second=(3,)))))
    assert found["layer1.0.conv1.weight"] == ([1, 1], [2 ** -21])


def test_symbols_that_are_not_ours_are_left_alone():
    ours = mangled("plda_psi")
    strange = [("_ZN5other8plda_psiE", 1, ADDRESS, 16), (ours, 0, 0, 0), (ours, ABSOLUTE, ADDRESS, 16), (ours, 4, ADDRESS, 16)]
    assert speaker_encoder.from_library(library(network(), strange=strange)) == speaker_encoder.from_library(library(network()))


def without(name):
    return {key: value for key, value in SPACE.items() if key != name}


WRONG = {
    "nothing": b"",
    "no library": b"#!/bin/sh\n",
    "32 bits": library(network(), elf_class=1),
    "no encoder": library(None),
    "too few convolutions": library(network(convolutions=35)),
    "too many convolutions": library(network(convolutions=37)),
    "no last layer": library(network(gemms=0)),
    "two last layers": library(network(gemms=2)),
    "another type": library(network(kind_of_first=INT8)),
    "another format": library(network(identifier=b"TFL3")),
    "no bytes of a network": library(b""),
    "an identifier and nothing else": library(bytes(4) + b"ORTM"),
    "no weights": library(network(without="w0")),
    "no scale": library(network(without="w1_scale")),
    "a shape of more values": library(network(shape_of_first=(2, 3))),
    "a scale that gives no floats": library(network(scale=3e38)),
    "a block beyond the file": library(network(), strange=[(mangled("plda_mu"), 1, ADDRESS, 10 ** 6)]),
    "a block before the file": library(network(), strange=[(mangled("plda_mu"), 1, 0, 16)]),
    "a block that is too small": library(network(), {**SPACE, "xvec_lda": ("f", [1, 2, 3, 4, 5])}),
    "a block of no values": library(network(), {**SPACE, "xvec_mean1": ("d", [])}),
    "a value that is no float": library(network(), {**SPACE, "plda_mu": ("d", [1e300, 0])}),
} | {f"no {name}": library(network(), without(name)) for name in SPACE}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_another_file_is_refused(wrong):
    with pytest.raises(speaker_encoder.WrongFile) as told:
        speaker_encoder.from_library(wrong)
    assert len(str(told.value).splitlines()) == 1


def test_a_file_that_ends_too_soon_is_refused():
    whole = library(network())
    for size in [*range(0, len(whole), 211), len(whole) - 1]:
        with pytest.raises(speaker_encoder.WrongFile):
            speaker_encoder.from_library(whole[:size])


def test_a_spoilt_file_is_refused_or_read_and_nothing_else():
    whole = library(network())
    for seed in range(300):
        chance = random.Random(seed)
        spoilt = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            spoilt[chance.randrange(len(spoilt))] = chance.choice([0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)])
        try:
            assert speaker_encoder.from_library(bytes(spoilt)), f"seed {seed}"
        except speaker_encoder.WrongFile as told:
            assert str(told), f"seed {seed}"


def test_what_pins_the_weights_agrees():
    pinned = json.loads((ROOT / "models/speaker-encoder/model.json").read_text())["files"]["weights"]["sha256"]
    assert f'weights_sha256 = "{pinned}"' in (ROOT / "src/speech/speaker_model.cpp").read_text()
    assert "scripts/speaker_encoder.py" in (ROOT / "scripts/setup").read_text(), "a change of it must lay the models out again"
