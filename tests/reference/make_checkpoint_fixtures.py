"""Small random checkpoints of each supported architecture, saved by the original library in its own form, and what it
computes with them, for tests/reference/checkpoints_test.cpp. Needs torch, transformers 4.57, tokenizers, sentencepiece,
safetensors, numpy and pillow:

    python make_checkpoint_fixtures.py data/checkpoints

Each folder data/checkpoints/NAME is a checkpoint; NAME.safetensors beside it holds an image (uint8), token ids, pixels
and maps. `square` is an image of the model's own shape, `wide` one of 3:2 with more patches. The models are random but
not gentle: weights are large, so that every layer and every bias moves the result.
"""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import sentencepiece
import torch
import transformers as hf
from PIL import Image
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

GEMMA = Path(__file__).parent / "data" / "tokenizers" / "gemma-json"  # make_tokenizer_fixtures.py
INSTRUCTION = "pick up the red cup"
WORDS = INSTRUCTION.split()
CHINESE = "拿起红色杯子"
CHINESE_WORDS = ["拿起", "红色", "杯子"]
TEXT = [INSTRUCTION, "a photo of a {}.", "This is a photo of cup.", "put the blue bowl on the table", "a b c d e f 0 1 2"]
TEXT += ["place the yellow banana into the small green box", "open the drawer and take out the spoon, please!"] * 3
DIM, PROJECTION, PATCH, SIDE = 32, 24, 8, 4
# Both sides differ in everything, and epsilon is large, so that none can be taken for the other or left out.
SIZE = dict(hidden_size=DIM, intermediate_size=48, num_hidden_layers=3, num_attention_heads=4, layer_norm_eps=1e-2)
IMAGE = dict(hidden_size=40, intermediate_size=52, num_hidden_layers=4, num_attention_heads=2, layer_norm_eps=3e-2,
             image_size=PATCH * SIDE, patch_size=PATCH)


def stir(model, seed):
    """Large random weights, norms around 1, a mild temperature."""
    torch.manual_seed(seed)
    for name, parameter in model.named_parameters():
        with torch.no_grad():
            if "logit_scale" in name and parameter.dim() == 0:
                parameter.fill_(1.9)
            elif parameter.dim() < 2:
                near = 1.0 if "norm" in name.lower() and name.endswith("weight") else 0.0
                parameter.copy_(near + 0.2 * torch.randn_like(parameter))
            else:
                parameter.copy_(torch.randn_like(parameter) * (0.9 / parameter[0].numel() ** 0.5 if "emb" not in name else 0.4))
    return model.eval()


def clip_tokenizer(folder):
    letters = pre_tokenizers.ByteLevel.alphabet()
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    trainer = trainers.BpeTrainer(vocab_size=700, end_of_word_suffix="</w>", initial_alphabet=letters, show_progress=False)
    tokenizer.train_from_iterator([line.lower() for line in TEXT * 3], trainer)
    parts = json.loads(tokenizer.to_str())["model"]
    merges = [" ".join(pair) if isinstance(pair, list) else pair for pair in parts["merges"]]
    pieces = sorted(letters) + [letter + "</w>" for letter in sorted(letters)] + ["".join(pair.split()) for pair in merges]
    pieces = list(dict.fromkeys(pieces)) + ["<|startoftext|>", "<|endoftext|>"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps({piece: i for i, piece in enumerate(pieces)}, ensure_ascii=False))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n")
    return hf.CLIPTokenizerFast.from_pretrained(folder)


def bert_tokenizer(folder):
    words = sorted({word.strip(".,!{}").lower() for line in TEXT for word in line.split()} - {""})
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + list("abcdefghijklmnopqrstuvwxyz.,!") + words
    vocabulary += ["##" + letter for letter in "abcdefghijklmnopqrstuvwxyz"] + sorted(set(CHINESE + "一张的照片。"))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.txt").write_text("\n".join(dict.fromkeys(vocabulary)) + "\n")
    return hf.BertTokenizerFast.from_pretrained(folder)


