// The page's script, as text, since it runs in the browser: it fetches the newest samples once a second and updates the
// table. Text from pushers enters the document only through textContent, never as markup.

export const PAGE_SCRIPT = `'use strict';
(() => {
  const byId = (id) => document.getElementById(id);
  const filter = byId('filter'), status = byId('status'), body = byId('rows');
  let shownKeys = '';
  let isFetching = false;

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function seriesCell(row) {
    const cell = element('td', 'series');
    cell.append(element('span', 'name', row.name));
    row.labels.forEach(([name, value], i) => {
      cell.append(i === 0 ? '{' : ', ', element('span', 'label', name), '=', element('span', 'string', JSON.stringify(value)));
    });
    if (row.labels.length > 0) cell.append('}');
    cell.append(element('span', 'about', row.about), element('span', 'exemplar'));
    return cell;
  }

  function valueCell() {
    const cell = element('td', 'value');
    cell.append(element('span', 'amount'), element('span', 'detail'));
    return cell;
  }

  function rowOf(row) {
    const made = element('tr');
    const when = element('td', 'when');
    when.append(element('time'));
    made.append(seriesCell(row), valueCell(), when, element('td', 'age'));
    return made;
  }

  // Unchanged text is left alone, so that a selection in it stays.
  function setText(node, text) {
    if (node.textContent !== text) node.textContent = text;
  }

  function show(latest) {
    const keys = JSON.stringify(latest.rows.map((row) => [row.name, row.labels, row.about]));
    if (keys !== shownKeys || body.children.length !== latest.rows.length) body.replaceChildren(...latest.rows.map(rowOf));
    shownKeys = keys;
    latest.rows.forEach((row, i) => {
      const [series, value, when, age] = body.children[i].children;
      setText(series.lastElementChild, row.exemplar);
      setText(value.firstElementChild, row.value);
      setText(value.lastElementChild, row.detail);
      setText(when.firstElementChild, row.time);
      setText(age, row.age);
    });
    byId('empty').hidden = latest.totalSeries > 0;
    byId('table').hidden = latest.totalSeries === 0;
    setText(status, latest.summary);
    status.className = '';
  }

  async function refresh() {
    if (isFetching || document.hidden) return;
    isFetching = true;
    const asked = filter.value;
    try {
      const answer = await fetch('/latest.json?filter=' + encodeURIComponent(asked), { signal: AbortSignal.timeout(5000) });
      if (!answer.ok) throw new Error('status ' + answer.status);
      show(await answer.json());
    } catch {
      status.className = 'failed';
      setText(status, 'No answer from Sluice. Is it still running? The table shows the last answer.');
    }
    isFetching = false;
    if (filter.value !== asked) refresh();
  }

  filter.addEventListener('input', refresh);
  byId('form').addEventListener('submit', (event) => { event.preventDefault(); refresh(); });
  document.addEventListener('visibilitychange', refresh);
  setInterval(refresh, 1000);
  refresh();
})();
`;
