#include "model/checkpoint/tokenizer_files.hpp"
namespace attnviz::model::checkpoint {
std::unique_ptr<text::Tokenizer> read_tokenizer(const std::filesystem::path&, TokenizerKind) { return nullptr; }
}  // namespace attnviz::model::checkpoint
