#include "model/checkpoint/tokenizer_files.hpp"

#include "attnviz/core/error.hpp"

namespace attnviz::model::checkpoint {

std::unique_ptr<text::Tokenizer> read_tokenizer(const std::filesystem::path& folder, TokenizerKind) {
  throw Error(ErrorCode::model, folder.string(), "its tokenizer cannot be read by this version");
}

}  // namespace attnviz::model::checkpoint
