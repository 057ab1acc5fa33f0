"""The peers that are used from Python: PyTorch and ONNX Runtime. Imported only by the process that runs them."""

import numpy as np

from layer import inputs


class TorchLayer:
    """torch.nn.MultiheadAttention, evaluation and inference mode. (Cross-attention has no fast path of its own there;
    without weights it calls scaled_dot_product_attention.)"""

    def __init__(self, shape, with_weights):
        import torch
        self.torch, self.with_weights = torch, with_weights
        values = inputs(shape)
        weight, bias = ([torch.from_numpy(array) for array in arrays] for arrays in (values.weight, values.bias))
        self.attention = torch.nn.MultiheadAttention(shape.dim, shape.heads).eval()
        with torch.no_grad():
            self.attention.in_proj_weight.copy_(torch.cat(weight[:3]))
            self.attention.in_proj_bias.copy_(torch.cat(bias[:3]))
            self.attention.out_proj.weight.copy_(weight[3])
            self.attention.out_proj.bias.copy_(bias[3])
        self.words, self.patches = (torch.from_numpy(array)[:, None] for array in (values.words, values.patches))

    def run(self, count):
        with self.torch.inference_mode():
            for _ in range(count):
                self.output = self.attention(self.words, self.patches, self.patches, need_weights=self.with_weights)

    def result(self):
        output, weights = self.output
        return output[:, 0].numpy(), None if weights is None else weights[0].numpy()


class SdpaLayer:
    """torch.nn.functional.scaled_dot_product_attention between projections of its own. (Tried and not faster: keys and
    values from one product.)"""

    def __init__(self, shape):
        import torch
        self.torch, self.shape = torch, shape
        values = inputs(shape)
        self.words, self.patches = torch.from_numpy(values.words), torch.from_numpy(values.patches)
        self.weight, self.bias = ([torch.from_numpy(array) for array in arrays] for arrays in (values.weight, values.bias))

    def project(self, x, index):
        return self.torch.nn.functional.linear(x, self.weight[index], self.bias[index])

    def heads(self, x):  # [rows, dim] -> [1, heads, rows, head_dim]
        return x.view(1, x.shape[0], self.shape.heads, -1).transpose(1, 2)

    def run(self, count):
        with self.torch.inference_mode():
            for _ in range(count):
                query, key, value = (self.heads(self.project(x, i))
                                     for i, x in enumerate((self.words, self.patches, self.patches)))
                attended = self.torch.nn.functional.scaled_dot_product_attention(query, key, value)
                self.output = self.project(attended.transpose(1, 2).reshape(self.shape.words, self.shape.dim), 3)

    def result(self):
        return self.output.numpy(), None


class OrtLayer:
    """A graph of four products around one attention operator: `operator` is MultiHeadAttention (com.microsoft; gives raw
    scores, so the weights take a Softmax more) or Attention (ai.onnx 23; gives the weights of every head). Bound to
    memory once, so that nothing is copied in or out."""

    def __init__(self, shape, threads, operator, with_weights):
        import onnxruntime as ort
        self.with_weights = with_weights
        options = ort.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        model = ort_model(shape, operator, with_weights)
        self.session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        self.binding = self.session.io_binding()
        values = inputs(shape)
        self.bound = {"words": ort.OrtValue.ortvalue_from_numpy(values.words[None]),
                      "patches": ort.OrtValue.ortvalue_from_numpy(values.patches[None])}
        for name, value in self.bound.items():
            self.binding.bind_ortvalue_input(name, value)
        outputs = {"output": (1, shape.words, shape.dim)}
        if with_weights:
            outputs["weights"] = (1, shape.words, shape.patches)
        self.outputs = {name: ort.OrtValue.ortvalue_from_numpy(np.zeros(size, np.float32)) for name, size in outputs.items()}
        for name, value in self.outputs.items():
            self.binding.bind_ortvalue_output(name, value)

    def run(self, count):
        for _ in range(count):
            self.session.run_with_iobinding(self.binding)

    def result(self):
        weights = self.outputs["weights"].numpy()[0] if self.with_weights else None
        return self.outputs["output"].numpy()[0], weights


def attention_nodes(shape, operator, with_weights):
    """From query, key and value to attended and, where wanted, to the maps of all heads."""
    from onnx import helper
    inputs_of_node = ["query", "key", "value"]
    if operator == "Attention":  # mode 3: what comes out of the softmax
        mode = {"qk_matmul_output_mode": 3} if with_weights else {}
        outputs = ["attended", "", "", "maps"] if with_weights else ["attended"]
        return [helper.make_node("Attention", inputs_of_node, outputs, q_num_heads=shape.heads, kv_num_heads=shape.heads,
                                 **mode)]
    outputs = ["attended", "", "", "scores"] if with_weights else ["attended"]
    nodes = [helper.make_node("MultiHeadAttention", inputs_of_node, outputs, domain="com.microsoft", num_heads=shape.heads)]
    return nodes + [helper.make_node("Softmax", ["scores"], ["maps"], axis=-1)] if with_weights else nodes


def ort_model(shape, operator, with_weights):
    from onnx import TensorProto, helper, numpy_helper
    values = inputs(shape)
    nodes, constants = [], []

    def constant(name, array):
        constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def project(x, index, y):
        weight = constant(f"weight{index}", values.weight[index].T)
        bias = constant(f"bias{index}", values.bias[index])
        nodes.append(helper.make_node("MatMul", [x, weight], [f"product{index}"]))
        nodes.append(helper.make_node("Add", [f"product{index}", bias], [y]))

    def tensor(name, *dims):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, dims)

    for index, (x, y) in enumerate((("words", "query"), ("patches", "key"), ("patches", "value"))):
        project(x, index, y)
    nodes += attention_nodes(shape, operator, with_weights)
    project("attended", 3, "output")
    arguments = [tensor("words", 1, shape.words, shape.dim), tensor("patches", 1, shape.patches, shape.dim)]
    outputs, inner = [tensor("output", 1, shape.words, shape.dim)], []
    if with_weights:
        heads_axis = constant("heads_axis", np.array([1]))
        nodes.append(helper.make_node("ReduceMean", ["maps", heads_axis], ["weights"], keepdims=0))
        outputs.append(tensor("weights", 1, shape.words, shape.patches))
        inner = [tensor(name, 1, shape.heads, shape.words, shape.patches) for name in ("scores", "maps")]
    graph = helper.make_graph(nodes, "layer", arguments, outputs, constants, value_info=inner)
    opsets = [helper.make_opsetid("", 23), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10)
