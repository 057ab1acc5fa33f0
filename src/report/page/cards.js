// What is known of the word and of the chosen patch, beside the images. `app`: the page (page.js).
function makeCards(app) {
  const {data, say, state} = app, several = data.views.length > 1;
  const bar = make('div', {className: 'bar'}), spoken = make('p', {className: 'spoken', 'aria-live': 'polite'});
  const wordCard = make('section', {className: 'card'}), patchCard = make('section', {className: 'card patch-card', hidden: true});
  const listed = Math.max(8, data.top);

  function drawBar() {
    const stops = Array.from({length: 13}, (_, i) => `rgb(${maths.colourAt(data.colormaps[state.colormap], i / 12)})`);
    const colours = make('i');
    colours.style.background = `linear-gradient(to right, ${stops})`;
    bar.replaceChildren('0', colours, short(app.maxima[app.word()]));
  }

  const fact = (name, value) => [make('dt', {textContent: name}), make('dd', {textContent: value})];
  function factsOfView(number) {
    const reading = app.readings[number][app.word()];
    return [...(data.views[number].nothing ? fact(say.nothing, percent(reading.nothing)) : []), ...fact(say.entropy, reading.entropy.toFixed(2))];
  }

  function topTable(number) {
    const {heat} = app.readings[number][app.word()], {grid} = data.views[number], order = maths.topPatches(heat, grid, listed);
    const rows = order.map((patch, rank) => ({
      key: `top ${number} ${rank}`, text: String(patch), chosen: state.chosen?.view === number && state.chosen.patch === patch,
      act: () => app.choosePatch(number, patch), mark: (on) => app.markPatch(on ? {view: number, patch} : null),
      cells: [make('td', {textContent: `${Math.floor(patch / grid.cols)}, ${patch % grid.cols}`}),
        make('td', {}, short(heat[patch]), level(heat[patch] / heat[order[0]]))],
    }));
    return choiceTable('top', [say.patch, `${say.row}, ${say.column}`, say.weight], rows);
  }

  function drawWordCard() {
    const entry = data.words[app.word()];
    const ofWord = [...(entry.kind ? fact(say.kind, say[entry.kind] ?? entry.kind) : []), ...(entry.known ? [] : fact(say.unknown, entry.tokens.join(' + ')))];
    wordCard.replaceChildren(make('h2', {textContent: clipped(entry.text, 120), dir: 'auto'}),
      make('dl', {}, ...ofWord, ...(several ? [] : factsOfView(0))),
      ...data.views.flatMap((_, number) => [make('h3', {textContent: several ? `${say.top}, ${say.view} ${number}` : say.top}),
        several ? make('dl', {}, ...factsOfView(number)) : null, topTable(number)].filter((part) => part !== null)));
  }

  // The words by what they give to the patch of all that they give, "nothing here" included: a word that looks at nothing
  // has a patch of highest weight, too.
  function drawPatchCard() {
    patchCard.hidden = !state.chosen;
    spoken.textContent = '';
    if (!state.chosen) return;
    const {view, patch} = state.chosen, {grid, nothing} = data.views[view];
    const order = app.readings[view].map((reading, index) => ({index, weight: reading.heat[patch], share: reading.heat[patch] * (1 - reading.nothing)}))
      .sort((a, b) => b.share - a.share || a.index - b.index).slice(0, 12);
    const most = Math.max(order[0].share, 1e-12);
    const rows = order.map(({index, weight, share}) => ({
      key: `word ${index}`, text: clipped(data.words[index].text, 40), chosen: index === state.pinned, act: () => app.pin(index),
      cells: [make('td', {textContent: short(weight)}), make('td', {}, nothing ? short(share) : '', level(share / most))],
    }));
    const place = `${say.row} ${Math.floor(patch / grid.cols)}, ${say.column} ${patch % grid.cols}` + (several ? `, ${say.view} ${view}` : '');
    patchCard.replaceChildren(make('h2', {textContent: `${say.patch} ${patch}`}), make('div', {className: 'faint', textContent: place}),
      make('h3', {textContent: say.words}), choiceTable('asked', ['', say.weight, nothing ? say.all : ''], rows));
    spoken.textContent = `${say.patch} ${patch}: ` + order.slice(0, 3).map(({index, share}) => `${data.words[index].text} ${short(share)}`).join(', ');
  }

  return {
    bar, spoken, wordCard, patchCard,
    draw: () => { drawBar(); keepFocus(wordCard, drawWordCard); keepFocus(patchCard, drawPatchCard); },
  };
}
