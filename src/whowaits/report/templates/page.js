// Sorts and filters the tables that are there; without it the page is the same, in the order in which it was written.
(() => {
  "use strict";
  const SORTED_FROM = 3, FILTERED_FROM = 8; // rows
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const make = (tag, values) => Object.assign(document.createElement(tag), values);

  const shown = (cell) => (cell.firstElementChild || cell).textContent.trim();

  const amount = (cell) => {
    if (cell.dataset.order) return Number(cell.dataset.order);
    const found = shown(cell).replaceAll(",", "").match(/(−|costs )?\$?(\d+(?:\.\d+)?)/);
    return found ? (found[1] ? -1 : 1) * Number(found[2]) : NaN;
  };

  const sort = (rows, column, amounts, down) => {
    const keyed = rows.map((row) => [row, amounts ? amount(row.cells[column]) : shown(row.cells[column])]);
    const missing = ([, key]) => Number.isNaN(key) || key === "–";
    keyed.sort((a, b) => {
      if (missing(a) || missing(b)) return missing(a) - missing(b);
      const order = amounts ? a[1] - b[1] : collator.compare(a[1], b[1]);
      return down ? -order : order;
    });
    return keyed.map(([row]) => row);
  };

  const tools = (table, rows) => {
    const bar = make("div", { className: "tools" });
    const said = make("output", { ariaLive: "polite" });
    if (rows.length >= FILTERED_FROM) {
      const field = make("input", { type: "search", autocomplete: "off", spellcheck: false });
      const label = make("label", { textContent: "Filter " });
      const texts = rows.map((row) => row.textContent.toLowerCase());
      field.addEventListener("input", () => {
        const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
        rows.forEach((row, at) => { row.hidden = !wanted.every((word) => texts[at].includes(word)); });
        const left = rows.filter((row) => !row.hidden).length;
        said.textContent = wanted.length ? `${left} of ${rows.length} rows` : "";
      });
      label.append(field);
      bar.append(label);
    }
    bar.append(said);
    table.parentElement.before(bar);
    return [bar, said];
  };

  const offer = (table, rows) => {
    const [bar, said] = tools(table, rows);
    const columns = [...table.tHead.rows[0].cells].map((head, at) => ({
      head,
      name: head.textContent.trim(),
      amounts: head.classList.contains("n") || rows.some((row) => row.cells[at].dataset.order),
    }));
    const choice = make("select", {});
    choice.append(make("option", { textContent: "as written", value: "" }));

    const show = (at, down) => {
      const column = columns[at];
      columns.forEach(({ head }) => head.removeAttribute("aria-sort"));
      if (column) column.head.setAttribute("aria-sort", down ? "descending" : "ascending");
      table.tBodies[0].append(...(column ? sort(rows, at, column.amounts, down) : rows));
      choice.value = column ? `${at} ${Number(down)}` : "";
      said.textContent = column ? `sorted by ${column.name}, ${down ? "down" : "up"}` : "as written";
    };

    columns.forEach(({ head, name, amounts }, at) => {
      const button = make("button", { type: "button", textContent: name });
      button.addEventListener("click", () => {
        const now = head.getAttribute("aria-sort"), first = amounts ? "descending" : "ascending";
        if (!now || now === first) show(at, amounts === !now);
        else show(-1, false);
      });
      head.replaceChildren(button, make("span", { className: "name", textContent: name }));
      for (const down of [amounts, !amounts]) {
        choice.append(make("option", { textContent: `${name}, ${down ? "down" : "up"}`, value: `${at} ${Number(down)}` }));
      }
    });

    choice.addEventListener("change", () => {
      const [at, down] = choice.value.split(" ");
      show(choice.value ? Number(at) : -1, down === "1");
    });
    const label = make("label", { className: "by", textContent: "Sort by " });
    label.append(choice);
    bar.prepend(label);
  };

  for (const table of document.querySelectorAll("table")) {
    const rows = [...table.tBodies[0].rows];
    if (rows.length >= SORTED_FROM) offer(table, rows);
  }
})();
