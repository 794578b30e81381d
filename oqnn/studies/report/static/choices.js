"use strict";
// The data of the page, the choices made on it, and where both meet.
window.report = (() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const many = data.materials.length;
  const listeners = [];
  const asked = new Map();

  const byId = (id) => document.getElementById(id);

  function fill(id, names, chosen = 0) {
    const select = byId(id);
    const before = select.value;
    select.replaceChildren(
      ...names.map((name, i) => new Option(name, String(i), false, i === chosen)),
    );
    if (before !== "" && Number(before) < names.length) select.value = before;
    return select;
  }

  const picked = (id) => Number(byId(id).value);

  // Indices of the place on every axis, last axis fastest in its number.
  const coordinates = () => data.axes.map((_, i) => picked(`place-${i}`));

  const placeAt = (indices) =>
    indices.reduce((place, index, i) => place * data.axes[i].labels.length + index, 0);

  const place = () => placeAt(coordinates());

  const label = (number) => {
    if (number === null || number === undefined || Number.isNaN(number)) return "–";
    if (!Number.isFinite(number)) return number > 0 ? "∞" : "−∞";
    return String(Number(number.toPrecision(4))).replace("-", "−");
  };

  function rowOf(measure, cell) {
    if (!measure.shown) return cell;
    measure.rows ??= new Map(measure.shown.map((c, row) => [c, row]));
    return measure.rows.has(cell) ? measure.rows.get(cell) : -1;
  }

  // JSON knows nothing infinite: such numbers come as texts.
  const INFINITE = { inf: Infinity, "-inf": -Infinity };
  const read = (x) => (Array.isArray(x) ? x.map(read) : INFINITE[x] ?? x);

  // The numbers of one cell, or null where the page has none.
  function estimate(measure, cell) {
    const row = rowOf(measure, cell);
    if (row < 0) return null;
    const value = read(measure.value[row]);
    return {
      value,
      low: measure.low ? read(measure.low[row]) : value,
      high: measure.high ? read(measure.high[row]) : value,
      count: measure.count[row],
      times: measure.times,
    };
  }

  const sameTimes = (a, b) =>
    a?.length === b?.length && (a ?? []).every((time, i) => time === b[i]);

  function add(found) {
    for (const extra of found.measures) {
      const measure = data.measures.find(
        (m) => m.name === extra.name && sameTimes(m.times, extra.times),
      );
      if (!measure) {
        data.measures.push(extra);
        continue;
      }
      for (const side of ["low", "high"]) {
        measure[side] ??= measure.value.slice();
        measure[side].push(...(extra[side] ?? extra.value));
      }
      measure.value.push(...extra.value);
      measure.count.push(...extra.count);
      measure.shown.push(...extra.shown);
      measure.rows = undefined;
    }
    const held = new Set(data.states.map((s) => s.point));
    data.states.push(...found.states.filter((s) => !held.has(s.point)));
  }

  const holds = (number) =>
    data.measures
      .filter((m) => m.times)
      .every((m) => data.materials.every((_, i) => rowOf(m, number * many + i) >= 0));

  // Ask the server for a place once; a page from disk has nobody to ask.
  async function fetchPlace(number) {
    if (!data.served || asked.has(number)) return asked.get(number);
    const answer = fetch(`place/${number}.json`)
      .then(async (response) => {
        if (response.ok) return response.json();
        const said = await response.json().catch(() => ({}));
        throw new Error(said.error ?? `status ${response.status}`);
      })
      .then(add)
      .catch((error) => {
        asked.delete(number);
        return String(error.message);
      });
    asked.set(number, answer);
    return answer;
  }

  async function changed() {
    const number = place();
    listeners.forEach((listener) => listener());
    if (!data.served) return;
    const trouble = await fetchPlace(number);
    if (number !== place()) return;
    listeners.forEach((listener) => listener());
    if (trouble && byId("place-note")) {
      byId("place-note").textContent = `This place could not be read (${trouble}).`;
    }
  }

  return {
    data, many, byId, fill, picked, place, placeAt, coordinates, label, estimate,
    holds, changed, onPlace: (listener) => listeners.push(listener),
  };
})();
