"use strict";
// Plots in the colours of the page, each with its numbers as a table.
report.plots = (() => {
  const drawn = new Map();
  const MOST_ROWS = 80;
  const narrow = matchMedia("(max-width: 40rem)");

  const colour = (name) =>
    getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  const plain = (text) => String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;");

  function material(index) {
    const { colour: own, dash, name } = report.data.materials[index];
    return { colour: own === "#000000" ? colour("ink") : own, dash, name };
  }

  const withAlpha = (hex, alpha) => {
    const [r, g, b] = parts(hex);
    return `rgba(${r},${g},${b},${alpha})`;
  };

  const parts = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

  // A share of one colour over that of the paper, without letting anything through.
  const mixed = (hex, share) => {
    const paper = parts(colour("paper"));
    const of = parts(hex).map((c, i) => Math.round(c * share + paper[i] * (1 - share)));
    return `rgb(${of.join(",")})`;
  };

  // Black or white, whichever stands out more from what is behind it.
  const readable = (behind) => {
    if (!behind) return colour("ink");
    const [r, g, b] = behind.match(/\d+/g).map((c) => c / 255).map((c) =>
      (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000000" : "#ffffff";
  };

  function axis(given = {}) {
    return {
      automargin: true,
      gridcolor: colour("grid"),
      linecolor: colour("soft"),
      zerolinecolor: colour("grid"),
      tickcolor: colour("soft"),
      ...given,
      title: { text: plain(given.title ?? ""), standoff: 8 },
    };
  }

  // The range of an axis that shows all lines, and bands as far as they leave these room.
  function reach(traces) {
    const span = (some) => {
      const numbers = some.flatMap((trace) => trace.y).filter(Number.isFinite);
      return [Math.min(...numbers), Math.max(...numbers)];
    };
    const [low, high] = span(traces.filter((trace) => trace.line.width));
    const [least, most] = span(traces);
    const room = (high - low) * 0.6;
    if (!(room > 0) || (least >= low - room && most <= high + room)) return undefined;
    return [Math.max(least, low - room), Math.min(most, high + room)];
  }

  // Ticks of a logarithmic axis: whole powers of ten, or 1, 2, 5 where they are few.
  function logTicks(values) {
    const found = values.filter((v) => v > 0).map(Math.log10);
    if (!found.length) return {};
    const [low, high] = [Math.floor(Math.min(...found)), Math.ceil(Math.max(...found))];
    const stride = Math.max(1, Math.ceil((high - low) / 6));
    const powers = Array.from({ length: high - low + 1 }, (_, i) => low + i);
    if (high - low > 2) {
      const some = powers.filter((p) => p % stride === 0);
      return {
        tickvals: some.map((p) => 10 ** p),
        ticktext: some.map((p) => `10<sup>${String(p).replace("-", "−")}</sup>`),
      };
    }
    const tickvals = powers.flatMap((p) => [1, 2, 5].map((m) => Number(`${m}e${p}`)));
    return { tickvals, ticktext: tickvals.map(report.label) };
  }

  function layout(given) {
    return {
      ...given,
      paper_bgcolor: colour("paper"),
      plot_bgcolor: colour("paper"),
      font: { color: colour("ink"), size: 13, family: "system-ui, sans-serif" },
      hoverlabel: {
        bgcolor: colour("faint"),
        bordercolor: colour("soft"),
        font: { color: colour("ink") },
      },
      hoverdistance: -1,
      legend: narrow.matches
        ? { orientation: "h", x: 0, y: 0, yref: "container", yanchor: "bottom" }
        : { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
      margin: { l: 56, r: 16, t: 16, b: 48 },
      xaxis: axis(given.xaxis),
      yaxis: axis(given.yaxis),
    };
  }

  // A line, and a band where its limits differ from it.
  function line(name, own, x, found, more = {}) {
    const traces = [];
    const { value, low, high } = found;
    if (low && high && low.some((a, i) => a !== high[i])) {
      const side = {
        x, mode: "lines", line: { width: 0 }, hoverinfo: "skip", showlegend: false,
        legendgroup: name,
      };
      traces.push({ ...side, y: low });
      const fillcolor = withAlpha(own.colour, 0.18);
      traces.push({ ...side, y: high, fill: "tonexty", fillcolor });
    }
    traces.push({
      x, y: value, name: plain(name), legendgroup: name, mode: "lines",
      line: { color: own.colour, dash: own.dash, width: 2 },
      hovertemplate: `${plain(name)}: %{y:.4g}<extra></extra>`,
      ...more,
    });
    return traces;
  }

  const listed = (trace) => trace.showlegend !== false && trace.name;

  function describe(traces, given) {
    const names = traces.filter(listed).map((t) => t.name).join(", ");
    const y = given.yaxis?.title ?? "";
    const x = given.xaxis?.title ?? "";
    return `Plot of ${y} against ${x}${names ? `: ${names}` : ""}.`;
  }

  function rowsOf(traces) {
    const [first] = traces;
    if (first?.type === "heatmap") {
      const body = first.y.map((y, j) => [y, ...first.table[j]]);
      return [["", ...first.x], ...body];
    }
    const shown = traces.filter(listed);
    const places = new Map();
    shown.forEach((trace, k) =>
      Array.from(trace.x).forEach((x, i) => {
        if (!places.has(x)) places.set(x, Array(shown.length).fill(null));
        places.get(x)[k] = trace.shown ? trace.shown[i] : trace.y[i];
      }),
    );
    const all = [...places].sort(([a], [b]) => (a > b) - (a < b));
    const stride = Math.ceil(all.length / MOST_ROWS);
    const some = all.filter((_, i) => i % stride === 0);
    const number = (v) => (typeof v === "string" ? v : report.label(v));
    return [["", ...shown.map((t) => t.name)], ...some.map(([x, y]) => [x, ...y].map(number))];
  }

  function tabulate(id) {
    const details = document.querySelector(`details[data-plot="${id}"]`);
    details.querySelector(".scroll")?.remove();
    if (!details.open || !drawn.has(id)) return;
    const { traces, given } = drawn.get(id);
    const [head, ...body] = rowsOf(traces);
    head[0] = given.xaxis?.title ?? "";
    const table = document.createElement("table");
    const row = (parent, entries, first) =>
      entries.forEach((entry, i) => {
        const cell = document.createElement(i && first === "row" ? "td" : "th");
        if (cell.tagName === "TH") cell.scope = first === "row" ? "row" : "col";
        cell.textContent = entry;
        parent.append(cell);
      });
    row(table.createTHead().insertRow(), head, "col");
    const inside = table.createTBody();
    body.forEach((entries) => row(inside.insertRow(), entries, "row"));
    const scroll = document.createElement("div");
    scroll.className = "scroll";
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", "Numbers of the plot");
    scroll.append(table);
    details.append(scroll);
  }

  function draw(id, traces, given) {
    const element = report.byId(id);
    drawn.set(id, { traces, given });
    element.setAttribute("aria-label", describe(traces, given));
    const settings = { responsive: true, displaylogo: false, displayModeBar: false };
    Plotly.react(element, traces, layout(given), settings);
    tabulate(id);
  }

  for (const details of document.querySelectorAll("details[data-plot]")) {
    details.addEventListener("toggle", () => tabulate(details.dataset.plot));
  }

  return {
    colour, draw, line, logTicks, material, mixed, narrow, plain, reach, readable, withAlpha,
  };
})();
