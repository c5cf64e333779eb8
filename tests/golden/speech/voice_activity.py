#!/usr/bin/env python3
"""Makes voice_activity.txt: the probabilities that Silero VAD gives for voice_activity.wav beside it.

An independent computation in double precision, straight from the network's definition, with NumPy. The same code with the
weights of the ONNX file of PyPI's silero-vad 6.2.3 agrees with ONNX Runtime to 2e-5. (That ONNX file and the safetensors
file beside it hold different trainings of one network.) Run: voice_activity.py WEIGHTS.safetensors voice_activity.wav
"""
import json
import struct
import sys

import numpy

FRAME, CONTEXT, WINDOW, HOP, WIDE = 512, 64, 256, 128, 128


def read_weights(path):
    data = open(path, "rb").read()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    body = data[8 + length:]
    return {name: numpy.frombuffer(body[slice(*entry["data_offsets"])], "<f4").reshape(entry["shape"]).astype(float)
            for name, entry in header.items() if name != "__metadata__"}


def sigmoid(x):
    return 1 / (1 + numpy.exp(-x))


def convolve(rows, weights, name, stride):
    padded = numpy.pad(rows, ((1, 1), (0, 0)))
    steps = range(0, len(rows), stride)
    out = [numpy.einsum("tc,oct->o", padded[t:t + 3], weights[name + ".weight"]) + weights[name + ".bias"] for t in steps]
    return numpy.maximum(numpy.array(out), 0)


def encode(samples, weights):
    padded = numpy.pad(samples, (0, CONTEXT), mode="reflect")
    basis = weights["stft_conv.weight"][:, 0]
    spectra = numpy.array([basis @ padded[t:t + WINDOW] for t in range(0, len(padded) - WINDOW + 1, HOP)])
    bins = WINDOW // 2 + 1
    rows = numpy.hypot(spectra[:, :bins], spectra[:, bins:])
    for name, stride in (("conv1", 1), ("conv2", 2), ("conv3", 2), ("conv4", 1)):
        rows = convolve(rows, weights, name, stride)
    return rows[0]


def probabilities(samples, weights):
    context, output, cell = numpy.zeros(CONTEXT), numpy.zeros(WIDE), numpy.zeros(WIDE)
    for start in range(0, len(samples) - FRAME + 1, FRAME):
        frame = samples[start:start + FRAME]
        features = encode(numpy.concatenate([context, frame]), weights)
        gates = (weights["lstm_cell.weight_ih"] @ features + weights["lstm_cell.bias_ih"]
                 + weights["lstm_cell.weight_hh"] @ output + weights["lstm_cell.bias_hh"]).reshape(4, WIDE)
        cell = sigmoid(gates[1]) * cell + sigmoid(gates[0]) * numpy.tanh(gates[2])
        output = sigmoid(gates[3]) * numpy.tanh(cell)
        context = frame[-CONTEXT:]
        yield sigmoid(weights["final_conv.weight"][0, :, 0] @ numpy.maximum(output, 0) + weights["final_conv.bias"][0])


def main():
    wav = open(sys.argv[2], "rb").read()
    samples = numpy.frombuffer(wav[wav.index(b"data") + 8:], "<i2") / 32768
    print("# The probability of speech in each frame of 512 samples; made by voice_activity.py beside this file.")
    for probability in probabilities(samples, read_weights(sys.argv[1])):
        print(f"{probability:.6f}")


main()
