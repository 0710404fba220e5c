// The live speed-up plot: draws what Speedup.to_json() holds, and sends slider values back. Stands behind plot_parts.js.

const HEIGHT = 380, LEFT = 52, RIGHT = 14, TOP = 14, BOTTOM = 46;
const WIDEST = 760, NARROWEST = 300;
const SILENCE_MS = 5000; // then a slider that was moved says that the kernel has not answered

// Okabe and Ito's colours; the lighter ones where the page is dark. Shapes and dashes differ as well.
const PALETTES = {
  light: { measured: "#0072B2", fitted: "#D55E00", simulated: "#007a5a", elsewhere: "#7a4fa3", capacity: "#b0568a" },
  dark: { measured: "#56B4E9", fitted: "#E69F00", simulated: "#2fd0a0", elsewhere: "#c5a3e8", capacity: "#e59cc4" },
};

const STYLE = `
.lockstep-speedup { max-width: ${WIDEST}px; }
.lockstep-speedup svg[role=img] { display: block; }
.lockstep-speedup svg text { fill: currentColor; font-size: 12px; }
.lockstep-speedup .lockstep-progress { display: flex; flex-wrap: wrap; gap: 2px 10px; align-items: center; min-height: 22px; }
.lockstep-speedup progress { flex: 0 1 220px; height: 10px; }
.lockstep-speedup progress[hidden] { display: none; }
.lockstep-speedup .lockstep-trouble { border-left: 4px solid #D55E00; padding-left: 8px; white-space: pre-wrap; }
.lockstep-speedup .lockstep-controls { display: flex; flex-wrap: wrap; gap: 4px 24px; margin-bottom: 6px; }
.lockstep-speedup .lockstep-controls label { display: inline-flex; gap: 8px; align-items: center; }
.lockstep-speedup .lockstep-controls input { width: 130px; accent-color: #0072B2; }
.lockstep-speedup output { min-width: 4em; font-variant-numeric: tabular-nums; font-weight: 600; }
.lockstep-speedup .lockstep-end { opacity: 0.65; font-size: 0.9em; font-variant-numeric: tabular-nums; }
.jupyter-widgets-disconnected .lockstep-speedup .lockstep-controls label { display: none; }
.lockstep-speedup .lockstep-asleep { font-style: italic; opacity: 0.8; }
`;

function law(fit, p) {
  const value = (name) => fit.parameters[name][0];
  if (fit.law === "amdahl") return 1 / (value("serial") + (1 - value("serial")) / p);
  if (fit.law === "gustafson") return p - value("serial") * (p - 1);
  return p / (1 + value("contention") * (p - 1) + value("coherence") * p * (p - 1));
}

function seconds(value) {
  if (value == null) return "";
  return value < 0.1 ? `${Number((1000 * value).toPrecision(2))} ms` : `${Number(value.toPrecision(3))} s`;
}

function ended(state, runs) {
  return state === "failed" ? `stopped by an error after ${runs}` : `${runs}, ${state}`;
}

function path(points) {
  return points.map(([x, y], index) => `${index ? "L" : "M"}${x.toFixed(1)},${y.toFixed(1)}`).join("");
}

function ticks(top) {
  const rough = top / 5;
  const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100].find((candidate) => candidate >= rough) || 200;
  return Array.from({ length: Math.floor(top / step) + 1 }, (_, index) => Number((index * step).toFixed(2)));
}

