"""Instructions about a scene, in Chinese and English, each word with what it should look at.

A word's aim is ("noun", name), ("colour", name), ("material", name), ("goal", index of the thing singled out), ("any", indices of
the things among which the instruction leaves the choice), or ("nothing",) for function words and for verbs whose object is absent.
Words of size and place look where verbs do: at the thing that the whole instruction singles out.
"""
from dataclasses import dataclass

from lexicon import BY_NAME, COLOURS, NOUNS, VERBS, WORDS, Word, held_pair, with_hypernyms
PUT = [v for v in ("put", "move", "push", "take", "pick up", "grab") if v in BY_NAME]
ROBOT = [v for v in ("pick up", "grab", "put", "push", "move", "take", "lift", "point at", "touch", "open", "find", "give", "hold") if v in BY_NAME]
STATES = [v for v in ("sit", "stand", "run", "walk", "ride", "eat", "drink", "play", "read") if v in BY_NAME]
ALIVE = {"person", "animal"}  # hypernyms of what can sit or run
UNKNOWN = Word(0, "other", "", ["?"], ["?"], [], [], [])
OTHERS = [w for w in WORDS if w.kind == "other" and w.zh and w.en]
# often in a picture without being said of anything there, as parts of a thing or of the room: never asked for as absent
PARTS = {"hand", "face", "eye", "hair", "wheel", "leaf", "button", "drawer", "window", "door", "flower", "tree", "plant", "table", "ear", "nose", "mouth",
         "head", "foot", "leg", "arm", "tail", "wing", "feather", "screen", "handle", "lid", "wall", "rug", "curtain", "shelf", "lamp", "clothes", "furniture"}
RELATIONS = [r for r in ("on", "in", "to", "under", "in front of", "behind", "between") if r in BY_NAME]


@dataclass
class Token:
    surface: str
    word: object      # lexicon.Word
    aim: tuple


def _token(name, aim, lang, rng):
    word = BY_NAME[name]
    surfaces = (word.zh if lang == "zh" else word.en) or word.en or word.zh
    # the first surface is the usual one
    surface = surfaces[0] if rng.random() < .5 else surfaces[rng.integers(len(surfaces))]
    return Token(surface, word, aim)


def _fixed(name, surface):
    return Token(surface, BY_NAME[name], ("nothing",))


def text(tokens, lang):
    return ("" if lang == "zh" else " ").join(t.surface for t in tokens)


def fits(things, noun, colour):
    """Indices of the things that a phrase may mean."""
    return [i for i, t in enumerate(things) if (noun is None or noun in t.nouns) and (colour is None or t.colour == colour)]


def _index(things, thing):
    return next(i for i, t in enumerate(things) if t is thing)


def _far(value, others, gap):
    """Whether a value is beyond all others by the gap."""
    return bool(others) and value - max(others) > gap


def adjectives(things, found, thing):
    """Words of size and place each of which singles the thing out among those found, for example ["left", "big"].

    Boxes are in any unit; areas and centres are compared, with room for doubt left between."""
    others = [things[i] for i in found if things[i] is not thing]
    if not others:
        return []
    area = lambda t: (t.box[2] - t.box[0]) * (t.box[3] - t.box[1])
    x, y = (lambda t: (t.box[0] + t.box[2]) / 2), (lambda t: (t.box[1] + t.box[3]) / 2)
    apart = 0.7 * max(t.box[2] - t.box[0] for t in [thing, *others])
    low = 0.7 * max(t.box[3] - t.box[1] for t in [thing, *others])
    fitting = {
        "left": _far(-x(thing), [-x(t) for t in others], apart), "right": _far(x(thing), [x(t) for t in others], apart),
        "top": _far(-y(thing), [-y(t) for t in others], low), "bottom": _far(y(thing), [y(t) for t in others], low),
        "middle": len(others) == 2 and min(map(x, others)) < x(thing) - .5 * apart and x(thing) + .5 * apart < max(map(x, others)),
        "big": area(thing) > 1.8 * max(map(area, others)), "small": 1.8 * area(thing) < min(map(area, others))}
    return [name for name, fit in fitting.items() if fit and name in BY_NAME]


