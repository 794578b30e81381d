"use strict";
// The density matrix of one point, time by time.
report.states = (() => {
  const { data, many, byId, fill, picked, plots } = report;
  const SVG = "http://www.w3.org/2000/svg";
  const MOST_LEVELS = 16;
  let shown = null;
  let playing = 0;

  const here = () => {
    const place = report.place();
    return data.states.filter((s) => Math.floor(s.cell / many) === place);
  };

  const signed = (x) => x.toFixed(3).replace("-", "−");

  function number(re, im) {
    if (Math.abs(im) < 5e-4) return signed(re);
    return `${signed(re)} ${im < 0 ? "−" : "+"} ${Math.abs(im).toFixed(3)}i`;
  }

  function picture() {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "-1.1 -1.1 2.2 2.2");
    svg.setAttribute("aria-hidden", "true");
    for (const [kind, tag] of [["frame", "circle"], ["disc", "circle"], ["hand", "line"]]) {
      const part = document.createElementNS(SVG, tag);
      part.setAttribute("class", kind);
      part.setAttribute("vector-effect", "non-scaling-stroke");
      if (kind === "frame") part.setAttribute("r", "1");
      svg.append(part);
    }
    return svg;
  }

  function layTable(levels) {
    const table = byId("matrix");
    const head = document.createElement("tr");
    const name = (text, scope) => {
      const cell = document.createElement("th");
      cell.scope = scope;
      cell.textContent = text;
      return cell;
    };
    head.append(name("ρ", "col"), ...levels.map((l) => name(l, "col")));
    table.tHead.replaceChildren(head);
    const rows = levels.map((level) => {
      const row = document.createElement("tr");
      row.append(name(level, "row"));
      levels.forEach(() => {
        const cell = row.insertCell();
        cell.append(picture(), document.createElement("span"));
      });
      return row;
    });
    table.tBodies[0].replaceChildren(...rows);
  }

  function showTime() {
    const at = picked("state-time");
    const d = Math.min(shown.levels.length, MOST_LEVELS);
    const size = shown.levels.length;
    const time = `t = ${report.label(shown.times[at])}`;
    byId("state-now").textContent = time;
    byId("state-time").setAttribute("aria-valuetext", time);
    const rows = byId("matrix").tBodies[0].rows;
    for (let i = 0; i < d; i += 1) {
      for (let j = 0; j < d; j += 1) {
        const [re, im] = [shown.re[at][i * size + j], shown.im[at][i * size + j]];
        const cell = rows[i].cells[j + 1];
        const [, disc, hand] = cell.firstChild.children;
        const modulus = Math.hypot(re, im);
        disc.setAttribute("r", String(Math.sqrt(modulus)));
        hand.setAttribute("x2", String(modulus ? re / modulus : 0));
        hand.setAttribute("y2", String(modulus ? -im / modulus : 0));
        hand.style.display = modulus < 5e-4 ? "none" : "";
        cell.lastChild.textContent = number(re, im);
      }
    }
    const line = {
      type: "line", x0: shown.times[at], x1: shown.times[at], y0: 0, y1: 1,
      yref: "paper", line: { color: plots.colour("ink"), width: 1 },
    };
    if (byId("elements-plot").data) Plotly.relayout("elements-plot", { shapes: [line] });
  }

  function drawElements() {
    const size = shown.levels.length;
    const traces = [];
    const hues = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"];
    const pick = (k) => (re, t) => Math.hypot(shown.re[t][k], shown.im[t][k]);
    const add = (i, j, dash) => {
      const name = `ρ ${shown.levels[i]},${shown.levels[j]}`;
      const text = i === j ? name : `|${name}|`;
      const value = shown.re.map(pick(i * size + j));
      if (i !== j && Math.max(...value) < 1e-3) return;
      const own = { colour: hues[traces.length % hues.length], dash };
      traces.push(...plots.line(text, own, shown.times, { value }));
    };
    const d = Math.min(size, 4);
    for (let i = 0; i < d; i += 1) add(i, i, "solid");
    for (let i = 0; i < d; i += 1) for (let j = i + 1; j < d; j += 1) add(i, j, "dash");
    plots.draw("elements-plot", traces, {
      hovermode: "x unified",
      xaxis: { title: data.timeLabel },
      yaxis: { title: "modulus of the element", rangemode: "tozero" },
    });
  }

  function choose() {
    const all = here().filter((s) => s.cell % many === materials()[picked("state-material")]);
    const before = shown ? shown.times[picked("state-time")] : 0;
    fill("state-member", all.map((s) => s.label));
    shown = all[picked("state-member")];
    const nearest = shown.times.reduce(
      (best, t, i) => (Math.abs(t - before) < Math.abs(shown.times[best] - before) ? i : best), 0);
    byId("state-time").max = String(shown.times.length - 1);
    byId("state-time").value = String(nearest);
    const d = Math.min(shown.levels.length, MOST_LEVELS);
    layTable(shown.levels.slice(0, d));
    const name = data.materials[shown.cell % many].name;
    const some = d < shown.levels.length ? `; the first ${d} of ${shown.levels.length} levels` : "";
    byId("matrix").caption.textContent = `Material ${name}, ${shown.label}${some}.`;
    drawElements();
    showTime();
  }

  const materials = () => [...new Set(here().map((s) => s.cell % many))].sort((a, b) => a - b);

  function redraw() {
    const found = materials();
    byId("with-states").hidden = !found.length;
    byId("no-states").hidden = found.length > 0;
    if (!found.length) {
      stop();
      return;
    }
    fill("state-material", found.map((m) => data.materials[m].name));
    choose();
  }

  function stop() {
    clearInterval(playing);
    playing = 0;
    byId("state-play").textContent = "Play";
    byId("state-play").setAttribute("aria-pressed", "false");
  }

  function play() {
    if (playing) {
      stop();
      return;
    }
    const slider = byId("state-time");
    const last = Number(slider.max);
    if (Number(slider.value) === last) slider.value = "0";
    const step = Math.max(1, Math.round(last / 200));
    byId("state-play").textContent = "Stop";
    byId("state-play").setAttribute("aria-pressed", "true");
    playing = setInterval(() => {
      slider.value = String(Math.min(last, Number(slider.value) + step));
      showTime();
      if (Number(slider.value) === last) stop();
    }, 60);
  }

  function start() {
    byId("state-time").addEventListener("input", () => {
      stop();
      showTime();
    });
    byId("state-play").addEventListener("click", play);
    byId("state-material").addEventListener("change", () => { stop(); choose(); });
    byId("state-member").addEventListener("change", () => { stop(); choose(); });
    report.onPlace(redraw);
  }

  return { start, redraw };
})();
