"""Takes the speaker encoder and what its vectors say of speakers out of the library that holds them: symbols of an ELF
file, one of which is a network in ONNX Runtime's format (a FlatBuffer). Reads, never runs. Writes safetensors."""

import json
import math
import struct

NAMESPACE = "_ZN9cppannote19embedded_community1"
BLOCKS = {1: 3, 2: 4, 3: 6, 4: 3}  # of each layer
FLOAT, INT8, DOUBLE = 1, 3, 11     # ONNX's types


class WrongFile(Exception):
    """It is not the library that this was written for."""


def symbols(library):
    """{name: its bytes} of the namespace's data, by the symbol table of a 64-bit little-endian ELF file."""
    if library[:6] != b"\x7fELF\x02\x01":
        raise WrongFile("not a 64-bit little-endian ELF file")
    (at,) = struct.unpack_from("<Q", library, 0x28)
    size, count = struct.unpack_from("<HH", library, 0x3A)
    sections = [struct.unpack_from("<IIQQQQIIQQ", library, at + size * i) for i in range(count)]
    found = {}
    for table in (section for section in sections if section[1] == 2):
        names = sections[table[6]][4]
        for place in range(table[4], table[4] + table[5], 24):
            name_at, _, _, section, address, length = struct.unpack_from("<IBBHQQ", library, place)
            name = library[names + name_at:library.index(b"\0", names + name_at)].decode()
            if name.startswith(NAMESPACE) and 0 < section < count:
                start = address - sections[section][3] + sections[section][4]
                if start < 0 or start + length > len(library):
                    raise WrongFile(f"{name} lies outside of the library")
                found[name.removeprefix(NAMESPACE)] = library[start:start + length]
    return found


class Table:
    """A table of a FlatBuffer."""

    def __init__(self, data, at):
        self.data, self.at = data, at
        self.fields = at - struct.unpack_from("<i", data, at)[0]
        self.count = (struct.unpack_from("<H", data, self.fields)[0] - 4) // 2

    def place(self, field):
        offset = struct.unpack_from("<H", self.data, self.fields + 4 + 2 * field)[0] if field < self.count else 0
        return self.at + offset if offset else None

    def follow(self, field):
        place = self.place(field)
        return None if place is None else place + struct.unpack_from("<I", self.data, place)[0]

    def number(self, field):
        place = self.place(field)
        return 0 if place is None else struct.unpack_from("<i", self.data, place)[0]

    def table(self, field):
        return Table(self.data, self.follow(field))

    def vector(self, field, bytes_each):
        place = self.follow(field)
        if place is None:
            return b""
        (count,) = struct.unpack_from("<I", self.data, place)
        return self.data[place + 4:place + 4 + count * bytes_each]

    def text(self, field):
        return self.vector(field, 1).decode()

    def references(self, field):
        vector, place = self.vector(field, 4), self.follow(field)
        return [place + 4 + 4 * i + offset for i, (offset,) in enumerate(struct.iter_unpack("<I", vector))]

    def tables(self, field):
        return [Table(self.data, place) for place in self.references(field)]

    def texts(self, field):
        return [self.data[place + 4:place + 4 + struct.unpack_from("<I", self.data, place)[0]].decode() for place in self.references(field)]


def as_float(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


class Network:
    """Fields by their number in ONNX Runtime's schema (onnxruntime/core/flatbuffers/schema/ort.fbs)."""

    def __init__(self, data):
        if data[4:8] != b"ORTM":
            raise WrongFile("the network is not in ONNX Runtime's format")
        graph = Table(data, struct.unpack_from("<I", data, 0)[0]).table(1).table(7)
        self.tensors = {tensor.text(0): tensor for tensor in graph.tables(0)}
        self.nodes = [(node.text(5), node.texts(8), node.texts(9)) for node in graph.tables(2)]

    def weights(self, name):
        """(shape, float32 bytes), as the graph's own Cast, Mul and Add make them of 8-bit values."""
        name, dequantised = name.removesuffix("_add_tensor"), name.endswith("_add_tensor")
        tensor = self.tensors[name + "_quantized" if dequantised else name]
        shape = [extent for (extent,) in struct.iter_unpack("<q", tensor.vector(2, 8))]
        values = tensor.vector(4, 1)
        if tensor.number(3) != (INT8 if dequantised else FLOAT):
            raise WrongFile(f"{name} has values of another type")
        if dequantised:
            scale, zero = (struct.unpack("<f", self.tensors[name + part].vector(4, 1))[0] for part in ("_scale", "_zero_point"))
            signed = [byte - 256 * (byte > 127) for byte in range(256)]
            table = [struct.pack("<f", as_float(value * scale) + zero) for value in signed]
            values = b"".join([table[byte] for byte in values])
        return shape, values


def plain_names():
    """The convolutions in the order of the graph: a block's shortcut comes after its first."""
    names = ["conv1"]
    for layer, blocks in BLOCKS.items():
        for block in range(blocks):
            shortcut = [f"layer{layer}.{block}.shortcut"] if layer > 1 and block == 0 else []
            names += [f"layer{layer}.{block}.conv1", *shortcut, f"layer{layer}.{block}.conv2"]
    return names


def network_tensors(data):
    network = Network(data)
    convolutions = [inputs for kind, inputs, _ in network.nodes if kind == "Conv"]
    last = [inputs for kind, inputs, _ in network.nodes if kind == "Gemm"]
    names = plain_names()
    if len(convolutions) != len(names) or len(last) != 1:
        raise WrongFile("the network has another structure")
    found = {}
    for name, (_, weight, bias) in zip([*names, "embedding"], [*convolutions, *last]):
        found[name + ".weight"], found[name + ".bias"] = network.weights(weight), network.weights(bias)
    return found


def transposed(values, rows):
    columns = len(values) // rows
    return [values[row * columns + column] for column in range(columns) for row in range(rows)]


def space_tensors(data):
    def values(name, kind):
        bytes_each = 4 if kind == "f" else 8
        block = data[f"{len(name)}{name}E"]
        return list(struct.unpack(f"<{len(block) // bytes_each}{kind}", block))

    between = values("plda_psi", "d")
    size = len(between)
    voice_mean = values("xvec_mean1", "d")
    tensors = {
        "space.voice_mean": ([len(voice_mean)], voice_mean),
        "space.discriminants": ([size, len(voice_mean)], transposed(values("xvec_lda", "f"), len(voice_mean))),
        "space.discriminant_mean": ([size], values("xvec_mean2", "f")),
        "space.mean": ([size], values("plda_mu", "d")),
        "space.transform": ([size, size], values("plda_tr", "d")),
        "space.between": ([size], between),
    }
    return {name: (shape, struct.pack(f"<{len(some)}f", *some)) for name, (shape, some) in tensors.items()}


def safetensors(tensors):
    header, data = {}, b""
    for name, (shape, values) in sorted(tensors.items()):
        if math.prod(shape) * 4 != len(values):
            raise WrongFile(f"{name} has not as many values as its shape says")
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(values)]}
        data += values
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def from_library(library):
    """The safetensors file, or WrongFile: whatever else the bytes are."""
    try:
        return read(library)
    except (struct.error, LookupError, ValueError, TypeError, ArithmeticError) as fault:
        raise WrongFile(f"not the library that scripts/speaker_encoder.py reads: {fault!r}") from fault


def read(library):
    data = symbols(library)
    if "18embedding_ort_dataE" not in data:
        raise WrongFile("the library holds no speaker encoder")
    return safetensors(network_tensors(data["18embedding_ort_dataE"]) | space_tensors(data))