def _phrase(noun, colour, lang, rng, extra=()):
    """Tokens of "the red cup" or 红色的杯子; without a noun "the red one" is said as 红色的. `extra`: tokens of other adjectives."""
    tokens = []
    if lang == "en":
        if rng.random() < .75:
            tokens.append(_fixed("the", "the") if rng.random() < .8 else _fixed("a", "a"))
    elif rng.random() < .12:
        tokens.append(_fixed("the", "那个") if rng.random() < .6 else _fixed("a", "一个"))
    for token in extra:
        tokens.append(token)
        if lang == "zh" and not token.surface.endswith("的") and rng.random() < .5:
            tokens.append(_fixed("of", "的"))
    if colour:
        tokens.append(_token(colour, ("colour", colour), lang, rng))
        if lang == "zh" and (rng.random() < .5 or noun is None):
            tokens.append(_fixed("of", "的"))
    if noun:
        tokens.append(_token(noun, ("noun", noun), lang, rng))
    elif lang == "en" and colour:
        tokens.append(_fixed("a", "one"))
    return tokens


ADJECTIVES = ("big", "small", "left", "right", "top", "bottom", "middle")  # words of size and place that `adjectives` can tell


def _a_verb(rng, odd):
    """Mostly what robots are told."""
    return VERBS[rng.integers(len(VERBS))] if odd and rng.random() < .4 else ROBOT[rng.integers(len(ROBOT))]


def _simple(phrase, goal, lang, rng, odd):
    verb = _token(_a_verb(rng, odd), goal, lang, rng)
    if lang == "zh" and rng.random() < .25:  # 把杯子拿起来
        return [_fixed("ba", "把"), *phrase, verb]
    please = [_fixed("ba", "请" if lang == "zh" else "please")] if rng.random() < .12 else []
    return [*please, verb, *phrase]


def _relation(phrase, other, goal, lang, rng):
    place = RELATIONS[rng.integers(len(RELATIONS))]
    verb = _token(PUT[rng.integers(len(PUT))] if lang == "en" else ("put", "move")[rng.integers(2)], goal, lang, rng)
    if lang == "en":
        return [verb, *phrase, _token(place, ("nothing",), lang, rng), *other]
    return [_fixed("ba", "把"), *phrase, verb, *other, _token(place, ("nothing",), lang, rng)]


def _beside(phrase, other, goal, lang, rng, odd):
    """"pick up the cup next to the book": the first thing is meant; a distractor for verbs that take the last noun."""
    verb = _token(_a_verb(rng, odd), goal, lang, rng)
    place = _token(RELATIONS[rng.integers(len(RELATIONS))], ("nothing",), lang, rng)
    if lang == "en":
        return [verb, *phrase, place, *other]
    return [verb, *other, place, _fixed("of", "的"), *phrase]


def _goal(things, noun, colour):
    found = fits(things, noun, colour)
    return ("goal", found[0]) if len(found) == 1 else ("any", found) if found else ("nothing",)


def _a_noun(thing, rng):
    """Mostly the thing's own name, sometimes a wider one."""
    return thing.nouns[0] if len(thing.nouns) == 1 or rng.random() < .72 else thing.nouns[rng.integers(1, len(thing.nouns))]


def absent_noun(things, rng):
    """A noun for what is not there. No part that may be there unsaid, and no narrower word for what is there: a cup may be a mug."""
    there, own = {n for t in things for n in t.nouns}, {t.nouns[0] for t in things if t.nouns}
    while True:
        noun = NOUNS[rng.integers(len(NOUNS))]
        if noun not in PARTS and noun not in there and own.isdisjoint(with_hypernyms(noun)):
            return noun


def _adjectives(things, noun, colour, goal, thing, lang, rng):
    """Size and place words where they decide, and the goal they lead to."""
    found = fits(things, noun, colour)
    if goal[0] == "any" and _index(things, thing) in found:
        names = adjectives(things, found, thing)
        if names and rng.random() < .8:
            goal = "goal", _index(things, thing)
            return [_token(names[rng.integers(len(names))], goal, lang, rng)], goal
    return [], goal


