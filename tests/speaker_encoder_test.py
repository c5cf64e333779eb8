"""scripts/speaker_encoder.py: the speaker encoder's weights out of the library that holds them, and out of nothing else."""

import importlib.util
import json
import pathlib
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


def network(convolutions=36, kind_of_first=FLOAT, identifier=b"ORTM"):
    """Every convolution with one weight and one bias, the number of the convolution; the second one's weight in 8 bits."""
    tensors, nodes = [], []
    for i in range(convolutions):
        weight = f"w{i}_add_tensor" if i == 1 else f"w{i}"
        if i == 1:
            tensors += [byte_tensor("w1_quantized", [1, 2], [-128, 127]), float_tensor("w1_scale", [1], [0.5]), float_tensor("w1_zero_point", [1], [0.25])]
        else:
            tensors.append(float_tensor(weight, [1], [i]) | ({3: kind_of_first} if i == 0 else {}))
        tensors.append(float_tensor(f"b{i}", [1], [100 + i]))
        nodes.append({5: "Conv", 8: ["in", weight, f"b{i}"], 9: ["out"]})
        nodes.append({5: "Relu", 8: ["out"], 9: ["out"]})
    tensors += [float_tensor("last", [1], [7]), float_tensor("last_bias", [1], [8])]
    nodes.append({5: "Gemm", 8: ["in", "last", "last_bias"], 9: ["embedding"]})
    return bytes(FlatBuffer({1: {7: {0: tensors, 2: nodes}}}, identifier).data)


SPACE = {
    "xvec_mean1": ("d", [1, 2, 3]), "xvec_mean2": ("f", [4, 5]), "xvec_lda": ("f", [1, 2, 3, 4, 5, 6]),
    "plda_mu": ("d", [6, 7]), "plda_tr": ("d", [1, 2, 3, 4]), "plda_psi": ("d", [9, 8]),
}


def library(encoder):
    """A 64-bit ELF file of one section of data, at another address than in the file, with a symbol for each block."""
    blocks = {f"{len(name)}{name}E": struct.pack(f"<{len(values)}{kind}", *values) for name, (kind, values) in SPACE.items()}
    if encoder is not None:
        blocks["18embedding_ort_dataE"] = encoder
    data, names, symbols = b"", b"\0", bytes(24)
    for name, block in blocks.items():
        full = speaker_encoder.NAMESPACE + name
        symbols += struct.pack("<IBBHQQ", len(names), 0, 0, 1, 0x1000 + len(data), len(block))
        names += full.encode() + b"\0"
        data += block + bytes(-len(block) % 8)
    parts = [data, names, symbols]
    starts = [64 + sum(map(len, parts[:i])) for i in range(4)]
    header = b"\x7fELF\x02\x01".ljust(0x28, b"\0") + struct.pack("<Q", starts[3]) + bytes(10) + struct.pack("<HHH", 64, 4, 0)
    sections = [(0, 0, 0, 0), (1, 0x1000, starts[0], len(data)), (3, 0, starts[1], len(names)), (2, 0, starts[2], len(symbols))]
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


@pytest.mark.parametrize("wrong", [
    b"", b"#!/bin/sh\n", library(None), library(network(convolutions=35)), library(network(kind_of_first=INT8)), library(network(identifier=b"TFL3")),
], ids=["nothing", "no library", "no encoder", "another network", "another type", "another format"])
def test_another_file_is_refused(wrong):
    with pytest.raises(speaker_encoder.WrongFile):
        speaker_encoder.from_library(wrong)
