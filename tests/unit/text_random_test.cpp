// What holds for any text whatever, on random ones (fixed seeds).
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <random>
#include <string>

#include "attnviz/core/error.hpp"
#include "attnviz/text/segment.hpp"
#include "support/words.hpp"

using attnviz::Error;
using attnviz::Vocabulary;
using attnviz::Words;

namespace {

const Vocabulary kVocabulary = attnviz::test::vocabulary_of(
    {"拿起", "红色", "红", "杯子", "子", "pick up", "a", "b", "t-shirt", "t恤", "1⁄2", "é"});

void append_utf8(std::string& out, std::uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += {static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 0x3F))};
  } else if (c < 0x10000) {
    out += {static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3F)),
            static_cast<char>(0x80 | (c & 0x3F))};
  } else {
    out += {static_cast<char>(0xF0 | c >> 18), static_cast<char>(0x80 | (c >> 12 & 0x3F)),
            static_cast<char>(0x80 | (c >> 6 & 0x3F)), static_cast<char>(0x80 | (c & 0x3F))};
  }
}

struct Block {
  std::uint32_t first, last;
};

// The blocks where normalisation and segmentation have most to do, and all of Unicode.
constexpr std::array<Block, 14> kBlocks{{
    {0x00, 0x7F},
    {0x20, 0x7E},
    {0xA0, 0x24F},
    {0x300, 0x36F},
    {0x1100, 0x11FF},
    {0x200B, 0x206F},
    {0x2100, 0x218F},
    {0x3000, 0x33FF},
    {0x4E00, 0x9FFF},
    {0xAC00, 0xD7A3},
    {0xFB00, 0xFDFF},
    {0xFE00, 0xFFEF},
    {0x1F000, 0x1FAFF},
    {0x00, 0x10FFFF},
}};

std::uint32_t random_character(std::mt19937& random) {
  const auto [first, last] = kBlocks[random() % kBlocks.size()];
  const std::uint32_t c = first + static_cast<std::uint32_t>(random()) % (last - first + 1);
  return c >= 0xD800 && c < 0xE000 ? 0x7EA2 : c;
}

std::string random_text(std::mt19937& random) {
  constexpr std::array<const char*, 8> kParts{"拿起", "红色杯子", "pick  up", " ",
                                              "T恤",  "½",        "e\u0301",  "👩‍🚀"};
  std::string out;
  for (std::size_t i = 0, count = 1 + random() % 30; i < count; ++i) {
    if (random() % 4 == 0) {
      out += kParts[random() % kParts.size()];
    } else {
      append_utf8(out, random_character(random));
    }
  }
  return out;
}

bool is_boundary(const std::string& text, std::size_t at) {
  return at == text.size() || (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
}

void check_words(const std::string& instruction, const Words& words) {
  REQUIRE_FALSE(words.empty());
  std::size_t end = 0;
  for (const auto& word : words) {
    REQUIRE(word.byte_begin >= end);
    REQUIRE(word.byte_end > word.byte_begin);
    REQUIRE(word.byte_end <= instruction.size());
    REQUIRE(is_boundary(instruction, word.byte_begin));
    REQUIRE(is_boundary(instruction, word.byte_end));
    REQUIRE(word.text == instruction.substr(word.byte_begin, word.byte_end - word.byte_begin));
    REQUIRE_FALSE(word.tokens.empty());
    REQUIRE(word.known == word.kind.has_value());
    if (word.known) REQUIRE(word.tokens.size() == 1);
    end = word.byte_end;
  }
}

}  // namespace

TEST_CASE("spans of words in random Unicode") {
  std::mt19937 random(20);
  int segmented = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::string instruction = random_text(random);
    CAPTURE(instruction);
    try {
      check_words(instruction, attnviz::text::segment(instruction, kVocabulary));
      ++segmented;
    } catch (const Error& error) {
      REQUIRE(std::string(error.what()).find("holds no words") != std::string::npos);
    }
  }
  CHECK(segmented > 3500);
}

TEST_CASE("what segment finds, segment_as finds again") {
  std::mt19937 random(21);
  int found_again = 0;
  for (int i = 0; i < 500; ++i) {
    const std::string instruction = "cup " + random_text(random);
    if (instruction.find('|') != std::string::npos) continue;
    const Words words = attnviz::text::segment(instruction, kVocabulary);
    std::string list;
    for (const auto& word : words) list += (list.empty() ? "" : "|") + word.text;
    CAPTURE(instruction);
    try {
      const Words again = attnviz::text::segment_as(instruction, list, kVocabulary);
      check_words(instruction, again);
      REQUIRE(again.size() == words.size());
      ++found_again;
    } catch (const Error&) {  // a letter whose lower case depends on its neighbours
    }
  }
  CHECK(found_again > 450);
}

TEST_CASE("random bytes give words or an Error") {
  std::mt19937 random(22);
  int refused = 0;
  for (int i = 0; i < 4000; ++i) {
    std::string bytes(1 + random() % 12, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    try {
      check_words(bytes, attnviz::text::segment(bytes, kVocabulary));
    } catch (const Error&) {
      ++refused;
    }
  }
  CHECK(refused > 3000);
}
