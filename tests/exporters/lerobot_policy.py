# Attention inside a LeRobot policy whose input begins with camera tokens, then language (SmolVLA, pi0):
#
#   from lerobot.policies.factory import make_pre_post_processors
#   from lerobot.policies.smolvla.modeling_smolvla import SmolVLAPolicy
#   from lerobot_policy import dump
#
#   policy = SmolVLAPolicy.from_pretrained(path)
#   preprocess, _ = make_pre_post_processors(policy.config, path)
#   dump(policy, preprocess(observation), policy.model.vlm_with_expert.processor.tokenizer)  # pi0: patches=256, behind=0
#
#   attnviz render top.png --view wrist.png --attention attention.npz --preset smolvla     # cameras in the policy's order
#
# pi0: --preset pi0. Not with compile_model=True.
from unittest import mock

import numpy as np
import torch


def dump(policy, batch, tokenizer, patches=64, behind=1):  # tokens a camera; tokens behind the language (the state)
    tokens = batch["observation.language.tokens"][0]
    said = int(batch["observation.language.attention_mask"][0].sum())  # the rest is padding
    image = patches * sum(key in batch for key in policy.config.image_features)
    kept, softmax = [], torch.nn.functional.softmax

    def keep(scores, *args, **kwargs):
        weights = softmax(scores, *args, **kwargs)
        if weights.shape[-2:] == (image + len(tokens) + behind,) * 2:  # cameras and words among themselves
            kept.append(weights[0, :, image : image + said, :image].float().cpu())
        return weights

    with mock.patch("torch.nn.functional.softmax", keep), torch.no_grad():
        policy.predict_action_chunk(batch)
    words = [tokenizer.decode(token).strip() for token in tokens[:said]]
    rows = [i for i, word in enumerate(words) if word]  # the line's end is no word
    np.savez("attention.npz", attention=torch.stack(kept)[:, :, rows].numpy(), words=[words[i] for i in rows])
