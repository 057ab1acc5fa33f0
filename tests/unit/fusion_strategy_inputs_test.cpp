// What strategies take: how many views, which shapes, which numbers. The rest is refused in a sentence that names it.
#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "attnviz/core/error.hpp"
#include "attnviz/fusion/strategy.hpp"
#include "support/fusion_views.hpp"

using namespace attnviz;
using namespace attnviz::fusion;
using nlohmann::json;
using test::kDim, test::kHeads, test::kHidden;

namespace {

std::string error_of(const FusionStrategy& strategy, const Matrix& words, const std::vector<VisualTokens>& views) {
  try {
    strategy.run(words, views);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::model);
    return error.what();
  }
  return "no error";
}

void check_mentions(const std::string& message, std::initializer_list<const char*> parts) {
  for (const std::string part : parts) {
    CAPTURE(message);
    CAPTURE(part);
    CHECK(message.find(part) != std::string::npos);
  }
}

}  // namespace

TEST_CASE("several views: one type takes them, the others say so") {
  const test::View a(3, 4, 7), b(2, 2, 8);
  const std::vector<VisualTokens> views{a.tokens(), b.tokens()};
  const Matrix words = test::random_matrix(2, kDim, 3);
  for (const json& config : test::fusion_configs(kHeads, kHidden)) {
    const auto strategy = test::random_strategy(config, kDim);
    CAPTURE(strategy->type());
    if (strategy->type() == "multi-view") {
      const Fused fused = strategy->run(words, views);
      REQUIRE(fused.maps.size() == 2);
      test::check_maps(fused.maps[0], a);
      test::check_maps(fused.maps[1], b);
    } else {
      check_mentions(error_of(*strategy, words, views), {strategy->type().c_str(), "2 given where 1", "multi-view"});
    }
    check_mentions(error_of(*strategy, words, {}), {"views", "0 given"});
  }
}

TEST_CASE("shapes that do not fit are errors that name the tensor and both shapes") {
  const Matrix words = test::random_matrix(3, kDim, 3);
  const test::View view(2, 3), narrow(2, 3, 7, 8);
  for (const json& config : test::fusion_configs(kHeads, kHidden)) {
    const auto strategy = test::random_strategy(config, kDim);
    CAPTURE(strategy->type());
    check_mentions(error_of(*strategy, Matrix(0, kDim), {view.tokens()}), {"words", "[0, 12]"});
    check_mentions(error_of(*strategy, Matrix(3, 8), {view.tokens()}), {"words", "[3, 8]", "12]"});
    check_mentions(error_of(*strategy, words, {narrow.tokens()}), {"view 0", "[6, 8]", "[3, 12]"});
    check_mentions(error_of(*strategy, words, {VisualTokens{}}), {"view 0", "[0, 0]"});
    VisualTokens other = view.tokens();
    other.grid_cols = 4;
    check_mentions(error_of(*strategy, words, {other}), {"view 0", "[6, 12]", "[2, 4]"});
    other = view.tokens();
    other.mask = other.mask.first(5);
    check_mentions(error_of(*strategy, words, {other}), {"mask", "[5]", "[6, 12]"});
  }
  const auto multi = test::random_strategy(test::fusion_configs(kHeads, kHidden)[6], kDim);
  check_mentions(error_of(*multi, words, {view.tokens(), narrow.tokens()}), {"view 1", "[6, 8]", "[3, 12]"});
}

TEST_CASE("NaN and infinity in words or patches are errors; in padding they do not matter") {
  for (const float bad : {NAN, -INFINITY}) {
    for (const json& config : test::all_configs()) {
      CAPTURE(config.dump());
      const auto strategy = test::random_strategy(config, kDim);
      Matrix words = test::random_matrix(3, kDim, 3);
      test::View view(2, 3);  // the last column is padding
      words(1, 4) = bad;
      check_mentions(error_of(*strategy, words, {view.tokens()}), {"words", "the number at "});
      words(1, 4) = 0;
      view.patches(2, 5) = bad;
      CHECK(error_of(*strategy, words, {view.tokens()}) == "no error");
      view.patches(3, 5) = bad;
      check_mentions(error_of(*strategy, words, {view.tokens()}), {"patches of view 0", "the number at "});
    }
  }
}
