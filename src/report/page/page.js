// The page itself: words, controls, views, what is known of a word and of a patch. All text from outside enters as text.
'use strict';

const SVG = 'http://www.w3.org/2000/svg';

// An element with properties, attributes (names with '-'), and children; null children are left out.
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes('-') || name === 'role') element.setAttribute(name, value); else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

function drawn(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

const ENGLISH = {
  layer: 'layer', head: 'head', colormap: 'colours', alpha: 'opacity', interpolation: 'between patches', scale: 'scale', word: 'each word', shared: 'shared',
  relative: 'relative to all words', target: 'target', mean: 'mean', last: 'last', rollout: 'rollout', max: 'max', nearest: 'none', linear: 'linear', cubic: 'smooth',
  nothing: 'looks at nothing here', entropy: 'entropy', kind: 'kind', unknown: 'not in the vocabulary, read as', top: 'top patches', patch: 'patch', weight: 'weight',
  row: 'row', column: 'column', words: 'words that look here', view: 'view', score: 'score', verb: 'verb', colour: 'colour', noun: 'noun', other: 'other',
  hint: 'Point at a word to see its map, click to keep it (arrow keys move). Click the image to ask a patch for its words; Escape lets it go.',
  patches: 'patches', sentence: 'words of the instruction', picture: 'image with the map of the word; arrow keys choose a patch',
};
const CHINESE = {
  layer: '层', head: '头', colormap: '色图', alpha: '不透明度', interpolation: '插值', scale: '色阶', word: '每词各自', shared: '共用',
  relative: '相对于所有词的平均', target: '目标', mean: '平均', last: '最后一层', rollout: 'rollout', max: '最大', nearest: '无', linear: '线性', cubic: '平滑',
  nothing: '看向“此处没有”', entropy: '熵', kind: '词类', unknown: '不在词表中,按此理解', top: '权重最高的图像块', patch: '图像块', weight: '权重',
  row: '行', column: '列', words: '看向这里的词', view: '视角', score: '得分', verb: '动词', colour: '颜色', noun: '名词', other: '其他',
  hint: '指向一个词显示它的热图,点击固定(方向键移动)。点击图像查看该块对应的词,Esc 取消。',
  patches: '图像块', sentence: '指令中的词', picture: '图像与该词的热图;方向键选择图像块',
};

function startPage(data) {
  const say = data.language === 'zh' ? CHINESE : ENGLISH;
  const state = {...data.look, ...data.shown, pinned: 0, hovered: null, chosen: null, marked: null};
  const TOP = 8;
  let readings = [], maxima = [];

  const percent = (share) => (100 * share).toFixed(0) + ' %';
  const short = (weight) => weight === 0 ? '0' : weight >= 0.0995 ? weight.toFixed(2) : weight >= 0.00095 ? weight.toFixed(3) : '<0.001';
  const word = () => state.hovered ?? state.pinned;

  // --- words ---
  const buttons = data.words.map((entry, index) => make('button', {
    className: 'word' + (entry.known ? '' : ' unknown'), type: 'button', textContent: entry.text,
    onclick: () => { state.pinned = index; state.hovered = null; update(); },
    onmouseenter: () => { state.hovered = index; update(); },
    onmouseleave: () => { state.hovered = null; update(); },
    onkeydown: (event) => moveWord(event, index),
  }));
  const sentence = make('h1', {className: 'sentence', role: 'group', 'aria-label': say.sentence},
    ...data.words.flatMap((entry, index) => [entry.before, buttons[index]]), data.after);

  function moveWord(event, index) {
    const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
    if (!step) return;
    event.preventDefault();
    state.pinned = (index + step + buttons.length) % buttons.length;
    state.hovered = null;
    update();
    buttons[state.pinned].focus();
  }

  // --- controls ---
  function choice(name, values, naming = (value) => say[value] ?? value) {
    const select = make('select', {name, onchange: () => { state[name] = select.value; update(true); }},
      ...values.map((value) => make('option', {value, textContent: naming(value), selected: value === String(state[name])})));
    return make('label', {}, say[name], select);
  }
  function tick(name) {
    const box = make('input', {type: 'checkbox', name, checked: state[name], onchange: () => { state[name] = box.checked; update(true); }});
    return make('label', {className: 'tick'}, box, say[name]);
  }
  const numbers = (count) => Array.from({length: count}, (_, index) => String(index));
  const slider = make('input', {type: 'range', name: 'alpha', min: '0', max: '1', step: '0.05', value: String(state.alpha),
    oninput: () => { state.alpha = Number(slider.value); update(); }});
  const controls = make('div', {className: 'controls'},
    choice('layer', ['last', 'mean', 'rollout', ...numbers(data.layers)]), choice('head', ['mean', 'max', ...numbers(data.heads)]),
    choice('colormap', Object.keys(data.colormaps)), make('label', {}, say.alpha, slider),
    choice('interpolation', ['cubic', 'linear', 'nearest']), choice('scale', ['word', 'shared']),
    data.words.length > 1 ? tick('relative') : null, data.target ? tick('target') : null);

  // --- views ---
  const stages = data.views.map((view, number) => {
    const grid = view.grid, canvas = make('canvas'), marks = drawn('svg', {viewBox: `0 0 ${grid.image_width} ${grid.image_height}`, preserveAspectRatio: 'none'});
    const stage = make('div', {className: 'stage', tabIndex: 0, role: 'img', 'aria-label': say.picture},
      make('img', {src: view.picture, alt: ''}), canvas, marks);
    const ratio = Math.min(8, Math.max(0.2, grid.image_width / grid.image_height));  // a thread of pixels is drawn wider than it is
    stage.style.aspectRatio = String(ratio);
    stage.style.width = `min(100%, ${74 * ratio}vh)`;
    stage.onclick = (event) => {
      const place = stage.getBoundingClientRect();
      const patch = maths.patchAt(grid, (event.clientX - place.left) / place.width, (event.clientY - place.top) / place.height);
      if (patch !== null) choosePatch(number, patch);
    };
    stage.onkeydown = (event) => movePatch(event, number);
    const name = (data.views.length > 1 ? `${say.view} ${number}: ` : '') + `${view.path}, ${grid.image_width} x ${grid.image_height}`;
    const figure = make('figure', {}, stage, make('figcaption', {textContent: name}));
    figure.style.flex = `${ratio} 1 ${Math.min(320, 220 * ratio)}px`;  // views side by side are equally high
    return {view, grid, canvas, marks, stage, figure};
  });

  function choosePatch(view, patch) {
    const same = state.chosen && state.chosen.view === view && state.chosen.patch === patch;
    state.chosen = same ? null : {view, patch};
    update();
  }
  function movePatch(event, number) {
    const grid = stages[number].grid, step = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: grid.cols, ArrowUp: -grid.cols}[event.key];
    if (!step) return;
    event.preventDefault();
    const from = state.chosen && state.chosen.view === number ? state.chosen.patch : maths.topPatches(readings[number][word()].heat, grid, 1)[0];
    const to = from + step, leavesRow = Math.abs(step) === 1 && Math.floor(to / grid.cols) !== Math.floor(from / grid.cols);
    const inside = !leavesRow && to >= 0 && to < grid.rows * grid.cols && maths.patchBox(grid, to).width > 0 && maths.patchBox(grid, to).height > 0;
    state.chosen = {view: number, patch: inside ? to : from};
    update();
  }
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    state.chosen = state.hovered = null;
    update();
  });

  function frame(marks, box, colour, width) {
    const place = {x: box.x, y: box.y, width: box.width, height: box.height, fill: 'none', 'vector-effect': 'non-scaling-stroke'};
    marks.append(drawn('rect', {...place, stroke: '#000000', 'stroke-width': width + 2}), drawn('rect', {...place, stroke: colour, 'stroke-width': width}));
  }
  function drawMarks(stage, number) {
    stage.marks.replaceChildren();
    if (number === 0 && state.target && data.target) {
      const [x0, y0, x1, y1] = data.target.box, [x, y] = data.target.point;
      const radius = 5 * stage.grid.image_width / Math.max(1, stage.stage.clientWidth);
      frame(stage.marks, {x: x0, y: y0, width: x1 - x0, height: y1 - y0}, '#00e676', 2);
      stage.marks.append(drawn('circle', {cx: x, cy: y, r: radius, fill: '#00e676', stroke: '#000000', 'stroke-width': 1, 'vector-effect': 'non-scaling-stroke'}));
    }
    for (const patch of [state.marked, state.chosen]) {
      if (patch && patch.view === number) frame(stage.marks, maths.patchBox(stage.grid, patch.patch), '#ffffff', 2);
    }
  }
  function drawHeat(stage, number) {
    const {canvas} = stage;
    const {clientWidth, clientHeight} = stage.stage, scale = Math.min(1, 1000 / Math.max(clientWidth, clientHeight));
    canvas.width = Math.max(1, Math.round(clientWidth * scale));
    canvas.height = Math.max(1, Math.round(clientHeight * scale));
    canvas.className = state.interpolation;
    canvas.getContext('2d').putImageData(new ImageData(pixels(number, word(), canvas.width, canvas.height), canvas.width, canvas.height), 0, 0);
  }
  function pixels(number, index, width, height) {
    const reading = readings[number][index];
    return maths.heatPixels(reading.heat, stages[number].grid, width, height, {
      top: maxima[index], alpha: state.alpha * (1 - reading.nothing), colormap: data.colormaps[state.colormap], interpolation: state.interpolation});
  }

  // --- what is known ---
  const bar = make('div', {className: 'bar'}), wordCard = make('section', {className: 'card'}), patchCard = make('section', {className: 'card', hidden: true});
  wordCard.setAttribute('aria-live', 'polite');

  function drawBar() {
    const stops = Array.from({length: 13}, (_, i) => `rgb(${maths.colourAt(data.colormaps[state.colormap], i / 12)})`);
    const colours = make('i');
    colours.style.background = `linear-gradient(to right, ${stops})`;
    bar.replaceChildren('0', colours, short(maxima[word()]));
  }
  function level(share) {
    const element = make('span', {className: 'level'});
    element.style.setProperty('--share', String(Math.min(1, Math.max(0, share))));
    return element;
  }
  function topTable(number) {
    const {heat} = readings[number][word()], {grid} = stages[number], order = maths.topPatches(heat, grid, TOP);
    const rows = order.map((patch) => {
      const is = (other) => other && other.view === number && other.patch === patch;
      const mark = (on) => { state.marked = on ? {view: number, patch} : null; stages.forEach(drawMarks); };
      return make('tr', {tabIndex: 0, className: is(state.chosen) ? 'chosen' : '', onmouseenter: () => mark(true), onmouseleave: () => mark(false),
        onfocus: () => mark(true), onblur: () => mark(false), onclick: () => choosePatch(number, patch),
        onkeydown: (event) => { if (event.key === 'Enter') choosePatch(number, patch); }},
        make('td', {textContent: String(patch)}), make('td', {textContent: `${Math.floor(patch / grid.cols)}, ${patch % grid.cols}`}),
        make('td', {}, short(heat[patch]), level(heat[patch] / heat[order[0]])));
    });
    const head = make('tr', {}, ...[say.patch, `${say.row}, ${say.column}`, say.weight].map((textContent) => make('th', {textContent})));
    const title = data.views.length > 1 ? `${say.top}, ${say.view} ${number}` : say.top;
    return [make('h3', {textContent: title}), make('table', {className: 'top'}, make('thead', {}, head), make('tbody', {}, ...rows))];
  }
  function fact(name, value) { return [make('dt', {textContent: name}), make('dd', {textContent: value})]; }
  function drawWordCard() {
    const entry = data.words[word()], reading = readings[0][word()];
    wordCard.replaceChildren(make('h2', {textContent: entry.text}),
      make('dl', {}, ...(entry.kind ? fact(say.kind, say[entry.kind] ?? entry.kind) : []), ...(entry.known ? [] : fact(say.unknown, entry.tokens.join(' + '))),
        ...(data.views[0].nothing ? fact(say.nothing, percent(reading.nothing)) : []), ...fact(say.entropy, reading.entropy.toFixed(2))),
      ...stages.flatMap((_, number) => topTable(number)));
  }
  function drawPatchCard() {
    patchCard.hidden = !state.chosen;
    if (!state.chosen) return;
    const {view, patch} = state.chosen, {grid} = stages[view];
    const order = readings[view].map((reading, index) => ({index, weight: reading.heat[patch] * (1 - reading.nothing)})).sort((a, b) => b.weight - a.weight || a.index - b.index);
    const most = Math.max(order[0].weight, 1e-12);
    patchCard.replaceChildren(make('h2', {textContent: `${say.patch} ${patch}`}),
      make('div', {className: 'faint', textContent: `${say.row} ${Math.floor(patch / grid.cols)}, ${say.column} ${patch % grid.cols}` + (data.views.length > 1 ? `, ${say.view} ${view}` : '')}),
      make('h3', {textContent: say.words}),
      make('table', {className: 'asked'}, make('tbody', {}, ...order.slice(0, 12).map(({index, weight}) => make('tr', {tabIndex: 0,
        onclick: () => { state.pinned = index; update(); }, onkeydown: (event) => { if (event.key === 'Enter') { state.pinned = index; update(); } }},
        make('td', {className: 'name', textContent: data.words[index].text}), make('td', {}, short(weight), level(weight / most)))))));
  }

  // --- all together ---
  // `anew`: the readings themselves changed.
  function update(anew = false) {
    if (anew) {
      const shape = {layers: data.layers, heads: data.heads, words: data.words.length};
      readings = data.views.map((view) => maths.readWords(view, {...shape, patches: view.grid.rows * view.grid.cols}, state));
      maxima = maths.scaleMaxima(readings, state.scale === 'shared');
    }
    buttons.forEach((button, index) => {
      const nothing = Math.min(...readings.map((words) => words[index].nothing));
      button.setAttribute('aria-pressed', String(index === word()));
      button.tabIndex = index === state.pinned ? 0 : -1;
      button.classList.toggle('nothing', nothing > 0.5);
      button.style.setProperty('--seen', String(1 - nothing));
    });
    state.marked = null;
    stages.forEach((stage, number) => { drawHeat(stage, number); drawMarks(stage, number); });
    drawBar();
    drawWordCard();
    drawPatchCard();
  }

  document.documentElement.lang = data.language;
  document.title = `${data.instruction} - attnviz`;
  const warnings = data.warnings.length ? make('ul', {className: 'warnings'}, ...data.warnings.map((textContent) => make('li', {textContent}))) : null;
  const seen = make('div', {}, make('div', {className: 'views'}, ...stages.map((stage) => stage.figure)), bar, warnings);
  document.getElementById('page').replaceChildren(sentence, make('p', {className: 'facts', textContent: data.facts}), controls,
    make('main', {className: 'work'}, seen, make('aside', {}, patchCard, wordCard)), make('p', {className: 'hint', textContent: say.hint}));
  update(true);
  state.pinned = Math.max(0, data.words.findIndex((_, index) => readings.some((words) => words[index].nothing <= 0.5)));  // one that shows something
  update();
  let waiting = 0;
  new ResizeObserver(() => { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(() => update()); }).observe(seen);
  // For tests and for the curious.
  window.attnviz = {state, update, pixels, readings: () => readings, maxima: () => maxima};
}

(() => {
  const fail = (problem) => {
    document.getElementById('page').replaceChildren(make('p', {className: 'problem', textContent: `attnviz: this page is damaged (${problem.message}); write it again. 页面已损坏,请重新生成。`}));
  };
  try {
    const data = JSON.parse(document.getElementById('data').textContent);
    for (const view of data.views) view.rows = maths.decodeRows(view, data.layers * data.heads * data.words.length, view.grid.rows * view.grid.cols);
    startPage(data);
  } catch (problem) {
    fail(problem);
  }
})();
