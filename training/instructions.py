"""Instructions about a scene, in Chinese and English, each word with what it should look at.

A word's aim is ("noun", name), ("colour", name), ("goal", index of the thing singled out), ("nothing",) for function words and for
verbs whose object is absent, or ("any",) where the instruction leaves it open and nothing is asked of the model.
"""
from dataclasses import dataclass

import numpy as np

from lexicon import BY_NAME, COLOURS, NOUNS, VERBS

PUT = ("put", "move", "push", "take", "pick up", "grab")


@dataclass
class Token:
    surface: str
    word: object      # lexicon.Word
    aim: tuple


def _token(name, aim, lang, rng):
    word = BY_NAME[name]
    surfaces = word.zh if lang == "zh" else word.en
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


def _phrase(noun, colour, lang, rng):
    """Tokens of "the red cup" or 红色的杯子; without a noun "the red one" is said as 红色的."""
    tokens = []
    if lang == "en":
        if rng.random() < .75:
            tokens.append(_fixed("the", "the") if rng.random() < .8 else _fixed("a", "a"))
        if colour:
            tokens.append(_token(colour, ("colour", colour), lang, rng))
    else:
        if rng.random() < .12:
            tokens.append(_fixed("the", "那个") if rng.random() < .6 else _fixed("a", "一个"))
        if colour:
            tokens.append(_token(colour, ("colour", colour), lang, rng))
            if rng.random() < .5 or noun is None:
                tokens.append(_fixed("of", "的"))
    if noun:
        tokens.append(_token(noun, ("noun", noun), lang, rng))
    elif lang == "en" and colour:
        tokens.append(_fixed("a", "one"))
    return tokens


def _simple(phrase, goal, lang, rng):
    verb = _token(VERBS[rng.integers(len(VERBS))], goal, lang, rng)
    if lang == "zh" and rng.random() < .25:  # 把杯子拿起来
        return [_fixed("ba", "把"), *phrase, verb]
    please = [_fixed("ba", "请" if lang == "zh" else "please")] if rng.random() < .12 else []
    return [*please, verb, *phrase]


def _relation(phrase, other, goal, lang, rng):
    place = ("on", "in", "to", "under")[rng.integers(4)]
    verb = _token(PUT[rng.integers(len(PUT))] if lang == "en" else ("put", "move")[rng.integers(2)], goal, lang, rng)
    if lang == "en":
        return [verb, *phrase, _token(place, ("nothing",), lang, rng), *other]
    return [_fixed("ba", "把"), *phrase, verb, *other, _token(place, ("nothing",), lang, rng)]


def _goal(things, noun, colour):
    found = fits(things, noun, colour)
    return ("goal", found[0]) if len(found) == 1 else ("nothing",) if not found else ("any",)


def _a_noun(thing, rng):
    """Mostly the thing's own name, sometimes a wider one."""
    return thing.nouns[0] if len(thing.nouns) == 1 or rng.random() < .72 else thing.nouns[rng.integers(1, len(thing.nouns))]


def _absent(words, present, rng):
    left = [w for w in words if w not in present]
    return left[rng.integers(len(left))]


def sample(things, colours_there, lang, rng, absent_share=.12):
    """One instruction: a list of Tokens. `things` need .nouns and .colour; `colours_there` holds every colour in the picture."""
    named = [i for i, t in enumerate(things) if t.nouns]
    thing = things[named[rng.integers(len(named))]]
    noun, colour = _a_noun(thing, rng), thing.colour
    nouns_there = {n for t in things for n in t.nouns}
    kind = rng.random()
    if rng.random() < absent_share:
        if rng.random() < .6:
            noun = _absent(NOUNS, nouns_there, rng)
        else:
            colour = _absent(COLOURS, colours_there, rng) if len(colours_there) < len(COLOURS) else colour
    if kind < .2:    # one word alone
        if rng.random() < .68 or not colour:
            return [_token(noun, ("noun", noun), lang, rng)]
        return [_token(colour, ("colour", colour), lang, rng)]
    if kind < .50:
        return _simple(_phrase(noun, None, lang, rng), _goal(things, noun, None), lang, rng)
    if kind < .58 and colour:
        return _simple(_phrase(None, colour, lang, rng), _goal(things, None, colour), lang, rng)
    if kind < .64:
        return _phrase(noun, colour, lang, rng)
    if kind < .82:
        return _simple(_phrase(noun, colour, lang, rng), _goal(things, noun, colour), lang, rng)
    second = things[named[rng.integers(len(named))]]
    both = rng.random() < .5
    mine = colour if both else None
    other = _phrase(_a_noun(second, rng), second.colour if rng.random() < .35 else None, lang, rng)
    return _relation(_phrase(noun, mine, lang, rng), other, _goal(things, noun, mine), lang, rng)
