// The images with their maps and marks, one a view. `app`: the page (page.js).
function makeStages(app) {
  const {data, say, state} = app;

  function makeStage(view, number) {
    const grid = view.grid, canvas = make('canvas'), dot = make('i', {className: 'dot', hidden: true});
    const marks = drawn('svg', {viewBox: `0 0 ${grid.image_width} ${grid.image_height}`, preserveAspectRatio: 'none'});
    const stage = make('div', {className: 'stage', tabIndex: 0, role: 'application', 'aria-label': say.picture},
      make('img', {src: view.picture, alt: ''}), canvas, marks, dot);
    const ratio = Math.min(25, Math.max(0.04, grid.image_width / grid.image_height));  // a thread of pixels is drawn wider than it is
    stage.style.aspectRatio = String(ratio);
    stage.style.width = `min(100%, ${74 * ratio}vh)`;
    stage.onclick = (event) => {
      const place = stage.getBoundingClientRect();
      const patch = maths.patchAt(grid, (event.clientX - place.left) / place.width, (event.clientY - place.top) / place.height);
      if (patch !== null) app.choosePatch(number, patch);
    };
    stage.onkeydown = (event) => movePatch(event, number);
    const several = data.views.length > 1;
    const caption = make('figcaption', {}, several ? `${say.view} ${number}: ` : '', make('bdi', {textContent: view.path}),
      `, ${grid.image_width} x ${grid.image_height}` + (several ? `, ${grid.cols} x ${grid.rows} ${say.patches}` : ''));
    const figure = make('figure', {}, stage, caption);
    figure.style.flex = `${ratio} 1 ${260 * ratio}px`;  // views side by side are equally high
    if (several) figure.style.maxWidth = `min(100%, ${420 * ratio}px)`;
    return {view, grid, canvas, marks, dot, stage, figure};
  }

  function movePatch(event, number) {
    const grid = stages[number].grid, step = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: grid.cols, ArrowUp: -grid.cols}[event.key];
    if (!step) return;
    event.preventDefault();
    const chosen = state.chosen && state.chosen.view === number;
    const from = chosen ? state.chosen.patch : maths.topPatches(app.readings[number][app.word()].heat, grid, 1)[0];
    const to = from + step, leavesRow = Math.abs(step) === 1 && Math.floor(to / grid.cols) !== Math.floor(from / grid.cols);
    const box = maths.patchBox(grid, to);
    const inside = !leavesRow && to >= 0 && to < grid.rows * grid.cols && box.width > 0 && box.height > 0;
    state.chosen = {view: number, patch: inside ? to : from};
    app.update();
  }

  function frame(stage, box, colour) {
    const onScreen = Math.min(box.width, box.height) * stage.stage.clientWidth / stage.grid.image_width;
    const width = onScreen < 16 ? 1 : 2;  // a small patch shall be seen inside its frame
    const place = {x: box.x, y: box.y, width: box.width, height: box.height, fill: 'none', 'vector-effect': 'non-scaling-stroke'};
    stage.marks.append(drawn('rect', {...place, stroke: '#000000', 'stroke-width': width + 2}),
      drawn('rect', {...place, class: colour, 'stroke-width': width}));
  }
  function drawMarks(stage, number) {
    stage.marks.replaceChildren();
    stage.dot.hidden = !(number === 0 && state.target && data.target);
    if (!stage.dot.hidden) {
      const [x0, y0, x1, y1] = data.target.box, [x, y] = data.target.point;
      frame(stage, {x: x0, y: y0, width: x1 - x0, height: y1 - y0}, 'target');
      stage.dot.style.left = `${100 * x / stage.grid.image_width}%`;
      stage.dot.style.top = `${100 * y / stage.grid.image_height}%`;
    }
    for (const [patch, name] of [[state.marked, 'marked'], [state.chosen, 'chosen']]) {
      if (patch && patch.view === number) frame(stage, maths.patchBox(stage.grid, patch.patch), name);
    }
  }

  function pixels(number, index, width, height) {
    const reading = app.readings[number][index];
    return maths.heatPixels(reading.heat, stages[number].grid, width, height, {
      top: app.maxima[index], alpha: state.alpha * (1 - reading.nothing), colormap: data.colormaps[state.colormap],
      interpolation: state.interpolation});
  }
  function drawHeat(stage, number) {
    const {canvas} = stage, {clientWidth, clientHeight} = stage.stage, scale = Math.min(1, 1000 / Math.max(clientWidth, clientHeight));
    canvas.width = Math.max(1, Math.round(clientWidth * scale));
    canvas.height = Math.max(1, Math.round(clientHeight * scale));
    canvas.className = state.interpolation;
    const map = pixels(number, app.word(), canvas.width, canvas.height);
    canvas.getContext('2d').putImageData(new ImageData(map, canvas.width, canvas.height), 0, 0);
  }

  const stages = data.views.map(makeStage);
  return {
    list: stages, pixels,
    mark: () => stages.forEach(drawMarks),
    draw: () => stages.forEach((stage, number) => { drawHeat(stage, number); drawMarks(stage, number); }),
  };
}
