"""The strings that tokenizers are compared on: every kind of text that an instruction may hold, and much that it will not."""
import random

SENTENCES = """拿起红色杯子
把蓝色的碗放到盘子上
请打开左边的抽屉，然后关上它。
pick up the red cup
Put the blue bowl on the plate, then close the drawer!
a photo of a cat
A Photo Of A T-Shirt
把 red cup 放到 table 旁边
抓住玻璃杯（小心）
don't touch the dog's bowl; it's the cat's
I'll take what they've got, you'd say we're done, I'm sure
'S 'T 'RE 'VE 'M 'LL 'D ' 's't 're've
the 2nd shelf from the left, 3.5 cm above 1,000 screws (M4x20)
“拿起”‘红色’《杯子》——放下……
¿Dónde está la taza roja? ¡Aquí!
Où est la tasse bleue près de l’évier ?
Größe der Tasse: fünfzehn Zentimeter, Straße
naïve café résumé coöperate Ångström
Возьми красную чашку со стола
Σίσυφος ΣΊΣΥΦΟΣ ΟΔΟΣ
İstanbul'da ISPARTA ığdır
خذ الكوب الأحمر من على الطاولة
التقط الصّندوق ١٢٣
लाल कप उठाओ और मेज़ पर रखो
หยิบแก้วสีแดงบนโต๊ะ
קח את הכוס האדומה
赤いカップを取ってください。ｶｯﾌﾟ ガラス ガラス
빨간 컵을 집어 주세요 한국어
ＲＥＤ　ＣＵＰ　１２３　（全角）！
繁體中文：拿起紅色的杯子
㐀㐁 𠀀𠀁 豈更車 丽丸 〇々〆
☕️ 🍎 🥤🍵 put 🍎 in the 🧺
👨‍👩‍👧‍👦 👩🏽‍🚀 🏳️‍🌈 🇨🇳🇩🇪🇺 👍🏻👍🏿 ❤️‍🔥 🧑‍🦽
½ cup, ¼ tsp, x² + y³ = z⁴, 10 µm, 5 Å, ﬁsh ﬂoor Ⅷ ㍿ ™ № ℃
e\u0301 é a\u030a\u0323 ạ̊ o\u0302\u0301 ṓ \u0344 s\u0307\u0323 ṩ
\u1100\u1161\u11a8 각 \u0958 क\u093c \u0e33 \u0f73
q\u0307\u0323 \u0345\u0300 \u0300\u0301 alone \u0301
a\u00a0b\u3000c\u200bd\u2003e\u2009f\u202fg\u205fh\u1680i\u2028j\u2029k\u0085l
tab\there\nnew\r\nline\x0bvt\x0cff\x1cfs\x1dgs\x1ers\x1fus
null-free\x01\x02\x07\x08\x1b[31mred\x7f\x80\x9f
soft\u00adhyphen zero\u200cwidth\u200djoiner \ufefffeff \u2060 \u200e\u202a\u202e
\ufffd \ufffe \ue000 \U000f0000 \U0010ffff
!"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~
。，、；：？！…—·「」『』【】〔〕《》〈〉～￥％
a.b,c;d:e?f!g'h"i(j)k[l]m{n}o-p_q+r=s*t&u^v%w$x#y@z~
<unk> text <0x41> ▁under▁score ▁ ▁▁ ▁▁▁ ##ing ##
http://example.org/a/b?c=d&e=f#g user@mail.com C:\\dir\\file.txt
0 00 000 1234567890 3.14159 1e-5 -7 +8 0x1F ٣٤ १२ ๑๒ ⅓ ①②③ 二〇二四年
word-word--word---word word_word WordWord wordWORD
hello  two   three    four     five      spaces
 leading
trailing 
  both  
\t\n
x
杯
🍎
'
''
'''
'' 's'' 's 'll'll
.
...
?!?!?!
а́ ё й Ё Й
ǅ ǆ Ǆ ŉ ẞ ß ſ ﬀ ﬃ ﬆ
Ａ Ｂ ａ ｂ １ ２ ！ ＇ｓ ｀
ℌ ℍ 𝐀𝐁𝐂 𝔘𝔫𝔦 ⓐⓑ ⒈ ㊗ ㎏ ㏒
ก็ ำ ๆ ฯ ฿ ₹ € ₿ ¢ £ ¥ ₩
᠎mong ᜴ ᢅ ᢆ ꦽ 𑇉 ᙭ ؝ ৽ ⸮ ⹃ ⸺
𐍈𐍉 𓀀 𒀀 𐎠 ⰰ ꙮ ꮿ Ꭰ
<b>bold</b> <table> </table> <h1>a</h1> <code>x</code>
\\n \\t \\u0041 %20 &amp; &#39;
""".split("\n")

