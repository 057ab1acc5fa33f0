"""Writes data/tokenizers/: small tokenizers in the form of the original libraries, the strings that they are compared on,
and the token ids that the originals make of them.

Run: python tests/reference/make_tokenizer_fixtures.py        (transformers 4.57, tokenizers 0.22, sentencepiece 0.2)
For tokenizers of real checkpoints, which are not kept here:
     python tests/reference/make_tokenizer_fixtures.py FOLDER...      (names begin with clip, bert, siglip or gemma)
     ATTNVIZ_TOKENIZERS=FOLDER:FOLDER build/release/tests/reference_tokenizers_test

expected.bin: for each string the number of ids and the ids, each as LEB128 (7 bits a byte, low ones first)."""
import json
import random
import shutil
import sys
from pathlib import Path

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (BertTokenizerFast, CLIPTokenizer, CLIPTokenizerFast, GemmaTokenizer, GemmaTokenizerFast,
                          PreTrainedTokenizerFast, SiglipTokenizer)
from transformers.convert_slow_tokenizer import bytes_to_unicode

sys.path.insert(0, str(Path(__file__).parent))
from tokenizer_strings import SENTENCES, WORDS, strings

OUT = Path(__file__).parent / "data" / "tokenizers"


def corpus():
    rng = random.Random(1)
    lines = [s for s in SENTENCES if len(s) > 12] * 3
    lines += [" ".join(rng.choice(WORDS) for _ in range(12)) for _ in range(600)]
    lines += ["".join(rng.choice([w for w in WORDS if ord(w[0]) > 0x3000]) for _ in range(6)) for _ in range(200)]
    return lines


def leb128(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out + bytes([number]))


def write_expected(folder, tokenizer):
    out = bytearray()
    for text in strings():
        ids = tokenizer(text)["input_ids"]
        out += leb128(len(ids)) + b"".join(leb128(i) for i in ids)
    (folder / "expected.bin").write_bytes(out)
    print(f"{folder.name}: {len(strings())} strings, {len(out)} bytes")


def compact(folder):
    for path in folder.glob("*.json"):
        text = json.dumps(json.loads(path.read_text()), ensure_ascii=False, separators=(",", ":"))
        path.write_text(text)


def new_folder(name):
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def keep(folder, *names):
    for path in folder.iterdir():
        if path.name not in names:
            path.unlink()


def make_clip():
    trained = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    trained.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    trained.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(vocab_size=1400, end_of_word_suffix="</w>", show_progress=False)
    trained.train_from_iterator((line.replace(" ", "") if i % 2 else line for i, line in enumerate(corpus())), trainer)
    merges = json.loads(trained.to_str())["model"]["merges"]
    alphabet = list(bytes_to_unicode().values())
    tokens = dict.fromkeys(alphabet + [c + "</w>" for c in alphabet] + ["".join(m) for m in merges])
    vocab = {t: i for i, t in enumerate([*tokens, "<|startoftext|>", "<|endoftext|>"])}
    folder = new_folder("clip-lists")
    (folder / "vocab.json").write_text(json.dumps(vocab, ensure_ascii=False))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(" ".join(m) for m in merges) + "\n")
    fast = CLIPTokenizerFast(str(folder / "vocab.json"), str(folder / "merges.txt"))
    write_expected(folder, fast)
    folder = new_folder("clip-json")
    fast.save_pretrained(folder)
    keep(folder, "tokenizer.json", "tokenizer_config.json")
    compact(folder)
    write_expected(folder, CLIPTokenizerFast.from_pretrained(folder))


def make_bert():
    trained = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    trained.normalizer = normalizers.BertNormalizer(lowercase=False)
    trained.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=2200, show_progress=False,
                                        special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    trained.train_from_iterator([*corpus(), *(line.lower() for line in corpus())], trainer)
    vocab = "".join(t + "\n" for t, _ in sorted(trained.get_vocab().items(), key=lambda item: item[1]))
    kinds = {"bert-lower": {}, "bert-cased": {"do_lower_case": False},
             "bert-odd": {"strip_accents": False, "tokenize_chinese_chars": False}}
    for name, options in kinds.items():
        folder = new_folder(name)
        (folder / "vocab.txt").write_text(vocab)
        fast = BertTokenizerFast(str(folder / "vocab.txt"), **options)
        fast.save_pretrained(folder)
        keep(folder, *(["vocab.txt", "tokenizer_config.json"] if options else ["tokenizer.json", "tokenizer_config.json"]))
        compact(folder)
        write_expected(folder, BertTokenizerFast.from_pretrained(folder))


