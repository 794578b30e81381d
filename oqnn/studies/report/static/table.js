"use strict";
// Tables that sort by the buttons in their heads.
(() => {
  const collator = new Intl.Collator("en", { numeric: true });

  function key(row, column) {
    const cell = row.cells[column];
    const value = cell.dataset.value;
    return value === undefined || value === "" ? cell.textContent.trim() : value;
  }

  function compare(a, b) {
    const [one, other] = [Number(a), Number(b)];
    const numbers = [one, other].map((x) => !Number.isNaN(x));
    if (numbers[0] && numbers[1]) return one - other;
    if (a === "inf" || b === "inf") return (a === "inf") - (b === "inf");
    return collator.compare(a, b);
  }

  function sort(table, column) {
    const heads = [...table.tHead.rows[0].cells];
    const head = heads[column];
    const up = head.getAttribute("aria-sort") !== "ascending";
    heads.forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const rows = [...table.tBodies[0].rows].map((row) => [key(row, column), row]);
    // What has no number stays below, whichever way the others run.
    const empty = (entry) => entry === "–";
    rows.sort(([a], [b]) => {
      if (empty(a) || empty(b)) return empty(a) - empty(b);
      return up ? compare(a, b) : compare(b, a);
    });
    table.tBodies[0].append(...rows.map(([, row]) => row));
    const words = head.textContent.trim();
    const way = up ? "rising" : "falling";
    document.getElementById("sorted").textContent = `Sorted by ${words}, ${way}.`;
  }

  for (const table of document.querySelectorAll("table.sortable")) {
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      head.querySelector("button").addEventListener("click", () => sort(table, column));
    });
  }
})();
