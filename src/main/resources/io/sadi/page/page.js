// Draws every chart of the page with Chart.js, in the colours of page.css, and again when the
// reader changes between light and dark.
"use strict";
const COLOURS = 8;
const drawn = [];

function colours() {
  const style = getComputedStyle(document.documentElement);
  return (name) => style.getPropertyValue("--" + name).trim();
}

// Beyond as many lines as there are colours, other dashes and points tell them apart.
const dash = (i) => [[], [6, 4], [2, 3]][Math.floor(i / COLOURS) % 3];
const shape = (i) => ["circle", "rectRot", "triangle"][Math.floor(i / COLOURS) % 3];

function axis(title, more) {
  return { title: { display: Boolean(title), text: title }, ...more };
}

// What has no name is part of something else, and neither in the legend nor under the pointer.
const NAMED = {
  legend: { labels: { filter: (item) => Boolean(item.text) } },
  tooltip: { filter: (item) => Boolean(item.dataset.label) },
};

function lines({ x, y, lines }, colour) {
  const sets = [];
  lines.forEach((line, i) => {
    const own = colour("line" + (i % COLOURS));
    const { band, ...rest } = line;
    sets.push({
      ...rest,
      borderColor: own,
      backgroundColor: own,
      borderWidth: 2,
      borderDash: dash(i),
      pointStyle: shape(i),
      pointRadius: line.data.length > 1 ? 2 : 4,
    });
    if (band) {
      const edge = { borderWidth: 0, pointRadius: 0, backgroundColor: own + "2e", order: 1 };
      sets.push({ ...edge, label: "", data: band.map((at) => ({ x: at[0], y: at[1] })) });
      sets.push({ ...edge, label: "", data: band.map((at) => ({ x: at[0], y: at[2] })), fill: "-1" });
    }
  });
  return {
    type: "line",
    data: { datasets: sets },
    options: {
      interaction: { mode: "index", intersect: false },
      scales: { x: axis(x, { type: "linear", ticks: { precision: 0 } }), y: axis(y) },
      plugins: {
        legend: {
          ...NAMED.legend,
          display: lines.length > 1,
          position: "bottom",
          labels: { ...NAMED.legend.labels, boxHeight: 2, boxWidth: 16 },
        },
        tooltip: NAMED.tooltip,
      },
    },
  };
}

function forest({ x, rows }, colour) {
  const own = rows.map((row) => colour("line" + (row.colour % COLOURS)));
  const at = (context) => (context.tick.value === 0 ? colour("faint") : colour("edge"));
  return {
    type: "bar",
    data: {
      labels: rows.map((row) => row.label),
      datasets: [
        {
          type: "line",
          label: "difference",
          data: rows.map((row) => row.value),
          showLine: false,
          pointRadius: 6,
          pointHoverRadius: 7,
          pointStyle: "rectRot",
          backgroundColor: own,
          borderColor: own,
        },
        {
          label: "95 % interval",
          data: rows.map((row) => ("low" in row ? [row.low, row.high] : null)),
          barThickness: 3,
          backgroundColor: own,
        },
      ],
    },
    options: {
      indexAxis: "y",
      scales: {
        x: axis(x, { grid: { color: at, lineWidth: (c) => (c.tick.value === 0 ? 2 : 1) }, grace: "5%" }),
        y: { grid: { display: false }, ticks: { autoSkip: false } },
      },
      plugins: { legend: { display: false } },
    },
  };
}

function scatter({ x, y, points }, colour) {
  const sets = [];
  points.forEach((point, i) => {
    const own = colour("line" + (i % COLOURS));
    sets.push({
      label: point.label,
      data: [{ x: point.x, y: point.y }],
      borderColor: own,
      backgroundColor: own,
      pointStyle: shape(i),
      pointRadius: 6,
      pointHoverRadius: 7,
    });
    if ("low" in point) {
      sets.push({
        label: "",
        data: [
          { x: point.x, y: point.low },
          { x: point.x, y: point.high },
        ],
        showLine: true,
        pointRadius: 0,
        pointHitRadius: 0,
        borderColor: own,
        borderWidth: 2,
      });
    }
  });
  return {
    type: "scatter",
    data: { datasets: sets },
    options: {
      scales: { x: axis(x, { beginAtZero: true, grace: "5%" }), y: axis(y, { grace: "10%" }) },
      plugins: {
        legend: {
          ...NAMED.legend,
          position: "bottom",
          labels: { ...NAMED.legend.labels, usePointStyle: true, boxHeight: 7 },
        },
        tooltip: NAMED.tooltip,
      },
    },
  };
}

function histogram({ x, y, low, high, counts }, colour) {
  const width = (high - low) / counts.length;
  const from = (i) => low + i * width;
  return {
    type: "bar",
    data: {
      datasets: [
        {
          data: counts.map((count, i) => ({ x: from(i) + width / 2, y: count })),
          backgroundColor: colour("line0"),
          barPercentage: 1,
          categoryPercentage: 0.94,
        },
      ],
    },
    options: {
      scales: {
        x: axis(x, { type: "linear", min: low, max: high, offset: false, grid: { offset: false } }),
        y: axis(y, { beginAtZero: true, ticks: { precision: 0 } }),
      },
      plugins: {
        legend: { display: false },
        tooltip: {
          callbacks: {
            title: ([{ dataIndex: i }]) => `${from(i).toFixed(2)} to ${from(i + 1).toFixed(2)}`,
          },
        },
      },
    },
  };
}

const KINDS = { lines, forest, scatter, histogram };

function draw() {
  const colour = colours();
  drawn.splice(0).forEach((chart) => chart.destroy());
  Chart.defaults.color = colour("faint");
  Chart.defaults.borderColor = colour("edge");
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.animation = false;
  Chart.defaults.maintainAspectRatio = false;
  for (const figure of document.querySelectorAll("figure.chart")) {
    const data = figure.querySelector("script[type='application/json']");
    if (data) {
      const spec = JSON.parse(data.textContent);
      drawn.push(new Chart(figure.querySelector("canvas"), KINDS[spec.kind](spec, colour)));
    }
  }
}

draw();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
