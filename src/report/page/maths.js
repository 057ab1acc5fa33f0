// What the program computes, again: analysis/aggregate.cpp, render/upsampler.cpp and render/overlay.cpp. Pure functions.
'use strict';

const maths = (() => {
  const LEVELS = 1024;

  // Rows [layers * heads * words] of patches, from float32 as every browser's machine keeps it, little-endian.
  function decodeRows(view, numRows, numPatches) {
    const text = atob(view.weights);
    if (text.length !== 4 * numRows * numPatches) throw new Error('weights are missing');
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; ++i) bytes[i] = text.charCodeAt(i);
    const weights = new Float32Array(bytes.buffer);
    return Array.from({length: numRows}, (_, row) => weights.subarray(row * numPatches, (row + 1) * numPatches));
  }

  const sumOf = (list) => list.reduce((sum, value) => sum + value, 0);

  function layerShares(choice, numLayers) {
    const shares = Array.from({length: numLayers}, (_, layer) =>
      choice === 'mean' ? 1 : choice === 'rollout' ? 2 ** layer : layer === (choice === 'last' ? numLayers - 1 : Number(choice)) ? 1 : 0);
    const sum = sumOf(shares);
    return shares.map((share) => share / sum);
  }

  // One word's patches and, last, its share of "nothing here", over the heads of one layer.
  function rowOfLayer(view, shape, layer, head, word) {
    const joined = new Float64Array(shape.patches + 1);
    const heads = head === 'mean' || head === 'max' ? [...Array(shape.heads).keys()] : [Number(head)];
    for (const h of heads) {
      const index = (layer * shape.heads + h) * shape.words + word, row = view.rows[index];
      const combine = (i, value) => { joined[i] = head === 'max' ? Math.max(joined[i], value) : joined[i] + value; };
      row.forEach((value, i) => combine(i, value));
      if (view.nothing) combine(shape.patches, view.nothing[index]);
    }
    const sum = sumOf(joined);
    return sum > 0 ? joined.map((value) => value / sum) : joined;
  }

  // Each word above the mean of all words, scaled to its former sum.
  function relativeToMean(maps) {
    if (maps.length < 2) return maps;
    const mean = maps[0].map((_, p) => sumOf(maps.map((map) => map[p])) / maps.length);
    return maps.map((map) => {
      const above = map.map((value, p) => Math.max(0, value - mean[p])), left = sumOf(above);
      return left > 0 ? above.map((value) => value * sumOf(map) / left) : map;
    });
  }

  // One direction of a grid: `content` input pixels from `offset` on are the image's `pixels`; begin to end of them lie in the input.
  const axis = (count, patchPx, offset, content, pixels) =>
    ({patchPx, offset, content, pixels, begin: Math.max(0, offset), end: Math.min(count * patchPx, offset + content)});
  const across = (grid, pixels = grid.image_width) => axis(grid.cols, grid.patch_px, grid.content_left, grid.content_width, pixels);
  const down = (grid, pixels = grid.image_height) => axis(grid.rows, grid.patch_px, grid.content_top, grid.content_height, pixels);
  const hasPart = (along, index) => index * along.patchPx < along.end && (index + 1) * along.patchPx > along.begin;
  const hasContent = (grid, patch) => hasPart(across(grid), patch % grid.cols) && hasPart(down(grid), Math.floor(patch / grid.cols));

  // [words] of {heat, nothing, entropy}; heat sums to 1 over the patches with content.
  function readWords(view, shape, choice) {
    const layers = layerShares(choice.layer, shape.layers), maps = [], nothing = [];
    for (let word = 0; word < shape.words; ++word) {
      const sum = new Float64Array(shape.patches + 1);
      layers.forEach((share, layer) => {
        if (share > 0) rowOfLayer(view, shape, layer, choice.head, word).forEach((value, i) => { sum[i] += share * value; });
      });
      maps.push(sum.slice(0, -1));
      nothing.push(view.nothing ? sum[shape.patches] : 0);
    }
    const content = [...Array(shape.patches).keys()].filter((patch) => hasContent(view.grid, patch));
    return (choice.relative ? relativeToMean(maps) : maps).map((map, word) => {
      const sum = sumOf(content.map((patch) => map[patch])), heat = new Float32Array(shape.patches);
      for (const patch of content) heat[patch] = sum > 0 ? map[patch] / sum : 1 / content.length;
      const bits = sumOf(content.map((patch) => heat[patch] > 0 ? -heat[patch] * Math.log(heat[patch]) : 0));
      return {heat, nothing: nothing[word], entropy: content.length > 1 ? Math.min(1, bits / Math.log(content.length)) : 0};
    });
  }

  function topPatches(heat, grid, count) {
    const order = [...heat.keys()].filter((patch) => hasContent(grid, patch));
    return order.sort((a, b) => heat[b] - heat[a] || a - b).slice(0, count);
  }

  // In pixels of the original image: {x, y, width, height}.
  function patchBox(grid, patch) {
    const part = (along, index) => {
      const clamp = (at) => Math.min(Math.max(at, along.begin), along.end), scale = along.pixels / along.content;
      const from = clamp(index * along.patchPx), to = clamp((index + 1) * along.patchPx);
      return [(from - along.offset) * scale, (to - from) * scale];
    };
    const [x, width] = part(across(grid), patch % grid.cols), [y, height] = part(down(grid), Math.floor(patch / grid.cols));
    return {x, y, width, height};
  }

  // Under a point given as shares of the image's width and height; null where no patch sees it.
  function patchAt(grid, x, y) {
    const part = (share, along) => {
      const at = Math.min(Math.max(share, 0) * along.content, along.content - 1e-6) + along.offset;
      return at >= along.begin && at < along.end ? Math.floor(at / along.patchPx) : -1;
    };
    const row = part(y, down(grid)), col = part(x, across(grid));
    return row < 0 || col < 0 ? null : row * grid.cols + col;
  }

  // Four patches and weights for every pixel along one side; null where no patch sees it.
  function makeTaps(along, interpolation) {
    const {pixels, content, offset, patchPx, begin, end} = along, taps = [];
    const first = Math.floor(begin / patchPx), last = Math.ceil(end / patchPx) - 1;
    // The first and the last patch may be cut by the content's edge.
    const centre = (patch) => (Math.max(patch * patchPx, begin) + Math.min((patch + 1) * patchPx, end)) / 2;
    for (let i = 0; i < pixels; ++i) {
      const at = (i + 0.5) * content / pixels + offset;
      if (at < begin || at >= end) {
        taps.push(null);
        continue;
      }
      if (interpolation === 'nearest') {
        const patch = Math.min(Math.max(Math.floor(at / patchPx), first), last);
        taps.push({patch: [patch, patch, patch, patch], weight: [0, 1, 0, 0]});
        continue;
      }
      let coordinate = first;
      if (first < last) {
        const before = Math.min(Math.max(Math.floor(at / patchPx - 0.5), first), last - 1), from = centre(before);
        coordinate = Math.min(Math.max(before + (at - from) / (centre(before + 1) - from), first), last);
      }
      const lower = Math.floor(coordinate), t = coordinate - lower;
      const weight = interpolation === 'cubic'
        ? [((-0.5 * t + 1) * t - 0.5) * t, (1.5 * t - 2.5) * t * t + 1, ((-1.5 * t + 2) * t + 0.5) * t, (0.5 * t - 0.5) * t * t]
        : [0, 1 - t, t, 0];
      taps.push({patch: [-1, 0, 1, 2].map((k) => Math.min(Math.max(lower + k, first), last)), weight});
    }
    return taps;
  }

  function blend(tap, a, b, c, d) {
    const sum = tap.weight[0] * a + tap.weight[1] * b + tap.weight[2] * c + tap.weight[3] * d;
    return Math.min(Math.max(sum, Math.min(b, c)), Math.max(b, c));
  }

  // -1 where no patch sees the pixel.
  function upsample(heat, grid, width, height, interpolation) {
    const columns = makeTaps(across(grid, width), interpolation), rows = makeTaps(down(grid, height), interpolation);
    const values = new Float32Array(width * height).fill(-1), line = new Float32Array(grid.cols);
    for (let y = 0; y < height; ++y) {
      if (!rows[y]) continue;
      const starts = rows[y].patch.map((row) => row * grid.cols);
      for (let col = 0; col < grid.cols; ++col) {
        line[col] = blend(rows[y], heat[starts[0] + col], heat[starts[1] + col], heat[starts[2] + col], heat[starts[3] + col]);
      }
      for (let x = 0; x < width; ++x) {
        if (!columns[x]) continue;
        const [a, b, c, d] = columns[x].patch;
        values[y * width + x] = blend(columns[x], line[a], line[b], line[c], line[d]);
      }
    }
    return values;
  }

  // The colour of a level, 0..1: the first quarter of a map is too dark to tell from shadow.
  function colourAt(colormap, level) {
    const at = 6 * Math.round((0.25 + 0.75 * level) * 255);
    return [0, 2, 4].map((channel) => parseInt(colormap.slice(at + channel, at + channel + 2), 16));
  }

  // RGBA of a map, to lie over the image.
  function heatPixels(heat, grid, width, height, look) {
    const values = upsample(heat, grid, width, height, look.interpolation), pixels = new Uint8ClampedArray(4 * width * height);
    const table = new Uint8ClampedArray(4 * (LEVELS + 1));
    for (let i = 1; i <= LEVELS; ++i) {
      const level = i / LEVELS, opacity = look.alpha * (1 - (1 - level) * (1 - level));
      table.set([...colourAt(look.colormap, level), Math.round(255 * opacity)], 4 * i);
    }
    const colours = new Uint32Array(table.buffer), whole = new Uint32Array(pixels.buffer);  // four bytes at once
    for (let i = 0; i < values.length; ++i) {
      if (values[i] < 0) {
        pixels[4 * i + 3] = 128;  // unseen: half as bright
        continue;
      }
      whole[i] = colours[look.top > 0 ? Math.min(Math.floor(values[i] * LEVELS / look.top + 0.5), LEVELS) : 0];
    }
    return pixels;
  }

  // The weight of the top colour for each word in all views: where most of it goes to the image.
  function scaleMaxima(readings, shared) {
    const peaks = readings[0].map(() => ({weight: 0, share: -1}));
    let highest = peaks.length ? peaks[0] : null;
    for (const words of readings) {
      words.forEach((reading, word) => {
        const weight = Math.max(...reading.heat), peak = {weight, share: weight * (1 - reading.nothing)};
        if (peak.share > peaks[word].share) peaks[word] = peak;
        if (peak.share > highest.share) highest = peak;
      });
    }
    return peaks.map((peak) => shared ? highest.weight : peak.weight);
  }

  return {decodeRows, readWords, topPatches, patchBox, patchAt, colourAt, heatPixels, scaleMaxima};
})();
