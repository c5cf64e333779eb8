"""scripts/torch_file.py: weights out of an old-style PyTorch file, without running what the file names."""

import importlib.util
import json
import pathlib
import pickle
import struct

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]


def load():
    spec = importlib.util.spec_from_file_location("torch_file", ROOT / "scripts/torch_file.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


torch_file = load()


class Named:
    """Pickles as the global module.name, or as its call with arguments."""

    def __init__(self, module, name, arguments=None):
        self.module, self.name, self.arguments = module, name, arguments


def pickled(value):
    """Protocol 2 by hand, for the names of a package that is not there."""
    if isinstance(value, Named):
        name = f"c{value.module}\n{value.name}\n".encode()
        return name if value.arguments is None else name + pickled(value.arguments) + b"R"
    if isinstance(value, tuple) and value[:1] == ("storage",):
        return plain_tuple(value) + b"Q"
    if isinstance(value, tuple):
        return plain_tuple(value)
    if isinstance(value, dict):
        return b"}(" + b"".join(pickled(key) + pickled(item) for key, item in value.items()) + b"u"
    return pickle.dumps(value, 2)[2:-1]


def plain_tuple(value):
    return b"(" + b"".join(pickled(item) for item in value) + b"t"


def tensor(key, offset, shape, strides, element="FloatStorage", elements=100):
    storage = ("storage", Named("torch", element), key, "cpu", elements, None)
    return Named("torch._utils", "_rebuild_tensor_v2", (storage, offset, shape, strides, False, Named("collections", "OrderedDict", ())))


def file_of(root, storages, magic=torch_file.MAGIC):
    parts = [pickle.dumps(magic, 2), pickle.dumps(1001, 2), pickle.dumps({"little_endian": True}, 2)]
    parts.append(b"\x80\x02" + pickled(root) + b".")
    parts.append(pickle.dumps(list(storages), 2))
    for values in storages.values():
        parts.append(struct.pack(f"<q{len(values)}f", len(values), *values))
    return b"".join(parts)


def converted(root, storages):
    found, bytes_of = torch_file.read(file_of(root, storages))
    data = torch_file.safetensors(found, bytes_of)
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8:8 + length])
    body = data[8 + length:]
    result = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        result[name] = (entry["shape"], list(struct.unpack(f"<{(end - begin) // 4}f", body[begin:end])))
    return result


def test_tensors_keep_their_shapes_and_values():
    root = {"b": tensor("2", 1, (2, 3), (3, 1)), "a": tensor("1", 0, (2,), (1,))}
    assert converted(root, {"1": [0.5, -2.0], "2": [9, 1, 2, 3, 4, 5, 6, 9]}) == {"a": ([2], [0.5, -2.0]), "b": ([2, 3], [1, 2, 3, 4, 5, 6])}


def test_a_name_that_no_weights_need_is_refused_before_it_is_called(tmp_path):
    trace = tmp_path / "called"
    for call in (Named("os", "mkdir", (str(trace),)), Named("builtins", "eval", ("1",)), Named("torch", "LongStorage")):
        with pytest.raises(pickle.UnpicklingError, match="has no place"):
            torch_file.read(file_of({"a": call}, {}))
    assert not trace.exists()


@pytest.mark.parametrize("wrong", [
    tensor("1", 0, (2, 2), (1, 2)),  # transposed in place
    tensor("1", 3, (2,), (1,)),  # past the end of its storage
])
def test_a_tensor_that_is_not_whole_and_contiguous_is_refused(wrong):
    with pytest.raises(pickle.UnpicklingError, match="whole and contiguous"):
        converted({"a": wrong}, {"1": [1, 2, 3, 4]})


def test_another_file_is_refused():
    with pytest.raises(pickle.UnpicklingError, match="old-style"):
        torch_file.read(file_of({}, {}, magic=7))
