# The same without the memory: of each layer only the words' rows and the patches' columns are kept, while it runs.
#   python hf_hook.py Qwen/Qwen2-VL-2B-Instruct cup.png "pick up the red cup"
#   attnviz render cup.png --attention attention.npz --preset qwen2-vl
import sys

import numpy as np
import torch
from transformers import AutoModelForImageTextToText, AutoProcessor

checkpoint, image, text = sys.argv[1:]
processor = AutoProcessor.from_pretrained(checkpoint)
model = AutoModelForImageTextToText.from_pretrained(checkpoint)
model.set_attn_implementation("eager")  # sdpa and flash attention give None; this may be said of a loaded model, too
said = [{"role": "user", "content": [{"type": "image", "path": image}, {"type": "text", "text": text}]}]
inputs = processor.apply_chat_template(said, tokenize=True, return_dict=True, return_tensors="pt")
ids = inputs["input_ids"][0]
words = [processor.decode(token).strip() for token in ids]
columns = (ids == model.config.image_token_id).nonzero()[:, 0]
rows = [i for i, word in enumerate(words) if i > columns[-1] and word and word in text]

kept = []
for name, module in model.named_modules():
    if name.endswith("self_attn") and "vision" not in name:  # the layers of the language model: print the names of yours
        module.register_forward_hook(lambda module, given, made: kept.append(made[1][0][:, rows][..., columns].float()))
with torch.no_grad():
    model(**inputs)
np.savez("attention.npz", attention=torch.stack(kept).numpy(), words=[words[i] for i in rows])
