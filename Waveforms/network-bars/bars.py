#!/usr/bin/env python3
"""Writes bars.onnx, an int8 network that tells how a bar lies in an 8 x 8 picture, and bar.npy, such a picture (numpy, onnx).

Its weights are made by hand: four 3 x 3 filters answer to bars that lie, stand, rise and fall; the largest answers of 2 x 2
places are kept; the last layer adds up each filter's answers. The class is the largest of the four sums.
"""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

nodes, constants = [], []


def constant(name, values, kind):
    constants.append(numpy_helper.from_array(np.array(values, kind), name))
    return name


def dequantised(name, scale, values=None, kind=np.int8):
    """Real values of an int8 tensor, or of int8 or int32 constants."""
    source = name if values is None else constant(name + "_integers", values, kind)
    inputs = [source, constant(name + "_scale", scale, np.float32), constant(name + "_zero", 0, kind)]
    nodes.append(helper.make_node("DequantizeLinear", inputs, [name + "_real"], name=name + "_real"))
    return name + "_real"


def quantised(real, name, scale):
    """An int8 tensor of real values, and its real values again."""
    inputs = [real, constant(name + "_q_scale", scale, np.float32), constant(name + "_q_zero", 0, np.int8)]
    nodes.append(helper.make_node("QuantizeLinear", inputs, [name], name=name))
    return dequantised(name, scale)


picture_scale, answer_scale, sum_scale = 1 / 64, 1 / 16, 1 / 4
filters = np.array(
    [
        [[-1, -1, -1], [2, 2, 2], [-1, -1, -1]],
        [[-1, 2, -1], [-1, 2, -1], [-1, 2, -1]],
        [[-1, -1, 2], [-1, 2, -1], [2, -1, -1]],
        [[2, -1, -1], [-1, 2, -1], [-1, -1, 2]],
    ]
)
votes = np.repeat(np.eye(4), 9, axis=1)

pixels = quantised("picture", "pixels", picture_scale)
weights = dequantised("edges_filter", 1 / 32, 32 * filters[:, None])
bias = dequantised("edges_bias", picture_scale / 32, np.zeros(4), np.int32)
nodes.append(helper.make_node("Conv", [pixels, weights, bias], ["edges_out"], name="edges"))
nodes.append(helper.make_node("Relu", ["edges_out"], ["edges_positive"], name="edges_relu"))
answers = quantised("edges_positive", "answers", answer_scale)
nodes.append(helper.make_node("MaxPool", [answers], ["pool_out"], name="pool", kernel_shape=[2, 2], strides=[2, 2]))
kept = quantised("pool_out", "kept", answer_scale)
shape = constant("flat", [1, 36], np.int64)
nodes.append(helper.make_node("Reshape", [kept, shape], ["flat_out"], name="flatten"))
flat = quantised("flat_out", "features", answer_scale)
weights = dequantised("votes_filter", 1 / 64, 64 * votes)
bias = dequantised("votes_bias", answer_scale / 64, np.zeros(4), np.int32)
nodes.append(helper.make_node("Gemm", [flat, weights, bias], ["votes_out"], name="votes", transB=1))
quantised("votes_out", "sums", sum_scale)

graph = helper.make_graph(
    nodes,
    "bars",
    [helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 1, 8, 8])],
    [helper.make_tensor_value_info("sums_real", TensorProto.FLOAT, [1, 4])],
    constants,
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="bars.py")
model.ir_version = 8
onnx.checker.check_model(model)
onnx.save(model, "bars.onnx")

# A bar that rises from the lower left to the upper right.
np.save("bar.npy", np.fliplr(np.eye(8, dtype=np.float32)).reshape(1, 1, 8, 8))