function plot(result, colors, width) {
  const [first, last] = [Math.log2(0.85), Math.log2(result.horizon * 1.18)];
  const x = (workers) => LEFT + ((Math.log2(workers) - first) / (last - first)) * (width - LEFT - RIGHT);
  const y = (speedup) => HEIGHT - BOTTOM - (speedup / result.top) * (HEIGHT - TOP - BOTTOM);
  const clip = `lockstep-clip-${Math.random().toString(36).slice(2)}`;
  const drawing = svg("svg", { width, height: HEIGHT, role: "img", "aria-label": result.alt });
  const inside = svg("g", { "clip-path": `url(#${clip})` });
  drawing.append(
    svg("clipPath", { id: clip }, svg("rect", { x: LEFT, y: TOP, width: width - LEFT - RIGHT, height: HEIGHT - TOP - BOTTOM })),
  );
  const line = (points, attributes) => inside.append(svg("path", { d: path(points), fill: "none", ...attributes }));

  const count = result.cpus.count;
  if (count < result.horizon) {
    const start = x(count * 1.18);
    drawing.append(
      svg("rect", { x: start, y: TOP, width: width - RIGHT - start, height: HEIGHT - TOP - BOTTOM, fill: "currentColor", opacity: 0.08 }),
    );
    const label = svg("text", { x: width - RIGHT - 8, y: HEIGHT - BOTTOM - 10, "text-anchor": "end", opacity: 0.8 });
    label.textContent = `beyond ${count === 1 ? "the 1 usable CPU" : `the ${count} usable CPUs`}`
      + (result.simulated.length && !result.elsewhere ? ": simulated" : "");
    drawing.append(label);
  }
  for (const value of ticks(result.top)) {
    drawing.append(svg("line", { x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value), stroke: "currentColor", opacity: value ? 0.12 : 0.6 }));
    const label = svg("text", { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" });
    label.textContent = value;
    drawing.append(label);
  }
  let free = 0; // up to here the axis has numbers
  for (const workers of marked(result)) {
    const at = x(workers);
    drawing.append(svg("line", { x1: at, x2: at, y1: HEIGHT - BOTTOM, y2: HEIGHT - BOTTOM + 4, stroke: "currentColor", opacity: 0.6 }));
    const room = 4 * String(workers).length + 3;
    if (at - room < free) continue;
    free = at + room;
    const label = svg("text", { x: at, y: HEIGHT - BOTTOM + 18, "text-anchor": "middle" });
    label.textContent = workers;
    drawing.append(label);
  }
  const below = svg("text", { x: (LEFT + width - RIGHT) / 2, y: HEIGHT - 8, "text-anchor": "middle" });
  below.textContent = "workers (processes)";
  const beside = svg("text", { transform: `translate(14 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)`, "text-anchor": "middle" });
  beside.textContent = result.scaling === "weak" ? "scaled speed-up (times the base case)" : "speed-up (times the base case)";
  drawing.append(below, beside, inside);

  const smooth = Array.from({ length: 121 }, (_, at) => result.horizon ** (at / 120));
  line(smooth.map((p) => [x(p), y(p)]), { stroke: "currentColor", opacity: 0.55, "stroke-width": 1 });
  if (result.ceiling && !result.busy) {
    const ceiling = y(result.ceiling);
    line([[LEFT, ceiling], [width - RIGHT, ceiling]], { stroke: colors.capacity, "stroke-width": 1.5, "stroke-dasharray": "9 3 2 3" });
  }
  result.fits.forEach((fit, index) => {
    line(smooth.map((p) => [x(p), y(law(fit, p))]), { stroke: colors.fitted, "stroke-width": 1.5, "stroke-dasharray": index ? "2 4" : "7 4" });
  });
  if (result.simulated.length) {
    line(result.simulated.map(([p, value]) => [x(p), y(value)]), { stroke: colors.simulated, "stroke-width": 1.5, "stroke-dasharray": "4 3" });
    for (const [p, value] of result.simulated) {
      inside.append(titled(svg("rect", { x: x(p) - 4, y: y(value) - 4, width: 8, height: 8, fill: "none", stroke: colors.simulated, "stroke-width": 1.5 }),
        `${p} workers: ${value.toFixed(2)}, simulated`));
    }
  }
  const elsewhere = result.elsewhere?.speedups || [];
  line(elsewhere.map(([p, value]) => [x(p), y(value)]), { stroke: colors.elsewhere, "stroke-width": 1.5 });
  for (const [p, value] of elsewhere) {
    inside.append(titled(svg("path", { d: triangle(x(p), y(value)), fill: colors.elsewhere }), `${p} workers: ${value.toFixed(2)}, ${result.elsewhere.label}`));
  }
  const room = Math.min(16, 0.3 * (x(2) - x(1)) / Math.max(1, result.points.length / 4)); // in pixels, for the runs of one point beside each other
  for (const point of result.points) {
    point.ratios.forEach((ratio, index) => {
      const aside = point.ratios.length > 1 ? (index / (point.ratios.length - 1) - 0.5) * room : 0;
      inside.append(svg("circle", { cx: x(point.workers) + aside, cy: y(ratio), r: result.busy ? 3 : 2.2, fill: colors.measured, opacity: result.busy ? 0.9 : 0.45 }));
    });
  }
  if (!result.busy) {
    line(result.points.map((point) => [x(point.workers), y(point.speedup)]), { stroke: colors.measured, "stroke-width": 2 });
    for (const point of result.points) {
      const at = x(point.workers);
      if (point.low != null) {
        const [low, high] = [y(point.low), y(point.high)];
        inside.append(svg("path", { d: `M${at - 6},${low}H${at + 6}M${at},${low}V${high}M${at - 6},${high}H${at + 6}`, stroke: colors.measured, "stroke-width": 1.5, fill: "none" }));
      }
      inside.append(titled(
        svg("circle", { cx: at, cy: y(point.speedup), r: 5, stroke: colors.measured, "stroke-width": 2, fill: point.provisional ? "none" : colors.measured }),
        `${point.workers} workers: ${point.speedup.toFixed(2)}, ${seconds(point.seconds)}${point.provisional ? ", warm-up only" : ""}`));
    }
  }
  return drawing;
}

function triangle(x, y) {
  return `M${x - 5},${y + 4}h10l-5,-9z`;
}

// Where the axis has ticks: at the numbers that were measured, here or elsewhere, or simulated.
function marked(result) {
  const others = [...result.simulated, ...(result.elsewhere?.speedups || [])];
  const numbers = [1, ...result.points.map((point) => point.workers), ...others.map(([workers]) => workers), result.horizon];
  return [...new Set(numbers)].sort((a, b) => a - b);
}

function titled(shape, text) {
  const title = svg("title");
  title.textContent = text;
  shape.append(title);
  return shape;
}

function legend(result, colors) {
  const stroke = (color, dash, width = 2) => svg("path", { d: "M0,6H30", stroke: color, "stroke-width": width, "stroke-dasharray": dash || "none" });
  const measured = [stroke(colors.measured), svg("circle", { cx: 15, cy: 6, r: 4, fill: colors.measured })];
  const dots = svg("circle", { cx: 15, cy: 6, r: 3, fill: colors.measured });
  const entries = [
    result.busy ? legendEntry("every run; the machine is too busy to tell a speed-up", dots)
      : legendEntry("measured: median, 95 % interval, every run", ...measured),
    legendEntry("ideal", stroke("currentColor", "", 1)),
  ];
  if (result.ceiling && !result.busy) {
    entries.push(legendEntry(`measured capacity ${result.ceiling.toFixed(2)}`, stroke(colors.capacity, "9 3 2 3")));
  }
  result.fits.forEach((fit, index) => entries.push(legendEntry(fit.sentence, stroke(colors.fitted, index ? "2 4" : "7 4"))));
  if (result.simulated.length) {
    const box = svg("rect", { x: 11, y: 2, width: 8, height: 8, fill: "none", stroke: colors.simulated, "stroke-width": 1.5 });
    entries.push(legendEntry("simulated", stroke(colors.simulated, "4 3"), box));
  }
  if (result.elsewhere) {
    entries.push(legendEntry(result.elsewhere.label, stroke(colors.elsewhere, "", 1.5), svg("path", { d: triangle(15, 6), fill: colors.elsewhere })));
  }
  return html("ul", { class: "lockstep-legend" }, ...entries);
}

function numbersOf(result) {
  const measured = result.points.map((point) => [point.workers, seconds(point.seconds), point.speedup.toFixed(2),
    point.low == null ? "" : `${point.low.toFixed(2)} to ${point.high.toFixed(2)}`,
    point.karp_flatt == null ? "" : `${(100 * point.karp_flatt).toFixed(1)} %`,
    point.provisional ? "warm-up" : `${point.ratios.length} runs`]);
  const simulated = result.simulated.map(([workers, speedup]) => [workers, "", speedup.toFixed(2), "", "", "simulated"]);
  const elsewhere = (result.elsewhere?.speedups || []).map(([workers, speedup]) => [workers, "", speedup.toFixed(2), "", "", result.elsewhere.label]);
  return table(["workers", "time", "speed-up", "95 % interval", "serial share", "how"], [...measured, ...simulated, ...elsewhere]);
}

function render({ model, el }) {
  const root = html("div", { class: "lockstep-live lockstep-speedup" });
  const [title, picture, keys, numbers] = [html("h3"), html("div"), html("div"), html("div")];
  const [bar, left] = [html("progress", { "aria-label": "runs done", max: "1", value: "0" }), html("span")];
  const sentence = html("p", { class: "lockstep-sentence", "aria-live": "polite" });
  const note = html("p", { class: "lockstep-note", "aria-live": "polite" });
  const trouble = html("p", { class: "lockstep-trouble", role: "alert", hidden: "" });
  const controls = html("div", { class: "lockstep-controls", role: "group", "aria-label": "measure again with other values" });
  root.append(html("style", {}, LIVE_STYLE + STYLE), title, keys, picture, controls, html("div", { class: "lockstep-progress" }, bar, left),
    trouble, sentence, note, html("details", {}, html("summary", {}, "Numbers"), numbers));
  el.append(root);
  keepKeys(root);

  let awake = false; // the kernel has answered: the sliders can do something
  let asked = false; // a slider was let go, and the kernel has not begun yet
  let silence;       // how long the kernel has said nothing to that
  const inputs = {};

  function draw() {
    const result = model.get("result");
    if (!result.title || (picture.firstChild && !root.clientWidth)) return; // not on the page just now
    const running = result.state === "running";
    const colors = PALETTES[isDark(root) ? "dark" : "light"];
    title.textContent = result.title + (result.scaling === "weak" ? ", weak scaling" : "") + (result.warm ? ", pool already started" : "");
    keys.replaceChildren(legend(result, colors));
    picture.replaceChildren(plot(result, colors, Math.max(NARROWEST, Math.min(WIDEST, root.clientWidth || WIDEST))));
    const { done, planned, seconds_left: rest } = result.progress;
    bar.max = planned;
    bar.value = done;
    bar.hidden = !running;
    left.textContent = running
      ? `${done} of about ${planned} runs${rest == null ? "" : `, ${Math.max(1, Math.round(rest))} s left`}; interrupt the kernel to stop`
      : ended(result.state, done === 1 ? "1 run" : `${done} runs`);
    if (sentence.textContent !== result.sentence) sentence.textContent = result.sentence;
    numbers.replaceChildren(numbersOf(result));
    for (const input of Object.values(inputs)) input.disabled = running || asked;
  }

  function slider(name, { name: told, stops, at }) {
    const input = inputs[name] = html("input", { type: "range", min: 0, max: stops.length - 1, step: 1 });
    const shown = html("output");
    const tell = () => {
      shown.textContent = stops[input.value].toLocaleString("en").replaceAll(",", "\u202f");
      input.setAttribute("aria-valuetext", String(stops[input.value]));
    };
    input.value = at;
    input.addEventListener("input", tell);
    input.addEventListener("change", () => {
      asked = true;
      for (const other of Object.values(inputs)) other.disabled = true;
      left.textContent = "measuring again as soon as the kernel is free";
      clearTimeout(silence);
      silence = setTimeout(() => {
        left.textContent = "no answer yet: the kernel is busy; if it was shut down or restarted, run this cell again";
      }, SILENCE_MS);
      model.send({ [name]: stops[input.value] });
    });
    tell();
    const end = (stop) => html("span", { class: "lockstep-end", "aria-hidden": "true" }, stops.at(stop).toLocaleString("en").replaceAll(",", "\u202f"));
    return html("label", {}, told, end(0), input, end(-1), shown);
  }

  function layControls() {
    const focused = Object.keys(inputs).find((name) => inputs[name] === document.activeElement);
    for (const name of Object.keys(inputs)) delete inputs[name];
    controls.replaceChildren(...(awake
      ? Object.entries(model.get("controls")).map(([name, stops]) => slider(name, stops))
      : [html("span", { class: "lockstep-asleep" }, "The sliders that measure again need a kernel: run this cell.")]));
    if (focused && inputs[focused]) inputs[focused].focus();
    draw();
  }

  function wake() {
    clearTimeout(silence);
    if (awake) return;
    awake = true;
    layControls();
  }

  function update() {
    asked = false;
    wake(); // a picture that changes comes from a kernel
    draw();
  }

  function tell() {
    note.textContent = model.get("note");
    trouble.textContent = model.get("trouble");
    trouble.hidden = !trouble.textContent;
    if (trouble.textContent) asked = false;
    draw();
  }

  const listeners = { "change:result": update, "change:controls": layControls, "change:trouble": tell, "change:note": tell, "msg:custom": wake };
  for (const [event, listener] of Object.entries(listeners)) model.on(event, listener);
  layControls();
  tell();
  model.send({ hello: true }); // a page that was saved, or whose kernel has gone, gets no answer
  const unfollow = follow(root, draw);
  requestAnimationFrame(draw); // now it is in the page, whose colours and width count
  return () => {
    unfollow();
    for (const [event, listener] of Object.entries(listeners)) model.off(event, listener);
  };
}

export default { render };
