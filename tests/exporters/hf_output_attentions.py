# Attention of a vision-language model of transformers, from the words of an instruction to the patches of an image.
#   python hf_output_attentions.py llava-hf/llava-1.5-7b-hf cup.png "pick up the red cup"
#   attnviz render cup.png --attention attention.npz --preset llava
import sys

import numpy as np
import torch
from transformers import AutoModelForImageTextToText, AutoProcessor

checkpoint, image, text = sys.argv[1:]
processor = AutoProcessor.from_pretrained(checkpoint)
model = AutoModelForImageTextToText.from_pretrained(checkpoint, attn_implementation="eager")  # fused kernels give None
said = [{"role": "user", "content": [{"type": "image", "path": image}, {"type": "text", "text": text}]}]
inputs = processor.apply_chat_template(said, tokenize=True, return_dict=True, return_tensors="pt")
with torch.no_grad():
    layers = model(**inputs, output_attentions=True).attentions  # one a layer: [1, heads, tokens, tokens]

ids = inputs["input_ids"][0]
words = [processor.decode(token).strip() for token in ids]
columns = (ids == model.config.image_token_id).nonzero()[:, 0]  # the patches
rows = [i for i, word in enumerate(words) if i > columns[-1] and word and word in text]  # what comes before sees no image
attention = torch.stack([layer[0][:, rows][..., columns] for layer in layers])  # [layers, heads, words, patches]
np.savez("attention.npz", attention=attention.float().numpy(), words=[words[i] for i in rows])