def siglip_tokenizer(folder):
    folder.mkdir(parents=True, exist_ok=True)
    corpus = folder / "corpus.txt"
    corpus.write_text("\n".join(line.lower() for line in TEXT * 40))
    sentencepiece.SentencePieceTrainer.train(input=str(corpus), model_prefix=str(folder / "spiece"), vocab_size=120, hard_vocab_limit=False, pad_id=1,
                                             eos_id=2, unk_id=0, bos_id=-1, character_coverage=1.0, minloglevel=2)
    corpus.unlink()
    (folder / "spiece.vocab").unlink()
    return hf.SiglipTokenizer(str(folder / "spiece.model"), model_max_length=40)


def gemma_tokenizer(folder):
    return hf.GemmaTokenizerFast.from_pretrained(GEMMA, padding_side="right")


def picture(width, height, seed):
    generator = np.random.default_rng(seed)
    rough = generator.integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return Image.fromarray(rough).resize((width, height), Image.BICUBIC)


def pixels_of(processor, image, size):
    """As the original's processor does it, but for the size: our grids keep the image's own shape."""
    ready = image.resize(size, Image.BICUBIC)
    return processor(images=ready, do_resize=False, do_center_crop=False, return_tensors="pt").pixel_values


class Case:
    def __init__(self, name, out):
        self.name, self.out, self.folder, self.arrays = name, out, out / name, {}

    def images(self, processor):
        """The square image through the processor itself; the wide one through our geometry, 6 x 4 patches."""
        square, wide = picture(50, 50, 1), picture(90, 60, 2)
        self.arrays |= {"square.image": np.asarray(square), "wide.image": np.asarray(wide)}
        pixels = {"square": processor(images=square, return_tensors="pt").pixel_values,
                  "wide": pixels_of(processor, wide, (6 * PATCH, 4 * PATCH))}
        for which, values in pixels.items():
            self.arrays[which + ".pixels"] = values[0].numpy()
        return pixels

    def save(self, model, processor=None, tokenizer=None, dtype=torch.float32, **options):
        model.to(dtype).save_pretrained(self.folder, safe_serialization=True, **options)
        for part in (processor, tokenizer):
            if part is not None:
                part.save_pretrained(self.folder)
        # Their text alone: `tokenizer.json` and the like repeat it.
        for spare in ("tokenizer.json", "generation_config.json"):
            (self.folder / spare).unlink(missing_ok=True)
        save_file({name: np.ascontiguousarray(value) for name, value in self.arrays.items()}, self.out / f"{self.name}.safetensors")


def rounded(model, dtype):
    """What is stored in 16 bits is computed with in 32."""
    return model.to(dtype).to(torch.float32)


def prompts(words, instruction, template):
    ends = [instruction.index(word) + len(word) for word in words]
    return [template.format(word) for word in words] + [instruction[:end] for end in ends]


def text_features(case, model, tokenizer, texts, pad=None):
    rows = []
    for number, text in enumerate(texts):
        ids = tokenizer(text).input_ids if pad is None else tokenizer(text, padding="max_length", max_length=pad).input_ids
        case.arrays[f"ids.{number}"] = np.array(tokenizer(text).input_ids, dtype=np.float32)
        rows.append(model.get_text_features(torch.tensor([ids]))[0])
    return torch.stack(rows)


def dense_maps(case, which, patches, texts, scale):
    cosine = torch.nn.functional.normalize(texts, dim=-1) @ torch.nn.functional.normalize(patches, dim=-1).T
    case.arrays[which + ".maps"] = (scale * cosine).softmax(-1).detach().numpy()


def clip_patches(model, pixels):
    """Each patch attends to itself alone in the last layer; no residual, no feed-forward."""
    vision = model.vision_model
    states = vision(pixel_values=pixels, output_hidden_states=True, interpolate_pos_encoding=True).hidden_states[-2][0, 1:]
    layer = vision.encoder.layers[-1]
    values = torch.cat([layer.self_attn(layer.layer_norm1(state)[None, None], output_attentions=False)[0][0] for state in states])
    return model.visual_projection(vision.post_layernorm(values))


