"""Reads the tensors of an old-style PyTorch file (five pickles, then raw storages) without PyTorch and without running what
the pickles name: only the few names below are known, and they only describe. Writes them as safetensors."""

import collections
import io
import json
import pickle
import struct

MAGIC = 0x1950A86A20F9469CFC6C
Tensor = collections.namedtuple("Tensor", "storage offset shape strides")


def rebuild_tensor(storage, offset, shape, strides, *_):
    return Tensor(storage, offset, shape, strides)


KNOWN = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): rebuild_tensor,
    ("torch", "FloatStorage"): "float32",
}


class Unpickler(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) not in KNOWN:
            raise pickle.UnpicklingError(f"{module}.{name} has no place in a file of weights")
        return KNOWN[module, name]

    def persistent_load(self, identity):
        kind, element, key, _, _, view = identity
        if kind != "storage" or element != "float32" or view is not None:
            raise pickle.UnpicklingError("a storage of another kind")
        return key


def read(data):
    """What the file's object is, its tensors as descriptions, and the bytes of each storage by its key."""
    file = io.BytesIO(data)
    if Unpickler(file).load() != MAGIC:
        raise pickle.UnpicklingError("not an old-style PyTorch file")
    for _ in ("protocol", "system"):
        Unpickler(file).load()
    root = Unpickler(file).load()
    storages = {}
    for key in Unpickler(file).load():
        (elements,) = struct.unpack("<q", file.read(8))
        storages[key] = file.read(4 * elements)
    return root, storages


def tensor_bytes(tensor, storages):
    size, strides = 1, []
    for extent in reversed(tensor.shape):
        strides.insert(0, size)
        size *= extent
    data = storages[tensor.storage][4 * tensor.offset:4 * (tensor.offset + size)]
    if tuple(strides) != tuple(tensor.strides) or len(data) != 4 * size:
        raise pickle.UnpicklingError("a tensor that is not whole and contiguous")
    return data


def safetensors(tensors, storages):
    header, body = {}, b""
    for name in sorted(tensors):
        data = tensor_bytes(tensors[name], storages)
        header[name] = {"dtype": "F32", "shape": list(tensors[name].shape), "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + body
