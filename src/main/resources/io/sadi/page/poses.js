// Draws the people of a gallery: pictures with joints over them, sorted, filtered, one of them large.
"use strict";
{
  const SVG = "http://www.w3.org/2000/svg";
  const UNSURE = 0.3; // as the overlays have it: hollow and dashed

  function make(name, attributes, parent) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) {
      element.setAttribute(key, value);
    }
    parent?.append(element);
    return element;
  }

  function add(parent, name, className, text) {
    const element = document.createElement(name);
    element.className = className;
    element.textContent = text ?? "";
    parent.append(element);
    return element;
  }

  // No minus before a zero.
  const fixed = (value, decimals) => value.toFixed(decimals).replace(/^-(?=0(\.0*)?$)/, "");
  const two = (value) => fixed(value, 2);
  const px = (value) => fixed(value, 1);

  function gallery(root) {
    const { joints, colours, edges, poses } = JSON.parse(root.querySelector("script").textContent);
    const control = (name) => root.querySelector(`[name="${name}"]`);
    const grid = root.querySelector(".tiles");
    const tip = add(root, "div", "tip");
    const dialog = root.querySelector("dialog");
    let shown = [];

    for (const pose of poses) {
      const sure = pose.sx?.filter((value) => value !== null) ?? [];
      pose.spread = sure.length
        ? pose.sx.reduce((sum, sx, k) => sum + sx + pose.sy[k], 0) / (2 * pose.sx.length * pose.side)
        : 0;
    }

    // The picture is the square of pose.side image pixels at (pose.left, pose.top).
    function draw(pose, line) {
      const side = pose.side;
      const svg = make("svg", { viewBox: `0 0 ${side} ${side}`, role: "img" });
      const x = pose.x.map((value) => (value === null ? null : value + 0.5 - pose.left));
      const y = pose.y.map((value) => (value === null ? null : value + 0.5 - pose.top));
      const sure = pose.score.map((score) => score >= UNSURE);
      if (pose.jpeg) {
        make("image", { href: "data:image/jpeg;base64," + pose.jpeg, width: side, height: side }, svg);
      } else {
        make("rect", { width: side, height: side, class: "lost" }, svg);
      }
      const limbs = make("g", { class: "limbs" }, svg);
      for (const [a, b, colour] of edges) {
        if (x[a] !== null && x[b] !== null) {
          const ends = { x1: x[a], y1: y[a], x2: x[b], y2: y[b] };
          const dashed = sure[a] && sure[b] ? {} : { "stroke-dasharray": `${3 * line} ${2 * line}` };
          make("line", { ...ends, ...dashed, class: "outline", "stroke-width": line + 2 }, limbs);
          make("line", { ...ends, ...dashed, stroke: colour, "stroke-width": line }, limbs);
        }
      }
      const sigmas = make("g", { class: "sigmas" }, svg);
      const dots = make("g", { class: "dots" }, svg);
      joints.forEach((joint, k) => {
        if (x[k] === null) {
          return;
        }
        const own = { stroke: colours[k], fill: colours[k], "data-joint": k };
        const at = { cx: x[k], cy: y[k] };
        if (pose.sx && pose.sx[k] !== null) {
          make("ellipse", { ...at, ...own, "stroke-width": line / 3 + 0.5, "data-rx": pose.sx[k], "data-ry": pose.sy[k] }, sigmas);
        }
        const dot = sure[k] ? own : { ...own, fill: "#161616" };
        make("circle", { ...at, ...dot, "data-r": 1.4 * line, "stroke-width": sure[k] ? 0 : 0.6 * line }, dots);
      });
      svg.pose = pose;
      return svg;
    }

    // Widths of lines are those of the screen (page.css); radii follow them here.
    function fit(svg, unit) {
      const times = Number(control("ellipses")?.value ?? 0);
      for (const ellipse of svg.querySelectorAll("ellipse")) {
        ellipse.setAttribute("rx", ellipse.dataset.rx * times);
        ellipse.setAttribute("ry", ellipse.dataset.ry * times);
      }
      for (const circle of svg.querySelectorAll("circle")) {
        circle.setAttribute("r", circle.dataset.r * unit);
      }
    }

    const words = (pose, k) => {
      const sigma = pose.sx && pose.sx[k] !== null ? `, σ ${px(pose.sx[k])} × ${px(pose.sy[k])} px` : "";
      return `${joints[k]}: score ${two(pose.score[k])}${sigma}`;
    };

    root.addEventListener("pointermove", (event) => {
      const over = event.target.closest?.("[data-joint]");
      const pose = over?.closest("svg")?.pose;
      tip.hidden = !pose;
      if (pose) {
        tip.textContent = words(pose, over.dataset.joint);
        (dialog.open ? dialog : root).append(tip); // a dialog lies over everything else
        tip.style.left = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8) + "px";
        tip.style.top = event.clientY + 16 + "px";
      }
      mark(dialog.open && over ? Number(over.dataset.joint) : -1);
    });

    // --- Tiles -------------------------------------------------------------------------------

    const TILE = 220; // pixels on the screen, about
    const title = (pose) => (pose.people > 1 ? `${pose.name} #${pose.person}` : pose.name);
    const tiles = poses.map((pose) => {
      const tile = document.createElement("div");
      tile.className = "tile";
      tile.tabIndex = 0;
      tile.setAttribute("role", "button");
      tile.setAttribute("aria-label", `${title(pose)}, score ${two(pose.mean)}`);
      const svg = draw(pose, 2);
      tile.append(svg);
      const line = add(tile, "p", "");
      add(line, "span", "", title(pose)).title = title(pose);
      add(line, "b", "", two(pose.mean));
      tile.addEventListener("click", () => open(pose));
      tile.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          open(pose);
        }
      });
      return { pose, tile, svg, index: pose.index };
    });

    const byName = (a, b) => (a.pose.name < b.pose.name ? -1 : a.pose.name > b.pose.name ? 1 : a.index - b.index);
    const ORDERS = {
      least: (a, b) => a.pose.mean - b.pose.mean,
      most: (a, b) => b.pose.mean - a.pose.mean,
      spread: (a, b) => b.pose.spread - a.pose.spread,
      narrow: (a, b) => a.pose.spread - b.pose.spread,
      name: byName,
      input: (a, b) => a.index - b.index,
    };

    function update() {
      const from = Number(control("from").value);
      const to = Number(control("to").value);
      root.querySelector("output.from").textContent = two(from);
      root.querySelector("output.to").textContent = two(to);
      const find = control("find").value.trim().toLowerCase();
      const order = ORDERS[control("sort").value];
      tiles.sort((a, b) => order(a, b) || a.index - b.index);
      shown = [];
      for (const { pose, tile } of tiles) {
        const score = Number(two(pose.mean));
        tile.hidden = score < from || score > to || !title(pose).toLowerCase().includes(find);
        if (!tile.hidden) {
          shown.push(pose);
        }
      }
      grid.append(...tiles.map(({ tile }) => tile));
      root.querySelector("output.count").textContent = `${shown.length} of ${poses.length} pictures`;
      grid.classList.toggle("empty", shown.length === 0);
    }

    function look() {
      root.classList.toggle("bare", !control("skeleton").checked);
      tiles.forEach(({ svg, pose }) => fit(svg, pose.side / TILE));
      if (dialog.open) {
        view();
      }
    }

    for (const name of ["sort", "from", "to", "find"]) {
      control(name).addEventListener("input", update);
    }
    control("skeleton").addEventListener("input", look);
    control("ellipses")?.addEventListener("input", look);

    // --- One of them large -------------------------------------------------------------------

    let large = null;
    let area = { x: 0, y: 0, size: 1 };
    const stage = dialog.querySelector(".stage");
    const rows = dialog.querySelector("tbody");

    function mark(k) {
      [...rows.children].forEach((row, i) => row.classList.toggle("marked", i === k));
      large?.querySelectorAll("[data-joint]").forEach((one) => {
        one.classList.toggle("marked", Number(one.dataset.joint) === k);
      });
    }

    function view() {
      large.setAttribute("viewBox", `${area.x} ${area.y} ${area.size} ${area.size}`);
      fit(large, area.size / (stage.clientWidth || 600));
    }

    function zoom(factor, x = area.x + area.size / 2, y = area.y + area.size / 2) {
      const side = large.pose.side;
      const size = Math.min(side, Math.max(side / 40, area.size / factor));
      const keep = size / area.size;
      const inside = (value) => Math.min(side - size, Math.max(0, value));
      area = { x: inside(x - (x - area.x) * keep), y: inside(y - (y - area.y) * keep), size };
      view();
    }

    function show(pose) {
      large = draw(pose, 4);
      area = { x: 0, y: 0, size: pose.side };
      stage.replaceChildren(large);
      dialog.querySelector("h3").textContent = title(pose);
      const spread = pose.sx ? `, mean σ ${(100 * pose.spread).toFixed(1)} % of the crop` : "";
      dialog.querySelector("header span").textContent = `score ${two(pose.mean)}${spread}`;
      rows.replaceChildren();
      joints.forEach((joint, k) => {
        const row = add(rows, "tr", pose.score[k] < UNSURE ? "unsure" : "");
        const name = add(row, "td", "name");
        add(name, "i", "").style.background = colours[k];
        name.append(joint);
        add(row, "td", "", two(pose.score[k]));
        for (const value of [pose.x[k], pose.y[k], pose.sx?.[k] ?? null, pose.sy?.[k] ?? null]) {
          add(row, "td", "", value === null ? "–" : px(value));
        }
        row.addEventListener("pointerenter", () => mark(k));
      });
      view();
    }

    function open(pose) {
      if (!dialog.open) {
        dialog.showModal();
      }
      show(pose);
    }

    function step(by) {
      const next = shown.indexOf(large.pose) + by;
      if (next >= 0 && next < shown.length) {
        show(shown[next]);
      }
    }

    const ACTIONS = {
      close: () => dialog.close(),
      previous: () => step(-1),
      next: () => step(1),
      closer: () => zoom(1.6),
      farther: () => zoom(1 / 1.6),
    };
    dialog.addEventListener("click", (event) => {
      const action = ACTIONS[event.target.value];
      if (action) {
        action();
      } else if (event.target === dialog) {
        dialog.close();
      }
    });
    dialog.addEventListener("keydown", (event) => {
      const keys = { ArrowLeft: "previous", ArrowRight: "next", "+": "closer", "-": "farther" };
      if (keys[event.key]) {
        event.preventDefault();
        ACTIONS[keys[event.key]]();
      }
    });
    const place = (event) => {
      const box = stage.getBoundingClientRect();
      return [
        area.x + ((event.clientX - box.left) / box.width) * area.size,
        area.y + ((event.clientY - box.top) / box.height) * area.size,
      ];
    };
    stage.addEventListener("wheel", (event) => {
      event.preventDefault();
      zoom(Math.exp(-event.deltaY / 400), ...place(event));
    }, { passive: false });
    stage.addEventListener("dblclick", (event) => zoom(2.5, ...place(event)));
    stage.addEventListener("pointermove", (event) => {
      if (event.buttons === 1) {
        const unit = area.size / stage.clientWidth;
        area = { ...area, x: area.x - event.movementX * unit, y: area.y - event.movementY * unit };
        zoom(1);
      }
    });

    tip.hidden = true;
    update();
    look();
  }

  document.querySelectorAll(".poses").forEach(gallery);
}
