// The page itself: its state, the words, the controls, and how all of it hangs together.
function makeWords(app) {
  const {data, say, state} = app;
  const show = (index) => { state.hovered = index; app.update(); };
  const buttons = data.words.map((entry, index) => make('button', {
    className: 'word' + (entry.known ? '' : ' unknown'), type: 'button', textContent: clipped(entry.text, 80), onclick: () => app.pin(index),
    onmouseenter: () => show(index), onmouseleave: () => show(null), onkeydown: (event) => move(event, index),
  }));
  function move(event, index) {
    const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
    if (!step) return;
    event.preventDefault();
    app.pin((index + step + buttons.length) % buttons.length);
    buttons[state.pinned].focus();
  }
  function draw() {
    buttons.forEach((button, index) => {
      const entry = data.words[index], nothing = Math.min(...app.readings.map((words) => words[index].nothing));
      const remarks = [entry.known ? '' : `${say.unknown} ${entry.tokens.join(' + ')}`, nothing > 0.005 ? `${say.nothing}: ${percent(nothing)}` : ''];
      button.title = remarks.filter((remark) => remark).join('; ');
      button.setAttribute('aria-pressed', String(index === state.pinned));
      button.tabIndex = index === state.pinned ? 0 : -1;
      button.classList.toggle('shown', index === app.word());
      button.classList.toggle('nothing', nothing > 0.5);
      button.style.setProperty('--seen', String(1 - nothing));
    });
  }
  const sentence = make('h1', {className: 'sentence', dir: 'auto'}, make('span', {role: 'group', 'aria-label': say.sentence},
    ...data.words.flatMap((entry, index) => [clipped(entry.before, 200), buttons[index]]), clipped(data.after, 200)));
  return {sentence, draw};
}

// `anew`: choices that change the readings themselves.
function makeControls(app) {
  const {data, say, state} = app, anew = ['layer', 'head', 'relative'];
  const set = (name, value) => { state[name] = value; app.update(anew.includes(name)); };
  function choice(name, values) {
    if (!values.includes(String(state[name]))) throw new Error(name);
    const select = make('select', {name, onchange: () => set(name, select.value)},
      ...values.map((value) => make('option', {value, textContent: say[value] ?? value, selected: value === String(state[name])})));
    return make('label', {}, say[name], select);
  }
  function tick(name, text) {
    const box = make('input', {type: 'checkbox', name, checked: state[name], onchange: () => set(name, box.checked)});
    return make('label', {className: 'tick'}, box, text);
  }
  const numbers = (count) => Array.from({length: count}, (_, index) => String(index));
  const slider = make('input', {type: 'range', name: 'alpha', min: '0', max: '1', step: '0.01', value: String(state.alpha),
    oninput: () => set('alpha', Number(slider.value))});
  return make('div', {className: 'controls'},
    choice('layer', ['last', 'mean', 'rollout', ...numbers(data.layers)]), choice('head', ['mean', 'max', ...numbers(data.heads)]),
    choice('colormap', Object.keys(data.colormaps)), make('label', {}, say.alpha, slider),
    choice('interpolation', ['cubic', 'linear', 'nearest']), choice('scale', ['word', 'shared']),
    data.words.length > 1 ? tick('relative', say.relative) : null,
    data.target ? tick('target', `${say.target} ${short(data.target.score)}`) : null);
}

function startPage(data) {
  const say = TEXTS[data.language] ?? TEXTS.en;
  const state = {...data.look, ...data.shown, pinned: 0, hovered: null, chosen: null, marked: null};
  const app = {data, say, state, readings: [], maxima: []};
  app.word = () => state.hovered ?? state.pinned;
  app.pin = (index) => { state.pinned = index; state.hovered = null; app.update(); };
  app.markPatch = (patch) => { state.marked = patch; stages.mark(); };
  app.choosePatch = (view, patch) => {
    state.chosen = state.chosen?.view === view && state.chosen.patch === patch ? null : {view, patch};
    app.update();
    if (state.chosen) cards.patchCard.querySelector('h2').scrollIntoView({block: 'nearest'});  // its first lines at least
  };
  app.read = () => {
    const shape = {layers: data.layers, heads: data.heads, words: data.words.length};
    app.readings = data.views.map((view) => maths.readWords(view, {...shape, patches: view.grid.rows * view.grid.cols}, state));
  };
  app.update = (anew = false) => {
    if (anew) app.read();
    app.maxima = maths.scaleMaxima(app.readings, state.scale === 'shared');
    state.marked = null;
    words.draw();
    stages.draw();
    cards.draw();
  };
  const words = makeWords(app), controls = makeControls(app), stages = makeStages(app), cards = makeCards(app);
  layOut(app, words, controls, stages, cards);
}

function layOut(app, words, controls, stages, cards) {
  const {data, say, state} = app;
  document.documentElement.lang = data.language;
  document.title = `${clipped(data.instruction, 200)} - attnviz`;
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    state.chosen = state.hovered = null;
    app.update();
  });
  const warnings = data.warnings.length ? make('ul', {className: 'warnings'}, ...data.warnings.map((text) => make('li', {textContent: clipped(text, 300)}))) : null;
  const seen = make('div', {}, make('div', {className: 'views'}, ...stages.list.map((stage) => stage.figure)), cards.bar);
  document.getElementById('page').replaceChildren(words.sentence, make('p', {className: 'facts', textContent: data.facts}), controls,
    make('main', {className: 'work'}, seen, make('aside', {}, cards.wordCard, cards.patchCard)), ...(warnings ? [warnings] : []),
    make('p', {className: 'hint', textContent: say.hint}), cards.spoken);
  app.read();
  state.pinned = Math.max(0, data.words.findIndex((_, index) => app.readings.some((view) => view[index].nothing <= 0.5)));  // one that shows something
  app.update();
  let waiting = 0;
  new ResizeObserver(() => { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(() => app.update()); }).observe(seen);
  // For tests and for the curious.
  window.attnviz = {state, update: app.update, pixels: stages.pixels, readings: () => app.readings, maxima: () => app.maxima};
}

(() => {
  const fail = (problem) => {
    const text = `attnviz: this page is damaged (${problem.message}); write it again. 页面已损坏,请重新生成。`;
    document.getElementById('page').replaceChildren(make('p', {className: 'problem', textContent: text}));
  };
  try {
    const data = JSON.parse(document.getElementById('data').textContent);
    for (const view of data.views) view.rows = maths.decodeRows(view, data.layers * data.heads * data.words.length, view.grid.rows * view.grid.cols);
    startPage(data);
  } catch (problem) {
    fail(problem);
  }
})();
