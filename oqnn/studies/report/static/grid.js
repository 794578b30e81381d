"use strict";
// Measures against the parameters, over two of them, and against time.
report.grid = (() => {
  const { data, many, byId, fill, picked, plots } = report;
  const scalars = data.measures.filter((m) => !m.times);
  const series = [...new Set(data.measures.filter((m) => m.times).map((m) => m.name))];
  const titled = ({ name, units }) =>
    name.replaceAll("_", " ") + (units ? ` (${units.replace(/\bxi\b/, "ξ")})` : "");

  const rising = (numbers) => numbers.every((x, i) => !i || x > numbers[i - 1]);

  const geometric = (numbers) =>
    rising(numbers) && numbers.length > 2 && Math.min(...numbers) > 0 &&
    numbers[1] / numbers[0] > 1.2 &&
    Math.abs(numbers[2] / numbers[1] / (numbers[1] / numbers[0]) - 1) < 0.05;

  function axisLayout(axis) {
    const type = !axis.numbers ? "category" : geometric(axis.numbers) ? "log" : "linear";
    const ticks = type === "log" ? { tickvals: axis.numbers, ticktext: axis.labels } : {};
    return { title: axis.name, type, ...ticks };
  }

  // Indices along an axis in the order of its numbers, however they were given.
  const ordered = ({ numbers, labels }) => {
    const indices = labels.map((_, i) => i);
    return numbers ? indices.sort((i, j) => numbers[i] - numbers[j]) : indices;
  };

  // Cells of one material along one axis, the other axes as chosen.
  function along(chosen, material) {
    const indices = report.coordinates();
    return ordered(data.axes[chosen]).map((i) => {
      indices[chosen] = i;
      return report.placeAt(indices) * many + material;
    });
  }

  // Infinite numbers are drawn at the edge of the others.
  const known = (x) => x !== null && x !== undefined && !Number.isNaN(x);
  function edges(values) {
    const finite = values.filter(Number.isFinite);
    if (!finite.length) return [0, 1];
    const [low, high] = [Math.min(...finite), Math.max(...finite)];
    const beyond = 0.08 * (high - low || Math.abs(high) || 1);
    return [low - beyond, high + beyond];
  }
  const within = (x, [low, high]) =>
    !known(x) ? null : x === Infinity ? high : x === -Infinity ? low : x;

  function drawGrid() {
    const measure = scalars[picked("grid-measure")];
    const chosen = picked("grid-axis");
    const axis = data.axes[chosen];
    const x = ordered(axis).map((i) => (axis.numbers ?? axis.labels)[i]);
    const all = data.materials.map((_, m) =>
      along(chosen, m).map((cell) => report.estimate(measure, cell)));
    const edge = edges(all.flat().map((f) => f?.value));
    const traces = data.materials.map((_, m) => {
      const own = plots.material(m);
      const found = all[m];
      const y = found.map((f) => within(f.value, edge));
      const reach = (side) =>
        found.map((f, i) => Math.abs(within(f[side] ?? f.value, edge) - y[i]));
      const shape = (f) => (!known(f.value) || Number.isFinite(f.value) ? "circle" :
        f.value > 0 ? "triangle-up" : "triangle-down");
      return {
        x, y, name: plots.plain(own.name), mode: "lines+markers",
        line: { color: own.colour, dash: own.dash, width: 2 },
        marker: {
          size: found.map((f) => (shape(f) === "circle" ? 6 : 10)),
          symbol: found.map(shape), opacity: 1, line: { width: 0 },
        },
        customdata: found.map((f) => report.label(f.value)),
        shown: found.map((f) => report.label(f.value)),
        error_y: {
          type: "data", symmetric: false, array: reach("high"),
          arrayminus: reach("low"), thickness: 1, width: 3,
        },
        hovertemplate: `${plots.plain(own.name)}: %{customdata}<extra></extra>`,
      };
    });
    plots.draw("grid-plot", traces, {
      hovermode: "x unified",
      xaxis: axisLayout(axis),
      yaxis: { title: titled(measure) },
    });
  }

  function leading(measure, place) {
    const sign = measure.better === "low" ? -1 : 1;
    const edge = (f, upper) => (sign > 0 === upper ? f.high : f.low);
    const behind = (a, b) => (a === b ? 0 : sign * (b - a));
    const ranked = data.materials
      .map((_, m) => ({ m, ...report.estimate(measure, place * many + m) }))
      .filter((f) => known(f.value))
      .sort((a, b) => behind(a.value, b.value) || behind(edge(a, false), edge(b, false)));
    if (!ranked.length) return null;
    const [best, ...rivals] = ranked;
    const beats = (rival) =>
      known(edge(best, false)) && known(edge(rival, true)) &&
      sign * (edge(best, false) - edge(rival, true)) > 0;
    return { ...best, decided: rivals.every(beats) };
  }

  function fieldTrace(measure, shown, places, across, up) {
    const base = {
      type: "heatmap", x: across.labels, y: up.labels, xgap: 2, ygap: 2,
    };
    if (shown < many) {
      const z = places.map((row) =>
        row.map((place) => report.estimate(measure, place * many + shown).value));
      const edge = edges(z.flat());
      const label = (v) => (known(v) && !Number.isFinite(v) ? report.label(v) : "");
      return {
        ...base, z: z.map((row) => row.map((v) => within(v, edge))), colorscale: "Cividis",
        table: z.map((row) => row.map(report.label)),
        text: z.map((row) => row.map(label)), texttemplate: "%{text}",
        customdata: z.map((row) => row.map(report.label)),
        showscale: z.flat().some(Number.isFinite),
        colorbar: { thickness: 12, outlinewidth: 0 },
        hovertemplate: "%{x}, %{y}: %{customdata}<extra></extra>",
      };
    }
    const found = places.map((row) => row.map((place) => leading(measure, place)));
    const name = (f) => (f ? data.materials[f.m].name + (f.decided ? "" : "?") : "–");
    const z = found.map((row) => row.map((f) => (f ? f.m + (f.decided ? 0 : many) : null)));
    const paints = [1, 0.45].flatMap((share) =>
      data.materials.map((_, m) => plots.mixed(plots.material(m).colour, share)));
    const step = 1 / paints.length;
    const few = across.labels.length * up.labels.length <= 80;
    return {
      ...base, z, zmin: -0.5, zmax: paints.length - 0.5, showscale: false,
      colorscale: paints.flatMap((p, i) => [[i * step, p], [(i + 1) * step, p]]),
      text: found.map((row) => row.map((f) => plots.plain(name(f)))),
      words: few ? z.map((row) => row.map((f) => plots.readable(paints[f]))) : null,
      table: found.map((row) => row.map((f) => (f ? `${name(f)} ${report.label(f.value)}` : "–"))),
      customdata: found.map((row) => row.map((f) => report.label(f?.value))),
      hovertemplate: "%{x}, %{y}: %{text} %{customdata}<extra></extra>",
    };
  }

  // The texts of a map, each in the colour that can be read on its field.
  function wordsOn({ x, y, text, words }) {
    if (!words) return [];
    return [{
      type: "scatter", mode: "text", hoverinfo: "skip", showlegend: false,
      x: y.flatMap(() => x), y: y.flatMap((label) => x.map(() => label)),
      text: text.flat(), textfont: { color: words.flat() },
    }];
  }

  function drawMap() {
    const measure = scalars[picked("map-measure")];
    const [i, j] = [picked("map-x"), picked("map-y")];
    const [across, up] = [data.axes[i], data.axes[j]];
    const indices = report.coordinates();
    const places = up.labels.map((_, v) =>
      across.labels.map((_, u) => {
        indices[i] = u;
        indices[j] = v;
        return report.placeAt(indices);
      }));
    const trace = fieldTrace(measure, picked("map-material"), places, across, up);
    plots.draw("map-plot", [trace, ...wordsOn(trace)], {
      xaxis: { title: across.name, type: "category", showgrid: false },
      yaxis: { title: i === j ? "" : up.name, type: "category", showgrid: false },
    });
  }

  function drawSeries() {
    const name = series[picked("series-measure")];
    const measures = data.measures.filter((m) => m.times && m.name === name);
    const place = report.place();
    const traces = [];
    data.materials.forEach((_, m) => {
      for (const measure of measures) {
        const found = report.estimate(measure, place * many + m);
        if (!found) continue;
        const own = plots.material(m);
        traces.push(...plots.line(own.name, own, found.times, found));
      }
    });
    if (byId("place-note")) {
      const partly = data.served ? "Reading this place …" :
        "The numbers of this place are not on the page: see “What this page leaves out”.";
      byId("place-note").textContent = traces.length ? "" : partly;
    }
    plots.draw("series-plot", traces, {
      hovermode: "x unified",
      xaxis: { title: data.timeLabel },
      yaxis: { title: titled(measures[0]), range: plots.reach(traces) },
    });
  }

  function redraw() {
    if (data.axes.length && scalars.length) drawGrid();
    if (data.axes.length > 1 && scalars.length) drawMap();
    if (series.length) drawSeries();
  }

  function start() {
    const names = scalars.map((m) => m.name.replaceAll("_", " "));
    const axes = data.axes.map((axis) => axis.name);
    data.axes.forEach((axis, i) =>
      fill(`place-${i}`, axis.labels).addEventListener("change", report.changed));
    if (axes.length && names.length) {
      fill("grid-measure", names).addEventListener("change", drawGrid);
      const longest = data.axes.reduce(
        (best, axis, i) => (axis.labels.length > data.axes[best].labels.length ? i : best), 0);
      fill("grid-axis", axes, longest).addEventListener("change", drawGrid);
    }
    if (axes.length > 1 && names.length) {
      fill("map-measure", names);
      fill("map-x", axes, 0);
      fill("map-y", axes, 1);
      fill("map-material", [...data.materials.map((m) => m.name), "Leading material"], many);
      for (const id of ["map-measure", "map-x", "map-y", "map-material"]) {
        byId(id).addEventListener("change", drawMap);
      }
    }
    if (series.length) {
      fill("series-measure", series.map((name) => name.replaceAll("_", " ")))
        .addEventListener("change", drawSeries);
    } else {
      byId("time").hidden = !data.axes.length;
      byId("series-measure").parentElement.hidden = true;
      byId("series-plot").closest("figure").hidden = true;
    }
    for (const id of ["grid", "map-plot"]) {
      if (byId(id) && !names.length) byId(id).hidden = true;
    }
    report.onPlace(redraw);
  }

  return { start, redraw };
})();
