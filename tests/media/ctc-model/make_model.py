#!/usr/bin/env python3
"""Makes model.onnx: a "zipformer CTC" recogniser of a handful of nodes that hears whether a sound is low or high.

It proves that a model of another family than the default one goes through the engine, without a download. Needs the
PyPI package `onnx`; the result is committed, so that nobody has to run this: python3 make_model.py
"""
from onnx import TensorProto, helper, numpy_helper, save
import numpy

FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64
BLANK_LEVEL = 0.0  # log energy below which a frame is silence

nodes = [
    helper.make_node("Split", ["x"], ["lower_bins", "upper_bins"], axis=2),
    helper.make_node("ReduceMax", ["lower_bins"], ["low"], axes=[2], keepdims=1),
    helper.make_node("ReduceMax", ["upper_bins"], ["high"], axes=[2], keepdims=1),
    helper.make_node("Mul", ["low", "zero"], ["nothing"]),
    helper.make_node("Add", ["nothing", "blank_level"], ["blank"]),
    helper.make_node("Concat", ["blank", "low", "high"], ["scores"], axis=2),
    helper.make_node("LogSoftmax", ["scores"], ["log_probs"], axis=2),
    helper.make_node("Identity", ["x_lens"], ["log_probs_len"]),
]
graph = helper.make_graph(
    nodes, "low_or_high",
    [helper.make_tensor_value_info("x", FLOAT, ["N", "T", 80]), helper.make_tensor_value_info("x_lens", INT64, ["N"])],
    [helper.make_tensor_value_info("log_probs", FLOAT, ["N", "T", 3]),
     helper.make_tensor_value_info("log_probs_len", INT64, ["N"])],
    [numpy_helper.from_array(numpy.array(0.0, numpy.float32), "zero"),
     numpy_helper.from_array(numpy.array(BLANK_LEVEL, numpy.float32), "blank_level")])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
helper.set_model_props(model, {"model_type": "zipformer2_ctc", "version": "1", "vocab_size": "3"})
save(model, "model.onnx")