def train_pieces(folder, name, **options):
    text = folder / "corpus.txt"
    text.write_text("\n".join(line for line in corpus()))
    sentencepiece.SentencePieceTrainer.train(input=str(text), model_prefix=str(folder / "m"), minloglevel=2,
                                             hard_vocab_limit=False, **options)
    (folder / "m.model").rename(folder / name)
    keep(folder, name)


def make_siglip():
    folder = new_folder("siglip-pieces")
    train_pieces(folder, "spiece.model", vocab_size=1500, model_type="unigram", pad_id=0, eos_id=1, unk_id=2, bos_id=-1,
                 normalization_rule_name="nmt_nfkc", character_coverage=0.98)
    slow = SiglipTokenizer(str(folder / "spiece.model"))
    slow.save_pretrained(folder)
    keep(folder, "spiece.model", "tokenizer_config.json")
    compact(folder)
    write_expected(folder, SiglipTokenizer.from_pretrained(folder))


def unigram_json(folder):
    """A Unigram tokenizer.json with the steps that SigLIP's have."""
    processor = sentencepiece.SentencePieceProcessor(model_file=str(OUT / "siglip-pieces" / "spiece.model"))
    vocab = [(processor.id_to_piece(i), processor.get_score(i)) for i in range(len(processor))]
    fast = Tokenizer(models.Unigram(vocab, unk_id=2))
    fast.normalizer = normalizers.Sequence([
        normalizers.Lowercase(), normalizers.Replace(Regex(r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]"), ""),
        normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()])
    fast.pre_tokenizer = pre_tokenizers.Metaspace()
    fast.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    fast.add_special_tokens([AddedToken("</s>", special=True), AddedToken("<unk>", special=True)])
    return PreTrainedTokenizerFast(tokenizer_object=fast, eos_token="</s>", pad_token="</s>", unk_token="<unk>")


def make_siglip_json():
    folder = new_folder("siglip-json")
    unigram_json(folder).save_pretrained(folder)
    keep(folder, "tokenizer.json", "tokenizer_config.json")
    compact(folder)
    write_expected(folder, PreTrainedTokenizerFast.from_pretrained(folder))


def make_gemma():
    folder = new_folder("gemma-pieces")
    train_pieces(folder, "tokenizer.model", vocab_size=1500, model_type="bpe", byte_fallback=True, pad_id=0, eos_id=1,
                 bos_id=2, unk_id=3, pad_piece="<pad>", eos_piece="<eos>", bos_piece="<bos>", split_digits=True,
                 normalization_rule_name="identity", add_dummy_prefix=False, remove_extra_whitespaces=False,
                 allow_whitespace_only_pieces=True, user_defined_symbols="▁▁,▁▁▁,▁▁▁▁,<table>,</table>", character_coverage=0.98)
    slow = GemmaTokenizer(str(folder / "tokenizer.model"), add_bos_token=False, add_eos_token=True)
    slow.save_pretrained(folder)
    fast = GemmaTokenizerFast.from_pretrained(folder)
    keep(folder, "tokenizer.model", "tokenizer_config.json")
    compact(folder)
    write_expected(folder, fast)
    folder = new_folder("gemma-json")
    backend = fast.backend_tokenizer
    backend.normalizer = normalizers.Sequence([normalizers.Lowercase(), backend.normalizer])
    fast.save_pretrained(folder)
    keep(folder, "tokenizer.json", "tokenizer_config.json")
    compact(folder)
    write_expected(folder, GemmaTokenizerFast.from_pretrained(folder))


def write_real(folder):
    kinds = {"clip": CLIPTokenizerFast, "bert": BertTokenizerFast, "siglip": SiglipTokenizer, "gemma": GemmaTokenizerFast}
    kind = next(kind for name, kind in kinds.items() if folder.name.startswith(name))
    write_expected(folder, kind.from_pretrained(folder))


def main():
    if sys.argv[1:]:
        for folder in sys.argv[1:]:
            write_real(Path(folder))
        return
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "strings.json").write_text("[" + ",\n".join(json.dumps(s, ensure_ascii=False) for s in strings()) + "]\n")
    make_clip()
    make_bert()
    make_siglip()
    make_siglip_json()
    make_gemma()


if __name__ == "__main__":
    main()
