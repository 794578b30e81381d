"use strict";
// Start the page, and follow the colours that the reader or the printer wants.
(() => {
  const { data, plots } = report;

  function fixed(plot) {
    const traces = plot.traces.flatMap((trace, i) => {
      const m = data.materials.findIndex((other) => other.name === trace.material);
      const hues = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"];
      const own = m < 0 ? { colour: hues[i % hues.length], dash: "solid" } : plots.material(m);
      return plots.line(trace.name, own, trace.x, { value: trace.y });
    });
    plots.draw(`fixed-${plot.key}`, traces, {
      hovermode: "x unified",
      xaxis: { title: plot.xLabel },
      yaxis: {
        title: plot.yLabel,
        ...(plot.log
          ? { type: "log", ...plots.logTicks(plot.traces.flatMap((trace) => trace.y)) }
          : {}),
      },
    });
  }

  function redraw() {
    report.grid.redraw();
    report.states.redraw();
    data.plots.forEach(fixed);
  }

  report.grid.start();
  report.states.start();
  data.plots.forEach(fixed);
  report.changed();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  plots.narrow.addEventListener("change", redraw);
  matchMedia("print").addEventListener("change", redraw);
  document.documentElement.dataset.ready = "yes";
})();
