"""The words: rows of lexicon.tsv, their surfaces, and which assets and ImageNet classes show them."""
import os
import re
import zlib
from dataclasses import dataclass

HERE = os.path.dirname(os.path.abspath(__file__))
CACHE = os.environ.get("ATTNVIZ_TRAINING_CACHE", os.path.expanduser("~/.cache/attnviz-training"))
SOURCES = ("emoji:", "clipart:", "stamp:", "sh3d:", "libero:")  # what a pattern may be limited to
EMOJI = ("emoji", "fluent", "twemoji", "openmoji")  # all named as Unicode's CLDR names them; "emoji:" means each


@dataclass
class Word:
    row: int            # embedding row; 0 is the unknown token
    kind: str           # colour | material | size | place | verb | noun | other
    name: str           # also the first English surface of most words
    en: list
    zh: list
    hypernyms: list
    patterns: list      # further names of assets that show it; "-" first: its surfaces are no such names
    imagenet: list      # ImageNet-1k classes that show it, its hyponyms' included


def _classes(text):
    """Class indices of "151-268,273"."""
    spans = [span.split("-") for span in text.split(",") if span]
    return {n for span in spans for n in range(int(span[0]), int(span[-1]) + 1)}


def load(path=os.path.join(HERE, "lexicon.tsv")):
    words = []
    for line in open(path, encoding="utf8"):
        if not line.strip() or line.startswith("#"):
            continue
        kind, name, en, zh, hyper, assets, imagenet = line.rstrip("\n").split("\t")
        split = lambda s: [x for x in s.split("|") if x]
        words.append(Word(len(words) + 1, kind, name, split(en), split(zh), split(hyper), split(assets), _classes(imagenet)))
    return words


def named(kind):
    return [w.name for w in WORDS if w.kind == kind]


WORDS = load()
BY_NAME = {w.name: w for w in WORDS}
COLOURS, MATERIALS, SIZES, PLACES = named("colour"), named("material"), named("size"), named("place")
NOUNS, VERBS = named("noun"), named("verb")
SURFACES = {s: w for w in WORDS for s in w.en + w.zh}


def vocabulary():
    """The list that the model file stores (FORMAT.md)."""
    return [{"row": w.row, "kind": w.kind, "texts": w.en + w.zh} for w in WORDS]


def with_hypernyms(*nouns):
    """The nouns, then what they are kinds of, nearest first."""
    found = list(dict.fromkeys(nouns))
    for n in found:  # grows meanwhile
        found += [h for h in BY_NAME[n].hypernyms if h not in found]
    return found


def held_pair(colour, noun):
    """One in eight pairs of a colour and a noun is never painted or said in training: what is asked of them shows that words combine."""
    return zlib.crc32(f"{colour} {noun}".encode()) % 8 == 0


def without_held_pair(paint, noun):
    """`paint` (a colour, a material or None) where training may see it on that noun, else None."""
    return None if held_pair(paint, noun) else paint


def _inherit_classes():
    own = {w.name: w.imagenet for w in WORDS}
    for w in WORDS:
        w.imagenet = set()
    for name, classes in own.items():
        for n in with_hypernyms(name):
            BY_NAME[n].imagenet |= classes
    for w in WORDS:
        w.imagenet = sorted(w.imagenet)


def _names_of_assets():
    """{(source or "", name): nouns}; the noun that is called so comes first, then the others in the order of the file."""
    called, shown = {}, {}
    for w in WORDS:
        if w.kind == "noun":
            for name in w.en if w.patterns[:1] != ["-"] else []:
                called.setdefault(("", name), []).append(w.name)
            for pattern in w.patterns:
                source, _, name = pattern.rpartition(":") if pattern.startswith(SOURCES) else ("", "", pattern)
                shown.setdefault((source, name), []).append(w.name)
    return {key: called.get(key, []) + shown.get(key, []) for key in {**called, **shown}}


_inherit_classes()
SHOWN = _names_of_assets()

# names (after their source) that begin or end like a thing and are another, or whose picture is a road sign or a program's icon
NOT_THE_THING = re.compile(
    r"^clipart:(package( [^f]|$)|window|(socket|horse|train|tram|cattle|piano|bookcase|antenna|circle|money|teacher zazou|elfish girl.*|tea not ready|router andy.*)$)"
    r"|^sh3d:(cooker|phone|chest)$|mateya|pen (style|width|pencil)|key enter|keyboard key|mouse pointer|scrath|iris and pupil|spider (sword|playing|dancing)|football (pitch|table)"
    r"|apple core|van gogh|bus(es)? (lane|opposite|and)|trams only|lorry l|coat of arms|shoe print|christmas light|emblems|illustration|car ride|:player "
    r"|wine corks|laptop (battery|charge|no)|with screen|piano (keys|theory)|in the sky|tree branches|mp3 station|important part|table tennis omar"
    r"| (un)?mount\d?$|mail (delete|find|forward|get|new|post|reply)|eyes? lumen|fireman wedding")


def _parts(source, name):
    """What of an asset's name may name its thing, longest first. Sources differ in how they write names."""
    words = name.split(" ")
    if source == "emoji":      # "cat with tears of joy" is no cat
        return [name]
    if source == "clipart":    # "cat_scratching_post_author_01": the thing comes first
        words = re.sub(r"^(an?|cartoon|another|the|simple) ", "", name).split(" ")
        return [name.strip()] + [" ".join(words[:n]) for n in range(len(words), 0, -1)]
    return [" ".join(words[n:]) for n in range(len(words))]  # "fuji apple": the thing comes last


def nouns_of(source, name):
    """Nouns (with hypernyms) that an asset of this name shows; the longest part of the name that names a thing decides."""
    source, name = "emoji" if source in EMOJI else source, name.replace("'", "’")
    if NOT_THE_THING.search(source + ":" + name):
        return []
    for part in _parts(source, name):
        if nouns := SHOWN.get(("", part), []) + SHOWN.get((source, part), []):
            return with_hypernyms(*nouns)
    return []
