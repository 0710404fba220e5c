// A timeline of processes on a canvas: draws what Timeline.to_json() holds; zoom, hover and keyboard. Stands behind plot_parts.js.

const LANE = 30, LABELS = 92, AXIS = 34, MARGIN = 12;
const HEIGHTS = { computing: 22, communicating: 14, waiting: 6 };

// Okabe and Ito's colours. A bar's height and, among waits, its dashes tell the same as its colour.
const PALETTES = {
  light: { computing: "#0072B2", communicating: "#E69F00", waits: ["#b0568a", "#007a5a", "#D55E00", "#777777"] },
  dark: { computing: "#56B4E9", communicating: "#E69F00", waits: ["#e59cc4", "#2fd0a0", "#ff8a3d", "#aaaaaa"] },
};
const DASHES = [[], [7, 3], [3, 3], [10, 3, 2, 3]];

const STYLE = `
.lockstep-timeline { max-width: 900px; }
.lockstep-timeline canvas { width: 100%; display: block; cursor: crosshair; }
.lockstep-timeline canvas:focus-visible { outline: 2px solid #56B4E9; outline-offset: 2px; }
.lockstep-timeline .lockstep-row { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; min-height: 26px; }
.lockstep-timeline button { font: inherit; color: inherit; background: transparent; border: 1px solid currentColor;
  border-radius: 3px; padding: 0 8px; cursor: pointer; }
.lockstep-timeline .lockstep-readout { min-height: 1.5em; margin: 4px 0; font-family: var(--jp-code-font-family, monospace); font-size: 12px; }
`;

function time(seconds) {
  if (seconds === 0) return "0";
  const absolute = Math.abs(seconds);
  const [value, unit] = absolute < 1e-3 ? [seconds * 1e6, "µs"] : absolute < 1 ? [seconds * 1e3, "ms"] : [seconds, "s"];
  return `${Number(value.toPrecision(4))} ${unit}`;
}

function step(span, parts) {
  const rough = span / parts, power = 10 ** Math.floor(Math.log10(rough));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
}

// What is waited for, the longest first: each gets a colour and dashes of its own, the rest share the last.
function waitsOf(timeline) {
  const totals = new Map();
  for (const lane of timeline.lanes) {
    for (const [start, end, kind, what] of lane.bars) {
      if (kind === "waiting") totals.set(what, (totals.get(what) || 0) + end - start);
    }
  }
  return [...totals].sort((a, b) => b[1] - a[1]);
}