def _states(thing, goal, lang, rng):
    """"the running dog": verbs of what lives also stand before the noun."""
    if ALIVE.isdisjoint(thing.nouns) or rng.random() < .6:
        return []
    word = BY_NAME[STATES[rng.integers(len(STATES))]]
    surfaces = [s for s in (word.zh if lang == "zh" else word.en) if lang == "zh" or s.endswith("ing")]
    return [Token(surfaces[rng.integers(len(surfaces))], word, goal)] if surfaces else []


def cluttered(tokens, lang, rng):
    """With a function word or an unknown word somewhere in between, now and then: both look at nothing."""
    if rng.random() > .3:
        return tokens
    word = OTHERS[rng.integers(len(OTHERS))] if rng.random() < .75 else UNKNOWN
    at = rng.integers(len(tokens) + 1)
    return [*tokens[:at], Token((word.zh if lang == "zh" else word.en or word.zh)[0], word, ("nothing",)), *tokens[at:]]


def _of_material(things, thing, noun, lang, rng, odd):
    """"the wooden cup" or the material alone; what it singles out is left open."""
    word = _token(thing.material, ("material", thing.material), lang, rng)
    alike = [i for i, t in enumerate(things) if t.material == thing.material and noun in t.nouns]
    goal = ("goal", alike[0]) if len(alike) == 1 else ("any", alike)
    return [word] if rng.random() < .3 else _simple(_phrase(noun, None, lang, rng, [word]), goal, lang, rng, odd)


def _alike(things, named):
    """Those that share their own name with another."""
    own = [things[i].nouns[0] for i in named]
    return [i for i in named if own.count(things[i].nouns[0]) > 1]


def sample(things, colours_there, lang, rng, absent_share=.15, alike_share=0, any_pair=True, odd=True):
    """One instruction: a list of Tokens. `things` need .nouns, .colour and .box; `colours_there` holds every colour in the picture.
    alike_share: of things that have a namesake, as only words of size and place tell apart.
    any_pair: also pairs of colour and noun that are held out (lexicon.held_pair). odd: any verb of anything, so that all are learned."""
    named = [i for i, t in enumerate(things) if t.nouns]
    if alike_share and rng.random() < alike_share:
        named = _alike(things, named) or named
    thing = things[named[rng.integers(len(named))]]
    if "furniture" in thing.nouns and rng.random() < .7:  # tables are in most scenes and seldom what is asked for
        thing = things[named[rng.integers(len(named))]]
    noun, colour = _a_noun(thing, rng), thing.colour
    kind = rng.random()
    if rng.random() < absent_share:
        missing = [c for c in COLOURS if c not in colours_there]
        if rng.random() < .7 or not missing:
            noun = absent_noun(things, rng)
        else:
            colour = missing[rng.integers(len(missing))]
    if kind < .26:    # one word alone
        if rng.random() < .75 or not colour:
            return [_token(noun, ("noun", noun), lang, rng)]
        return [_token(colour, ("colour", colour), lang, rng)]
    if kind < .31 and colour:
        return _simple(_phrase(None, colour, lang, rng), _goal(things, None, colour), lang, rng, odd)
    said_colour = colour if kind >= .6 and (any_pair or not held_pair(colour, noun)) else None
    goal = _goal(things, noun, said_colour)
    if getattr(thing, "material", None) and noun in thing.nouns and rng.random() < .5:
        return _of_material(things, thing, noun, lang, rng, odd)
    extra, goal = _adjectives(things, noun, said_colour, goal, thing, lang, rng)
    phrase = _phrase(noun, said_colour, lang, rng, extra + (_states(thing, goal, lang, rng) if odd else []))
    form = rng.random()
    if form < .12:
        return phrase
    if form < .62:
        return _simple(phrase, goal, lang, rng, odd)
    others = [i for i in named if things[i] is not thing] or named
    second = things[others[rng.integers(len(others))]]
    name = _a_noun(second, rng)
    said = second.colour if rng.random() < .35 and (any_pair or not held_pair(second.colour, name)) else None
    other = _phrase(name, said, lang, rng)
    if rng.random() < .7:
        return _relation(phrase, other, goal, lang, rng)
    return _beside(phrase, other, goal, lang, rng, odd)