WORDS = """the a red blue green cup bowl plate table pick up put on under left right of and cat dog robot arm gripper
don't it's they've 3rd 42 2024 t-shirt, (small) "quoted" end. why? yes! naïve café Straße ΣΟΦΟΣ чашка İzmir
拿起 红色 蓝色 杯子 碗 盘子 放到 桌子 上面 的 把 和 抽屉 机器人 ， 。 ！ 玻璃杯 筷子 苹果
🍎 👍🏽 👨‍👩‍👧 🇨🇳 ☕️ ﬁn ½ ２ Ｃｕｐ ｶﾞ 컵 कप แก้ว كوب""".split()

RANGES = [(0x20, 0x7F), (0xA0, 0x250), (0x300, 0x370), (0x370, 0x530), (0x530, 0x700), (0x900, 0xE80), (0xF00, 0x1200),
          (0x1200, 0x2000), (0x2000, 0x2C00), (0x2C00, 0x3100), (0x3100, 0x3400), (0x4E00, 0xA000), (0xA000, 0xAC00),
          (0xAC00, 0xD7A4), (0xF900, 0xFFFE), (0x10000, 0x10500), (0x1D400, 0x1D800), (0x1F000, 0x1FA00),
          (0x20000, 0x20100), (0xE000, 0xE010), (0xE0020, 0xE0080), (0x1, 0x20)]


def is_known(character):
    """Assigned in the Unicode version of Python 3.11 (14), which every library here knows."""
    import unicodedata
    return unicodedata.category(character) not in ("Cn", "Cs")


def random_character(rng):
    while True:
        first, last = rng.choice(RANGES)
        character = chr(rng.randrange(first, last))
        if is_known(character):
            return character


def strings(seed=6):
    rng = random.Random(seed)
    out = [s.encode().decode() for s in SENTENCES]
    out += ["a" * 99, "a" * 100, "a" * 101, "é" * 101, "拿" * 150, "ab" * 120, "cup" * 60, "🍎" * 40, "1" * 70, "-" * 90,
            "a\u0301" * 60, " " * 40, "\n" * 33, "▁" * 20, "x" + " " * 17 + "y", "the " * 50, "supercalifragilistic" * 4]
    for _ in range(900):  # words, mixed
        words = [rng.choice(WORDS) for _ in range(rng.randrange(1, 9))]
        text = "".join(w + rng.choice(["", " ", " ", " ", "  ", "\u3000", "\u00a0", "\u200b", "\n"]) for w in words)
        out.append(rng.choice([str, str, str, str.upper, str.title])(text))
    for _ in range(500):  # one script, short
        first, last = rng.choice(RANGES)
        out.append("".join(c for c in (chr(rng.randrange(first, last)) for _ in range(rng.randrange(1, 16))) if is_known(c)))
    for _ in range(400):  # anything
        out.append("".join(random_character(rng) for _ in range(rng.randrange(1, 20))))
    for _ in range(300):  # words with one odd character inside
        word = list(rng.choice(WORDS) + rng.choice(WORDS))
        word.insert(rng.randrange(len(word) + 1), random_character(rng))
        out.append("".join(word))
    for _ in range(200):  # sentences cut anywhere
        text = rng.choice(SENTENCES)
        begin = rng.randrange(len(text) + 1)
        out.append(text[begin:begin + rng.randrange(1, 25)])
    specials = ("<|startoftext|>", "<|endoftext|>", "[CLS]", "[SEP]", "[UNK]", "[PAD]", "[MASK]", "</s>", "<unk>", "<pad>", "<bos>", "<eos>")
    return [s for s in out if not any(special in s for special in specials)]
