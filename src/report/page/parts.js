// Small pieces that pages are built of. All text from outside enters as text.
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

const percent = (share) => (100 * share).toFixed(0) + ' %';
const short = (weight) => weight === 0 ? '0' : weight >= 0.0995 ? weight.toFixed(2) : weight >= 0.00095 ? weight.toFixed(3) : '<0.001';
const clipped = (text, most) => [...text].length > most ? [...text].slice(0, most).join('') + '…' : text;

// A bar as long as a share.
function level(share) {
  const element = make('span', {className: 'level'});
  element.style.setProperty('--share', String(Math.min(1, Math.max(0, share))));
  return element;
}

// A table whose rows are chosen with one button each: one stop of the Tab key, arrow keys move. `rows`: {key, text, cells,
// chosen, act, mark?}. The button that had the focus keeps it when the table is made again (`keepFocus`).
function choiceTable(className, head, rows) {
  const move = (event, index) => {
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    buttons[Math.min(Math.max(index + step, 0), buttons.length - 1)].focus();
  };
  const buttons = rows.map((row, index) => make('button', {type: 'button', className: 'row', textContent: row.text, tabIndex: index === 0 ? 0 : -1,
    'data-key': row.key, onkeydown: (event) => move(event, index), onfocus: () => row.mark?.(true), onblur: () => row.mark?.(false)}));
  const lines = rows.map((row, index) => make('tr', {className: row.chosen ? 'chosen' : '', onclick: row.act,
    onmouseenter: () => row.mark?.(true), onmouseleave: () => row.mark?.(false)}, make('td', {}, buttons[index]), ...row.cells));
  return make('table', {className}, make('thead', {}, make('tr', {}, ...head.map((textContent) => make('th', {textContent})))), make('tbody', {}, ...lines));
}

function keepFocus(card, rebuild) {
  const key = card.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  rebuild();
  if (key === undefined) return;
  const again = [...card.querySelectorAll('button')].find((button) => button.dataset.key === key);
  (again ?? card.querySelector('button'))?.focus();
}
