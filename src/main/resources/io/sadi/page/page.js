// Draws every chart of the page with Chart.js, in the colours of page.css, and again when the
// reader changes between light and dark.
"use strict";
const drawn = [];

function draw() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue("--" + name).trim();
  drawn.splice(0).forEach((chart) => chart.destroy());
  Chart.defaults.color = colour("faint");
  Chart.defaults.borderColor = colour("edge");
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  for (const figure of document.querySelectorAll("figure.chart")) {
    const data = figure.querySelector("script[type='application/json']");
    if (!data) {
      continue;
    }
    const { x, y, lines } = JSON.parse(data.textContent);
    drawn.push(
      new Chart(figure.querySelector("canvas"), {
        type: "line",
        data: {
          datasets: lines.map((line, i) => ({
            ...line,
            borderColor: colour("line" + (i % 5)),
            backgroundColor: colour("line" + (i % 5)),
            borderWidth: 2,
            pointRadius: line.data.length > 1 ? 2 : 4,
          })),
        },
        options: {
          animation: false,
          maintainAspectRatio: false,
          interaction: { mode: "index", intersect: false },
          scales: {
            x: { type: "linear", title: { display: Boolean(x), text: x }, ticks: { precision: 0 } },
            y: { title: { display: Boolean(y), text: y } },
          },
          plugins: {
            legend: { display: lines.length > 1, position: "bottom", labels: { boxHeight: 2, boxWidth: 16 } },
          },
        },
      }),
    );
  }
}

draw();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
