"""Small random models of the shapes that the exporters are for, saved or built with the original classes: only their
sizes are ours. Weights are large, so that attention is far from even."""
import types

import numpy as np
import torch
import transformers as hf
from PIL import Image
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

TEXT = "拿起 red cup"
TINY = dict(hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=2)
DECODER = dict(TINY, num_key_value_heads=1, head_dim=16, max_position_embeddings=4096)


def picture(path, width, height, seed):
    rough = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    Image.fromarray(rough).resize((width, height), Image.BICUBIC).save(path)
    return path


def tokenizer(*special, kind=hf.PreTrainedTokenizerFast, **named):
    """A byte-level BPE in which each word of TEXT is a token."""
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer, bpe.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=400, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False,
                                  special_tokens=["<|end|>", *special, *named.values()])
    bpe.train_from_iterator([TEXT, " " + TEXT, "\n" + TEXT] * 5, trainer)
    return kind(tokenizer_object=bpe, pad_token="<|end|>", eos_token="<|end|>", additional_special_tokens=list(special),
                                      extra_special_tokens=named)


def random(kind, config, seed):
    torch.manual_seed(seed)
    model = kind(config)
    for parameter in model.parameters():
        if parameter.dim() > 1:
            parameter.data = torch.randn_like(parameter) * 1.6 / parameter[0].numel() ** 0.5
    return model.eval()


def chat(image):
    return ("{% for m in messages %}USER: {% for c in m.content %}{% if c.type == 'image' %}" + image +
            "\n{% else %}{{ c.text }}{% endif %}{% endfor %} ASSISTANT:{% endfor %}")


def llava(folder):
    words = tokenizer("<image>")
    config = hf.LlavaConfig(vision_config=hf.CLIPVisionConfig(**TINY, image_size=336, patch_size=14), vision_feature_layer=-2,
                            text_config=hf.LlamaConfig(**DECODER, vocab_size=len(words)), image_token_index=words.convert_tokens_to_ids("<image>"))
    random(hf.LlavaForConditionalGeneration, config, 1).save_pretrained(folder)
    pixels = hf.CLIPImageProcessor(size={"shortest_edge": 336}, crop_size={"height": 336, "width": 336})
    hf.LlavaProcessor(pixels, words, patch_size=14, vision_feature_select_strategy="default", num_additional_image_tokens=1,
                      chat_template=chat("<image>")).save_pretrained(folder)


def qwen2_vl(folder):
    words = tokenizer("<|vision_start|>", "<|image_pad|>", "<|vision_end|>", "<|video_pad|>", kind=hf.Qwen2TokenizerFast)
    name = words.convert_tokens_to_ids
    config = hf.Qwen2VLConfig(text_config=dict(**DECODER, vocab_size=len(words), rope_scaling={"type": "mrope", "mrope_section": [2, 3, 3]}),
                              vision_config=dict(depth=1, embed_dim=32, num_heads=2, hidden_size=32, mlp_ratio=1),
                              image_token_id=name("<|image_pad|>"), video_token_id=name("<|video_pad|>"),
                              vision_start_token_id=name("<|vision_start|>"), vision_end_token_id=name("<|vision_end|>"))
    random(hf.Qwen2VLForConditionalGeneration, config, 2).save_pretrained(folder)
    hf.Qwen2VLProcessor(hf.Qwen2VLImageProcessor(), words, hf.Qwen2VLVideoProcessor(),
                        chat_template=chat("<|vision_start|><|image_pad|><|vision_end|>")).save_pretrained(folder)


def smolvla(folder):
    """LeRobot's own SmolVLA over a small SmolVLM; ImportError without LeRobot."""
    from lerobot.configs.types import FeatureType, PolicyFeature
    from lerobot.policies.smolvla.configuration_smolvla import SmolVLAConfig
    from lerobot.policies.smolvla.modeling_smolvla import SmolVLAPolicy

    words = tokenizer(image_token="<image>", fake_image_token="<fake>", global_image_token="<global>", end_of_utterance_token="<over>")
    vlm = hf.SmolVLMConfig(vision_config=dict(**TINY, image_size=512, patch_size=16), scale_factor=4, image_token_id=words.image_token_id,
                           text_config=dict(**DECODER, model_type="llama", vocab_size=len(words), pad_token_id=0))
    vlm.save_pretrained(folder)
    hf.SmolVLMProcessor(hf.SmolVLMImageProcessor(), words, hf.SmolVLMVideoProcessor()).save_pretrained(folder)
    cameras = {f"observation.images.{name}": PolicyFeature(FeatureType.VISUAL, (3, *size)) for name, size in (("top", (120, 160)), ("wrist", (150, 90)))}
    config = SmolVLAConfig(vlm_model_name=str(folder), num_vlm_layers=2, chunk_size=4, n_action_steps=4, num_steps=2, device="cpu",
                           input_features={**cameras, "observation.state": PolicyFeature(FeatureType.STATE, (6,))},
                           output_features={"action": PolicyFeature(FeatureType.ACTION, (6,))})
    return random(SmolVLAPolicy, config, 3), words


class Pi0Shaped(torch.nn.Module):
    """Of pi0 what matters here: PaliGemma's towers, and a prefix of all cameras, then language padded to a length, in
    which all see all but the padding."""

    def __init__(self, words):
        super().__init__()
        config = hf.PaliGemmaConfig(vision_config=dict(**TINY, model_type="siglip_vision_model", image_size=224, patch_size=14, vision_use_head=False),
                                    text_config=dict(**DECODER, model_type="gemma", vocab_size=len(words)), projection_dim=32)
        self.paligemma = hf.PaliGemmaForConditionalGeneration(config)
        self.paligemma.set_attn_implementation("eager")  # as pi0 does
        self.config = types.SimpleNamespace(image_features={"observation.images.top": None, "observation.images.wrist": None})

    def predict_action_chunk(self, batch):
        model, mask = self.paligemma.model, batch["observation.language.attention_mask"].bool()
        embeddings = [model.get_image_features(batch[key]) for key in self.config.image_features]
        seen = torch.cat([*(torch.ones(part.shape[:2], dtype=torch.bool) for part in embeddings), mask], 1)
        embeddings.append(model.get_input_embeddings()(batch["observation.language.tokens"]))
        blocked = torch.zeros(seen.shape).masked_fill(~seen, torch.finfo(torch.float32).min)[:, None, None].expand(-1, 1, seen.shape[1], -1)
        return model.language_model(inputs_embeds=torch.cat(embeddings, 1), attention_mask=blocked).last_hidden_state


def pi0():
    words = tokenizer()
    return random(Pi0Shaped, words, 4), words
