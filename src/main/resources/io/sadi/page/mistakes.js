// Sorts and filters the pairs of a page of mistakes; without it they stand in the order of most wrong joints.
document.querySelectorAll(".mistakes").forEach((root) => {
  const pairs = root.querySelector(".pairs");
  const all = [...pairs.children];
  const by = root.querySelector("select");
  const name = root.querySelector("input");
  const count = root.querySelector("output");
  const value = (pair, key) => Number(pair.getAttribute("data-" + key));
  function show() {
    const key = by.value;
    const kind = key !== "wrong" && key !== "error";
    // Who has none of a kind is no example of it.
    const fits = (pair) =>
      (!kind || value(pair, key) > 0) && pair.dataset.name.toLowerCase().includes(name.value.toLowerCase());
    all.forEach((pair, i) => (pair.place = i));
    [...all].sort((a, b) => value(b, key) - value(a, key) || a.place - b.place).forEach((pair) => pairs.append(pair));
    let shown = 0;
    all.forEach((pair) => {
      pair.hidden = !fits(pair);
      shown += pair.hidden ? 0 : 1;
    });
    count.textContent = shown + " of " + all.length;
  }
  by.addEventListener("change", show);
  name.addEventListener("input", show);
  show();
});
