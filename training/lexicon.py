"""The words: rows of lexicon.tsv, their surfaces, and which assets show them."""
import functools
import os
import re
from dataclasses import dataclass, field

HERE = os.path.dirname(os.path.abspath(__file__))
CACHE = os.environ.get("ATTNVIZ_TRAINING_CACHE", os.path.expanduser("~/.cache/attnviz-training"))


@dataclass
class Word:
    row: int            # embedding row; 0 is the unknown token
    kind: str           # verb | colour | noun | other
    name: str           # also the first English surface of most words
    en: list
    zh: list
    hypernyms: list
    patterns: list = field(default_factory=list)


def load(path=os.path.join(HERE, "lexicon.tsv")):
    words = []
    for line in open(path, encoding="utf8"):
        if not line.strip() or line.startswith("#"):
            continue
        kind, name, en, zh, hyper, assets = line.rstrip("\n").split("\t")
        split = lambda s: [x for x in s.split("|") if x]
        words.append(Word(len(words) + 1, kind, name, split(en), split(zh), split(hyper), [] if assets == "-" else split(assets)))
    return words


WORDS = load()
BY_NAME = {w.name: w for w in WORDS}
COLOURS = [w.name for w in WORDS if w.kind == "colour"]
NOUNS = [w.name for w in WORDS if w.kind == "noun"]
VERBS = [w.name for w in WORDS if w.kind == "verb"]
SURFACES = {s: w for w in WORDS for s in w.en + w.zh}


def vocabulary():
    """The list that the model file stores (FORMAT.md)."""
    return [{"text": s, "row": w.row, "kind": w.kind} for w in WORDS for s in w.en + w.zh]


def with_hypernyms(noun):
    found, todo = [], [noun]
    while todo:
        n = todo.pop()
        if n not in found:
            found.append(n)
            todo += BY_NAME[n].hypernyms
    return found


# names that begin or end like a thing and are another
NOT_THE_THING = re.compile(
    r"pen style|pen width|key enter|scrath|iris and pupil|spider sword|baseball bat|football (pitch|helmet|table)|tennis shoe|baseball helmet"
    r"|garlic toast|onion rings|corn dog|potato chips|orange burner|van gogh|bus (lane|opposite)|lorry l|give way|coat of arms|man in a suit"
    r"|cement|shoe print|egg muffin|bunny with|chick (hatched|inside)|emblems|illustration|car ride|cichlid|hydrant|sleeping bag|lying"
    r"|abdominal|indoor bike|sea lion|wine corks|(laptop|camera) (battery|charge|no|mount|unmount)|monkey head|camel head|dog house"
    r"|piano (keys|theory)|tile orange|package (app|games)|keyboard key|in the sky|tree branches|intercom|letters box|mp3 station|microphone stand|pen pencil|roasted"
    r"|(apple|orange|lemon|lime) (core|wedge|slice|half)|important part|high chair|plays soccer|goal|eat your|head fco|trumpet.*mute$")


def _match_length(pattern, source, name):
    """How much of `name` the pattern names; 0 for no match. Sources differ in how they write names."""
    if ":" in pattern:
        wanted, pattern = pattern.split(":", 1)
        if wanted != source:
            return 0
    if source == "emoji":      # "cat with tears of joy" is no cat
        anchored = "^(%s)$"
    elif source == "clipart":  # "cat_scratching_post_author_01": the thing comes first
        anchored = r"^((?:an?|cartoon|another|the|simple) )?(%s)(?= \d| ?$| [a-z])"
    else:                      # "fuji apple": the thing comes last
        anchored = r"(?:^|.* )(%s)$"
    return len(pattern) if _compiled(anchored % pattern).match(name) else 0


_compiled = functools.lru_cache(None)(re.compile)


def nouns_of(source, name):
    """Nouns (with hypernyms) that an asset of this name shows; the longest matching pattern decides."""
    best, length = None, 0
    if NOT_THE_THING.search(name) or (source, name) == ("emoji", "beetle"):
        return []
    for w in WORDS:
        for p in w.patterns:
            n = _match_length(p, source, name) if w.kind == "noun" else 0
            if n > length:
                best, length = w.name, n
    return with_hypernyms(best) if best else []