def make_clip(out):
    case = Case("clip", out)
    tokenizer = clip_tokenizer(case.folder)
    ids = dict(bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id)
    config = hf.CLIPConfig(text_config=dict(SIZE, vocab_size=len(tokenizer), max_position_embeddings=20, projection_dim=PROJECTION, **ids),
                           vision_config=dict(IMAGE, projection_dim=PROJECTION), projection_dim=PROJECTION)
    model = stir(hf.CLIPModel._from_config(config, attn_implementation="eager"), 1)
    processor = hf.CLIPImageProcessor(size={"shortest_edge": PATCH * SIDE}, crop_size=PATCH * SIDE)
    texts = text_features(case, model, tokenizer, prompts(WORDS, INSTRUCTION, "a photo of a {}."))
    for which, pixels in case.images(processor).items():
        dense_maps(case, which, clip_patches(model, pixels), texts, model.logit_scale.exp())
    case.save(model, processor, tokenizer)


def make_chinese_clip(out):
    case = Case("chinese_clip", out)
    tokenizer = bert_tokenizer(case.folder)
    config = hf.ChineseCLIPConfig(text_config=dict(SIZE, vocab_size=len(tokenizer), max_position_embeddings=20),
                                  vision_config=dict(IMAGE, projection_dim=PROJECTION), projection_dim=PROJECTION)
    model = stir(hf.ChineseCLIPModel._from_config(config, attn_implementation="eager"), 2)
    processor = hf.ChineseCLIPImageProcessor(size={"height": PATCH * SIDE, "width": PATCH * SIDE}, do_center_crop=False)
    rows = []
    for number, text in enumerate(prompts(CHINESE_WORDS, CHINESE, "一张{}的照片。")):
        ids = tokenizer(text).input_ids
        case.arrays[f"ids.{number}"] = np.array(ids, dtype=np.float32)
        rows.append(model.text_projection(model.text_model(torch.tensor([ids]))[0][0, 0]))
    for which, pixels in case.images(processor).items():
        dense_maps(case, which, clip_patches(model, pixels), torch.stack(rows), model.logit_scale.exp())
    case.save(model, processor, tokenizer, max_shard_size="60kB")


def make_siglip(out, name="siglip", make_tokenizer=siglip_tokenizer, seed=3):
    case = Case(name, out)
    tokenizer = make_tokenizer(case.folder)
    config = hf.SiglipConfig(text_config=dict(SIZE, vocab_size=len(tokenizer), max_position_embeddings=40, projection_size=IMAGE["hidden_size"]),
                             vision_config=IMAGE)
    model = rounded(stir(hf.SiglipModel._from_config(config, attn_implementation="eager"), seed), torch.bfloat16)
    processor = hf.SiglipImageProcessor(size={"height": PATCH * SIDE, "width": PATCH * SIDE}, resample=Image.BICUBIC)
    texts = text_features(case, model, tokenizer, prompts(WORDS, INSTRUCTION, "This is a photo of {}."), pad=40)
    vision = model.vision_model
    for which, pixels in case.images(processor).items():
        states = vision(pixel_values=pixels, interpolate_pos_encoding=True).last_hidden_state[0]
        dense_maps(case, which, torch.cat([vision.head(state[None, None]) for state in states]), texts, model.logit_scale.exp())
    case.save(model, processor, tokenizer, dtype=torch.bfloat16)


def make_siglip2(out):
    """The same model with the tokenizer of Gemma, which only tokenizer.json holds."""
    make_siglip(out, "siglip2", gemma_tokenizer, 7)
    shutil.copy(GEMMA / "tokenizer.json", out / "siglip2")


