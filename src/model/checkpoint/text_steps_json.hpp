// "normalizer" and "pre_tokenizer" of a tokenizer.json as steps.
#pragma once

#include <nlohmann/json.hpp>

#include "arrays/source.hpp"
#include "text/tokenizers/stepped_tokenizer.hpp"

namespace attnviz::model::checkpoint {

// Known are the steps of SigLIP's and Gemma's tokenizers and their kin:
//   normalizer     Lowercase, NFC, NFD, NFKC, NFKD, Replace (a string of one character, or a regular expression that is
//                  one class of characters, such as "[!-/]" or "\s+"), Strip, Prepend, Precompiled, Sequence
//   pre_tokenizer  Metaspace, WhitespaceSplit, Split (one character, MergedWithPrevious), Sequence
// Throws Error (source's code) that names any other one, and for steps that could blow a text up.
text::TextSteps read_text_steps(const nlohmann::json& normalizer, const nlohmann::json& pre_tokenizer,
                                const arrays::Source& source);

}  // namespace attnviz::model::checkpoint