function render({ model, el }) {
  const root = html("div", { class: "lockstep-live lockstep-timeline" });
  const [title, keys] = [html("h3"), html("ul", { class: "lockstep-legend" })];
  const canvas = html("canvas", { role: "img", tabindex: 0 });
  const readout = html("p", { class: "lockstep-readout", "aria-live": "polite" });
  const [sentence, numbers] = [html("p"), html("div")];
  const buttons = html("div", { class: "lockstep-row", role: "group", "aria-label": "zoom" });
  root.append(html("style", {}, LIVE_STYLE + STYLE), title, keys, canvas, buttons, readout, sentence,
    html("details", {}, html("summary", {}, "Numbers"), numbers));
  el.append(root);
  keepKeys(root);

  let timeline = { lanes: [], seconds: 0 };
  let from = 0, to = 1;         // the part of the time that is seen
  let chosen = null;            // [lane, bar] under the mouse or chosen by the keyboard
  let dragged = null;
  let mouse = [];               // where it was last, on the screen

  const width = () => canvas.clientWidth;
  const across = () => Math.max(50, width() - LABELS - MARGIN);
  const x = (seconds) => LABELS + ((seconds - from) / (to - from)) * across();
  const atX = (pixels) => from + ((pixels - LABELS) / across()) * (to - from);

  function look(start, end) {
    const whole = timeline.seconds || 1;
    const span = Math.min(whole, Math.max(end - start, whole / 1e5));
    from = Math.max(0, Math.min(start, whole - span));
    to = from + span;
    draw();
  }
  const zoom = (factor, centre = (from + to) / 2) => look(centre - (centre - from) * factor, centre + (to - centre) * factor);
  const move = (part) => look(from + part * (to - from), to + part * (to - from));

  function draw() {
    if (!width()) return; // not on the page just now
    const height = timeline.lanes.length * LANE + AXIS;
    const scale = window.devicePixelRatio || 1;
    canvas.style.height = `${height}px`;
    canvas.width = Math.round(width() * scale);
    canvas.height = Math.round(height * scale);
    const context = canvas.getContext("2d");
    context.scale(scale, scale);
    const ink = getComputedStyle(root).color;
    const colors = PALETTES[isDark(root) ? "dark" : "light"];
    const places = new Map(waitsOf(timeline).map(([what], index) => [what, Math.min(index, 3)]));
    context.font = "12px sans-serif";
    context.textBaseline = "middle";

    const bottom = timeline.lanes.length * LANE;
    const each = step(to - from, Math.max(2, across() / 110));
    context.textAlign = "center";
    for (let at = Math.ceil(from / each) * each; at <= to + each / 1e6; at += each) {
      context.fillStyle = ink;
      context.globalAlpha = 0.15;
      context.fillRect(x(at), 0, 1, bottom);
      context.globalAlpha = 1;
      context.fillText(time(Number(at.toPrecision(6))), Math.min(x(at), width() - 22), bottom + 10);
    }
    context.fillText(`time since the start${timeline.origin === "simulated" ? ", simulated" : ""}`, LABELS + across() / 2, bottom + 26);

    timeline.lanes.forEach((lane, row) => {
      const middle = row * LANE + LANE / 2;
      context.fillStyle = ink;
      context.textAlign = "right";
      context.fillText(lane.name, LABELS - 8, middle, LABELS - 10);
      context.save();
      context.beginPath();
      context.rect(LABELS, row * LANE, across(), LANE);
      context.clip();
      for (const bar of lane.bars) {
        const [start, end, kind, what] = bar;
        if (end < from || start > to) continue;
        const left = x(start), long = Math.max(0.6, x(end) - left), tall = HEIGHTS[kind];
        const wait = places.get(what) || 0;
        const color = kind === "waiting" ? colors.waits[wait] : colors[kind];
        if (kind === "waiting") {
          context.strokeStyle = color;
          context.lineWidth = tall;
          context.setLineDash(DASHES[wait]);
          context.beginPath();
          context.moveTo(left, middle);
          context.lineTo(left + long, middle);
          context.stroke();
          context.setLineDash([]);
        } else {
          context.fillStyle = color;
          context.fillRect(left, middle - tall / 2, long, tall);
        }
        if (chosen && chosen[2] === bar) {
          context.strokeStyle = ink;
          context.lineWidth = 2;
          context.strokeRect(left, middle - LANE / 2 + 2, Math.max(long, 2), LANE - 4);
        }
      }
      context.restore();
    });
  }

  function tell() {
    if (!chosen) {
      readout.textContent = "";
      return;
    }
    const [row, , [start, end, kind, what, line]] = chosen;
    readout.textContent = `${timeline.lanes[row].name}: ${kind}${what ? `, ${what}` : ""}, ${time(end - start)} `
      + `(${time(start)} to ${time(end)})${line ? `, ${line}` : ""}`;
  }

  function choose(row, index) {
    const lane = timeline.lanes[row];
    chosen = lane && lane.bars[index] ? [row, index, lane.bars[index]] : null;
    tell();
    draw();
  }

  function legend() {
    const colors = PALETTES[isDark(root) ? "dark" : "light"];
    const entry = (color, tall, dashes, text) => legendEntry(text,
      svg("path", { d: "M0,6H30", stroke: color, "stroke-width": tall, "stroke-dasharray": dashes.join(" ") || "none" }));
    const waits = waitsOf(timeline);
    const told = waits.slice(0, 3).map(([what, total], index) =>
      entry(colors.waits[index], 5, DASHES[index], `waiting: ${what} (${time(total)})`));
    if (waits.length > 3) {
      const rest = waits.slice(3).reduce((sum, [, total]) => sum + total, 0);
      told.push(entry(colors.waits[3], 5, DASHES[3], `waiting: other (${time(rest)})`));
    }
    keys.replaceChildren(entry(colors.computing, 12, [], "computing"), entry(colors.communicating, 8, [], "communicating"), ...told);
  }

  function tellNumbers() {
    const kinds = ["computing", "communicating", "waiting"];
    const seconds = (lane, kind) => lane.bars.reduce((sum, [start, end, its]) => (its === kind ? sum + end - start : sum), 0);
    numbers.replaceChildren(table(["process", ...kinds], timeline.lanes.map((lane) => [lane.name, ...kinds.map((kind) => time(seconds(lane, kind)))])));
  }

  function update() {
    const next = model.get("timeline");
    if (!next.lanes) {
      title.textContent = "recording";
      return;
    }
    const whole = from <= 0 && to >= (timeline.seconds || 0);
    timeline = next;
    chosen = null;
    if (whole || model.get("running")) [from, to] = [0, timeline.seconds || 1];
    title.textContent = timeline.title + (timeline.origin === "simulated" ? " (simulated)" : "") + (model.get("running") ? " (running)" : "");
    sentence.textContent = model.get("running") ? "" : timeline.sentence;
    canvas.setAttribute("aria-label", `Timeline. ${timeline.sentence} Arrow keys read the bars, + and - zoom.`);
    legend();
    tellNumbers();
    tell();
    draw();
  }

  function barAt(event) {
    const bounds = canvas.getBoundingClientRect();
    const row = Math.floor((event.clientY - bounds.top) / LANE);
    const at = atX(event.clientX - bounds.left);
    const slack = ((to - from) / across()) * 1.5;
    const bars = timeline.lanes[row] ? timeline.lanes[row].bars : [];
    let index = bars.findIndex((bar) => bar[0] <= at && at <= bar[1]);
    if (index < 0) index = bars.findIndex((bar) => bar[0] - slack <= at && at <= bar[1] + slack);
    return [row, index];
  }

  canvas.addEventListener("mousemove", (event) => {
    if (mouse[0] === event.screenX && mouse[1] === event.screenY) return; // the page moved below it: what the keys chose stays
    mouse = [event.screenX, event.screenY];
    if (dragged === null) {
      choose(...barAt(event));
    } else {
      const shift = ((dragged - event.clientX) / across()) * (to - from);
      dragged = event.clientX;
      look(from + shift, to + shift);
    }
  });
  canvas.addEventListener("mousedown", (event) => { dragged = event.clientX; });
  canvas.addEventListener("mouseleave", () => { dragged = null; });
  window.addEventListener("mouseup", release);
  function release() { dragged = null; }
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.shiftKey && document.activeElement !== canvas) return; // the page scrolls
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.25 : 0.8, atX(event.clientX - canvas.getBoundingClientRect().left));
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    const [row, index] = chosen || [0, -1];
    const bars = (lane) => (timeline.lanes[lane] ? timeline.lanes[lane].bars : []);
    const near = (lane) => {
      const at = chosen ? (chosen[2][0] + chosen[2][1]) / 2 : 0;
      const found = bars(lane).findIndex((bar) => bar[1] >= at);
      return found < 0 ? bars(lane).length - 1 : found;
    };
    const keys = {
      ArrowRight: () => choose(row, Math.min(index + 1, bars(row).length - 1)),
      ArrowLeft: () => choose(row, Math.max(index - 1, 0)),
      ArrowDown: () => { const lane = Math.min(row + 1, timeline.lanes.length - 1); choose(lane, near(lane)); },
      ArrowUp: () => { const lane = Math.max(row - 1, 0); choose(lane, near(lane)); },
      "+": () => zoom(0.5, chosen ? (chosen[2][0] + chosen[2][1]) / 2 : undefined),
      "=": () => zoom(0.5, chosen ? (chosen[2][0] + chosen[2][1]) / 2 : undefined),
      "-": () => zoom(2),
      "0": () => look(0, timeline.seconds),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  });

  for (const [name, action] of [["zoom in", () => zoom(0.5)], ["zoom out", () => zoom(2)], ["earlier", () => move(-0.4)],
    ["later", () => move(0.4)], ["whole run", () => look(0, timeline.seconds)]]) {
    const button = html("button", { type: "button" }, name);
    button.addEventListener("click", action);
    buttons.append(button);
  }

  model.on("change:timeline", update);
  model.on("change:running", update);
  const unfollow = follow(root, () => { legend(); draw(); });
  update();
  return () => {
    unfollow();
    window.removeEventListener("mouseup", release);
    model.off("change:timeline", update);
    model.off("change:running", update);
  };
}

export default { render };