def make_owlvit(out):
    case = Case("owlvit", out)
    tokenizer = clip_tokenizer(case.folder)
    tokenizer.pad_token = "!"
    config = hf.OwlViTConfig(text_config=dict(SIZE, vocab_size=len(tokenizer), max_position_embeddings=16), vision_config=IMAGE,
                             projection_dim=DIM)
    model = hf.OwlViTForObjectDetection._from_config(config, attn_implementation="eager")
    model = rounded(stir(model, 4), torch.float16)
    processor = hf.OwlViTImageProcessor(size={"height": PATCH * SIDE, "width": PATCH * SIDE}, resample=Image.BICUBIC, do_center_crop=False)
    texts = prompts(WORDS, INSTRUCTION, "a photo of a {}")
    for which, pixels in case.images(processor).items():
        rows = []
        for number, text in enumerate(texts):
            ids = tokenizer(text).input_ids
            case.arrays[f"ids.{number}"] = np.array(ids, dtype=np.float32)
            found = model(input_ids=torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.long), pixel_values=pixels,
                          interpolate_pos_encoding=True)
            rows.append(found.logits[0, :, 0].softmax(-1))
        case.arrays[which + ".maps"] = torch.stack(rows).detach().numpy()
    case.save(model, processor, tokenizer, dtype=torch.float16)


def make_blip(out):
    case = Case("blip", out)
    tokenizer = bert_tokenizer(case.folder)
    config = hf.BlipConfig(text_config=dict(SIZE, vocab_size=len(tokenizer), encoder_hidden_size=IMAGE["hidden_size"], max_position_embeddings=20),
                           vision_config=IMAGE, projection_dim=PROJECTION, image_text_hidden_size=PROJECTION)
    model = stir(hf.BlipForImageTextRetrieval._from_config(config, attn_implementation="eager"), 5)
    processor = hf.BlipImageProcessor(size={"height": PATCH * SIDE, "width": PATCH * SIDE})
    ids = tokenizer(INSTRUCTION).input_ids
    case.arrays["ids.0"] = np.array(ids, dtype=np.float32)
    for which, pixels in case.images(processor).items():
        image = model.vision_model(pixel_values=pixels, interpolate_pos_encoding=True).last_hidden_state
        found = model.text_encoder(input_ids=torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.long),
                                   encoder_hidden_states=image, output_attentions=True)
        weights = torch.cat(found.cross_attentions)[:, :, 1:-1, 1:]  # without [CLS] and [SEP], without the class token
        case.arrays[which + ".maps"] = (weights / weights.sum(-1, keepdim=True)).detach().numpy()
    case.save(model, processor, tokenizer)


def make_vilt(out):
    case = Case("vilt", out)
    tokenizer = bert_tokenizer(case.folder)
    config = hf.ViltConfig(**IMAGE, vocab_size=len(tokenizer), max_position_embeddings=20)
    model = stir(hf.ViltForMaskedLM._from_config(config, attn_implementation="eager"), 6)
    processor = hf.ViltImageProcessor(size={"shortest_edge": PATCH * SIDE}, size_divisor=PATCH)
    ids = torch.tensor([tokenizer(INSTRUCTION).input_ids])
    case.arrays["ids.0"] = ids[0].numpy().astype(np.float32)
    torch.multinomial = lambda weights, count, **_: torch.arange(count)  # the original shuffles its patches
    for which, pixels in case.images(processor).items():
        found = model.vilt(input_ids=ids, attention_mask=torch.ones_like(ids), token_type_ids=torch.zeros_like(ids), pixel_values=pixels,
                           pixel_mask=torch.ones(1, *pixels.shape[2:], dtype=torch.long), output_attentions=True)
        num_tokens = ids.shape[1]
        weights = torch.cat(found.attentions)[:, :, 1:num_tokens - 1, num_tokens + 1:]
        case.arrays[which + ".maps"] = (weights / weights.sum(-1, keepdim=True)).detach().numpy()
    case.save(model, processor, tokenizer)


def main(path):
    out = Path(path)
    shutil.rmtree(out, ignore_errors=True)
    for make in (make_clip, make_chinese_clip, make_siglip, make_siglip2, make_owlvit, make_blip, make_vilt):
        make(out)


main(sys.argv[1])
