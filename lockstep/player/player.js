// The player: steps through an interleaving, and lets its reader choose one. Data as lockstep/player/data.py makes it.
// Everything that a learner wrote reaches the page as text, never as markup.

// The rules: who can go in a state, how many ways to each outcome are left, and whether the aim can still be reached.
export function rules(data) {
  const count = data.states.length;
  const able = data.moves.map((moves) => {
    const found = new Map();
    for (const [actor, next, answer] of moves) {
      if (!found.has(actor)) found.set(actor, []);
      found.get(actor).push({ next, answer });
    }
    return found;
  });
  const lost = new Set(data.lost);
  const outcome = (state) => data.ends[state] ?? -1;
  const reached = (state) =>
    (data.lost_is_goal && lost.has(state)) || (outcome(state) >= 0 && data.outcomes[outcome(state)].goal);

  const before = Array.from({ length: count }, () => []);
  const missing = new Array(count).fill(0);
  data.moves.forEach((moves, state) => {
    for (const [, next] of moves) {
      if (next >= 0) before[next].push(state);
      missing[state] += 1;
    }
  });
  const open = [];
  const canReach = new Array(count).fill(false);
  for (let state = 0; state < count; state++) if (reached(state)) open.push(state);
  while (open.length) {
    const state = open.pop();
    if (canReach[state]) continue;
    canReach[state] = true;
    open.push(...before[state]);
  }
  // Ways left, from the ends backwards; where there is a cycle they are without number (null).
  const ways = new Array(count).fill(null);
  const ready = [];
  for (let state = 0; state < count; state++) if (missing[state] === 0) ready.push(state);
  while (ready.length) {
    const state = ready.pop();
    const sums = data.outcomes.map(() => 0n);
    if (outcome(state) >= 0) sums[outcome(state)] = 1n;
    for (const [, next] of data.moves[state]) ways[next].forEach((number, place) => (sums[place] += number));
    ways[state] = sums;
    for (const earlier of before[state]) if (--missing[earlier] === 0) ready.push(earlier);
  }
  return { able: (state) => able[state], outcome, reached, lost: (state) => lost.has(state), ways, canReach };
}

const SVG = "http://www.w3.org/2000/svg";

// An element with attributes and children; strings become text.
function h(tag, attributes = {}, ...children) {
  const svg = ["svg", "path", "g", "circle", "rect", "text", "defs", "marker", "title"].includes(tag);
  const element = svg ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

const grouped = (number) => number.toLocaleString("en-US");

function render({ model, el }) {
  const data = model.get("data");
  const known = rules(data);
  const processes = data.places.filter((places) => places.length).length;
  const actors = data.actors;
  let mode = data.puzzle ? "drive" : "show";
  let history = []; // [{actor, choice, before, after, answer}], the steps of what is shown
  let at = 0; // how many of them are done
  let timer = null;
  let frame = 0;

  // ---- what a state is, in words -------------------------------------------------------------------------------
  const place = (state, actor) => data.places[actor]?.[data.states[state][actor]];
  const value = (state, object) => data.objects[object].values[data.states[state][processes + object]];
  const now = () => (at ? history[at - 1].after : 0);
  const alive = (state, actor) => ["ask", "join", "end"].includes(place(state, actor)?.kind);
  const waits = (state, actor) => alive(state, actor) && !known.able(state).has(actor);

  function holderOf(state, actor) {
    const here = place(state, actor);
    if (here.kind === "join") return { holder: here.joins, object: -1 };
    const asleep = here.operation === "condition.wake" && value(state, here.touches[0])?.asleep?.includes(actor);
    if (asleep) return { holder: -1, object: here.touches[0] };
    for (const object of here.touches ?? []) {
      const holder = value(state, object)?.holder ?? -1;
      if (holder >= 0 && holder !== actor) return { holder, object };
    }
    return { holder: -1, object: here.touches?.[0] ?? -1 };
  }

  function waiting(state, actor) {
    const here = place(state, actor);
    if (here.kind === "join") return `waits for ${actors[here.joins]} to end`;
    if (here.kind === "end") return here.doing;
    const { holder, object } = holderOf(state, actor);
    const name = object >= 0 ? data.objects[object].name : "";
    if (holder >= 0) return `waits for ${name}, held by ${actors[holder]}`;
    if (here.operation === "condition.wake") return `waits for a notification on ${name}`;
    if (here.operation === "event.wake") return `waits for ${name} to be set`;
    if (here.operation === "barrier.pass") return `waits for the others at ${name}`;
    return `waits to ${here.doing}`;
  }

  const doing = (state, actor) => place(state, actor)?.doing ?? "move an item into the pipe of";
  const told = (step) => `${doing(step.before, step.actor)}${place(step.before, step.actor) ? "" : ` ${data.answers[step.answer]}`}`;
  const answer = (step) => (place(step.before, step.actor) ? data.answers[step.answer] : "");
  const line = (state, actor) => {
    const here = place(state, actor);
    if (here?.line == null) return null;
    const cell = data.sources[here.source];
    return { label: cell.label, number: here.line, text: (cell.lines[here.line - cell.first] ?? "").trim() };
  };

  function changes(step) {
    const found = [];
    data.objects.forEach((object, index) => {
      const [was, is] = [value(step.before, index)?.text, value(step.after, index)?.text];
      if (was !== is && was !== "") found.push({ name: object.name, was, is });
    });
    return found;
  }

  // ---- going on and back ---------------------------------------------------------------------------------------
  function step(state, actor, choice) {
    const way = known.able(state).get(actor)?.[choice];
    return way && way.next >= 0 ? { actor, choice, before: state, after: way.next, answer: way.answer } : null;
  }

  function traced() {
    const steps = [];
    let state = 0;
    for (const [actor, choice] of data.trace) {
      const next = step(state, actor, choice);
      if (!next) break;
      steps.push(next);
      state = next.after;
    }
    return steps;
  }

  function go(place) {
    at = Math.max(0, Math.min(history.length, place));
    if (at === history.length) pause();
    draw();
  }

  function choose(actor, choice) {
    const next = step(now(), actor, choice);
    if (!next) return;
    history = [...history.slice(0, at), next];
    at = history.length;
    draw();
    if (!known.able(now()).size) {
      const names = history.map((each) => [actors[each.actor], each.choice]);
      model.set("path", names);
      model.save_changes();
    }
  }

  function undo() {
    if (!at) return;
    history = history.slice(0, at - 1);
    at = history.length;
    draw();
  }

  function drive(on) {
    pause();
    mode = on ? "drive" : "show";
    history = on ? history.slice(0, at === history.length ? 0 : at) : traced();
    at = on ? history.length : 0;
    draw();
  }

  function pause() {
    clearInterval(timer);
    timer = null;
  }

  function play() {
    if (timer) {
      pause();
      return draw();
    }
    if (at === history.length) at = 0;
    timer = setInterval(() => go(at + 1), 1000 / Number(speed.value));
    draw();
  }

  // ---- the parts that stay -------------------------------------------------------------------------------------
  const button = (text, title, action, more = {}) =>
    h("button", { type: "button", title, "aria-label": title, onclick: action, ...more }, text);
  const controls = {
    home: button("|◀ Start", "To the beginning (Home)", () => (mode === "drive" ? restart() : go(0))),
    back: button("◀ Back", "One step back (left arrow)", () => (mode === "drive" ? undo() : go(at - 1))),
    play: button("▶ Play", "Play (space)", play),
    next: button("Step ▶", "One step on (right arrow)", () => go(at + 1)),
    end: button("▶| To the failure", "To the end of the trace (End)", () => go(history.length)),
  };
  const speed = h("input", { type: "range", min: 0.5, max: 8, step: 0.5, value: 1.5, "aria-label": "Speed in steps per second" });
  speed.addEventListener("input", () => {
    if (timer) {
      pause();
      play();
    }
  });
  const speedLabel = h("label", { class: "lsp-speed" }, "speed ", speed);
  const switcher = button("You drive", "Choose yourself who goes next", () => drive(mode !== "drive"), { class: "lsp-switch" });
  const toolbar = h("div", { class: "lsp-toolbar", role: "toolbar", "aria-label": "Player" },
    ...Object.values(controls), speedLabel, switcher);
  const status = h("p", { class: "lsp-status", "aria-live": "polite" });
  const verdict = h("p", { class: "lsp-verdict", "aria-live": "polite" });
  const panel = h("div", { class: "lsp-drive" });
  const lanes = h("div", { class: "lsp-lanes", tabindex: 0, role: "region", "aria-label": "Steps, a lane a process" });
  const source = h("div", { class: "lsp-source" });
  const objects = h("div", { class: "lsp-objects" });
  const circle = h("div", { class: "lsp-graph" });
  const explained = h("ul", { class: "lsp-story" }, data.story.map((sentence) => h("li", {}, sentence)));
  const root = h("div", { class: `lockstep-player${data.puzzle ? " lsp-puzzle" : ""}`, tabindex: 0, "data-lm-suppress-shortcuts": "true", role: "group",
    "aria-label": `Player of ${data.program}`, onkeydown: pressed },
    h("p", { class: "lsp-headline" }, data.headline), explained, toolbar, status, verdict, panel,
    h("div", { class: "lsp-body" }, lanes, h("div", { class: "lsp-side" }, source, objects, circle)));

  function restart() {
    history = [];
    at = 0;
    draw();
  }

  function pressed(event) {
    if (event.target === speed || event.altKey || event.ctrlKey || event.metaKey) return;
    const onButton = event.target.closest("button");
    const keys = {
      ArrowRight: () => (mode === "drive" ? only() : go(at + 1)),
      ArrowLeft: () => controls.back.click(),
      Home: () => controls.home.click(),
      End: () => mode === "show" && go(history.length),
      " ": onButton || mode === "drive" ? null : play,
      Backspace: mode === "drive" ? undo : null,
    };
    let action = keys[event.key];
    if (mode === "drive" && /^[1-9]$/.test(event.key)) {
      action = () => panel.querySelectorAll("button.lsp-choice:not(:disabled)")[Number(event.key) - 1]?.click();
    }
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  }

  function only() {
    const choices = panel.querySelectorAll("button.lsp-choice:not(:disabled)");
    if (choices.length === 1) choices[0].click();
  }

  // ---- drawing -------------------------------------------------------------------------------------------------
  const laneOf = (actor) => `lsp-lane-${actor === 0 ? 0 : ((actor - 1) % 7) + 1}`;
  const brief = (actor) => h("span", { class: `lsp-chip ${laneOf(actor)}`, title: actors[actor], role: "img",
    "aria-label": actors[actor] }, actors[actor].replace("Process-", "P"));
  const chip = (actor) => h("span", { class: `lsp-chip ${laneOf(actor)}` }, actors[actor]);

  function drawLanes() {
    const used = actors.map((_, actor) => actor).filter((actor) =>
      actor < processes || history.some((each) => each.actor === actor));
    const head = h("tr", {}, h("th", { scope: "col" }, "step"),
      used.map((actor) => h("th", { scope: "col", class: laneOf(actor) }, chip(actor))));
    const rows = history.map((each, index) => {
      const switched = index > 0 && history[index - 1].actor !== each.actor;
      const number = h("button", { type: "button", class: "lsp-number", "aria-label": `Go to step ${index + 1}`,
        "aria-current": index + 1 === at ? "step" : null, onclick: () => (mode === "show" ? go(index + 1) : null) },
        String(index + 1));
      return h("tr", { class: [index + 1 === at && "lsp-now", index >= at && "lsp-future", switched && "lsp-switched"]
        .filter(Boolean).join(" ") },
        h("th", { scope: "row" }, switched && h("span", { class: "lsp-switch-mark", role: "img",
          "aria-label": "context switch", title: "context switch" }, "⇄"), number),
        used.map((actor) => (actor === each.actor ? acts(each) : rests(each, actor, index))));
    });
    const last = history[at - 1]?.after ?? 0;
    if (at === history.length && (known.outcome(last) >= 0 || known.lost(last))) rows.push(...ended(last, used));
    root.classList.toggle("lsp-wide", used.length > 4);
    lanes.replaceChildren(h("table", {}, h("thead", {}, head), h("tbody", {}, rows)));
  }

  // Brings the current row and the current line into view, inside their boxes; the page itself never moves.
  function follow() {
    const rows = lanes.querySelectorAll("tbody tr");
    const current = rows[at === history.length ? rows.length - 1 : at - 1];
    if (!current || !at) lanes.scrollTop = 0;
    else {
      const [box, outer] = [current.getBoundingClientRect(), lanes.getBoundingClientRect()];
      if (box.bottom > outer.bottom) lanes.scrollTop += box.bottom - outer.bottom + 8;
      const acting = current.querySelector(".lsp-acts")?.getBoundingClientRect();
      if (acting && acting.right > outer.right) lanes.scrollLeft += acting.right - outer.right + 8;
      if (acting && acting.left < outer.left + 50) lanes.scrollLeft -= outer.left + 50 - acting.left;
      if (box.top < outer.top + 36) lanes.scrollTop -= outer.top + 36 - box.top;
    }
    for (const list of source.querySelectorAll("ol")) {
      const here = list.querySelector(".lsp-ran") ?? list.querySelector(".lsp-here");
      if (here) list.scrollTop = here.offsetTop - list.offsetTop - list.clientHeight / 2;
    }
  }

  // In its own lane "held by" needs no name.
  const own = (text, actor) => (text.startsWith(`held by ${actors[actor]}`) ? text.replace(` by ${actors[actor]}`, "") : text);
  const sections = (state, actor) => place(state, actor)?.inside ?? [];

  function acts(each) {
    const at_ = line(each.before, each.actor);
    const gives = answer(each);
    const inside = sections(each.after, each.actor);
    return h("td", { class: `lsp-acts ${laneOf(each.actor)}` },
      h("div", { class: "lsp-op" }, told(each), gives && h("span", { class: "lsp-gives" }, ` → ${gives}`)),
      at_ && h("code", { title: `${at_.label}, line ${at_.number}` }, at_.text),
      changes(each).map((change) =>
        h("div", { class: "lsp-change" }, `${change.name}: `, h("s", {}, own(change.was, each.actor)), " → ",
          h("b", {}, own(change.is, each.actor)))),
      inside.map((name) => h("div", { class: "lsp-inside" }, `inside ${name}`)));
  }

  function rests(each, actor, index) {
    const state = each.after;
    const lane = laneOf(actor);
    const here = place(state, actor);
    if (!here || here.kind === "unborn") return h("td", { class: lane });
    if (here.kind === "exited") {
      const fresh = place(each.before, actor)?.kind !== "exited";
      return h("td", { class: lane }, fresh && h("span", { class: "lsp-quiet" }, here.error || "has ended"));
    }
    const inside = sections(state, actor);
    const classes = `${lane} lsp-alive${inside.length ? " lsp-in" : ""}`;
    if (!waits(state, actor)) return h("td", { class: classes, title: inside.length ? `inside ${inside.join(", ")}` : null });
    const text = waiting(state, actor);
    const before = index > 0 && waits(each.before, actor) && history[index - 1].actor !== actor && waiting(each.before, actor);
    return h("td", { class: `${classes} lsp-waits`, title: text }, text !== before && h("span", { class: "lsp-quiet" }, text));
  }

  function ended(state, used) {
    const outcome = data.outcomes[known.outcome(state)];
    const bad = known.reached(state) || outcome?.deadlock;
    const kind = `lsp-end${bad ? " lsp-bad" : ""}`;
    const title = outcome ? outcome.title : "no end can be reached any more: livelock";
    const rows = [h("tr", { class: `${kind} lsp-outcome` }, h("th", { scope: "row" }, !bad ? "■" : data.puzzle && known.reached(state) ? "★" : "✘"),
      h("td", { colspan: used.length }, cased(title)))];
    if (outcome?.deadlock) {
      rows.unshift(h("tr", { class: kind }, h("th", { scope: "row" }, "end"), used.map((actor) => {
        const here = place(state, actor);
        if (waits(state, actor)) return h("td", { class: `${laneOf(actor)} lsp-waits lsp-alive` }, waiting(state, actor));
        return h("td", { class: laneOf(actor) }, here?.kind === "exited" ? here.error || "has ended" : "");
      })));
    }
    return rows;
  }

  function drawSource(state, last) {
    source.replaceChildren(...data.sources.map((cell, index) => {
      const where = new Map();
      for (let actor = 0; actor < processes; actor++) {
        const here = place(state, actor);
        if (here?.source === index && alive(state, actor)) {
          if (!where.has(here.line)) where.set(here.line, []);
          where.get(here.line).push(actor);
        }
      }
      const done = last && place(last.before, last.actor);
      return h("div", {}, h("div", { class: "lsp-label" }, cell.label),
        h("ol", { start: cell.first }, cell.lines.map((text, offset) => {
          const number = cell.first + offset;
          const here = where.get(number) ?? [];
          const ran = done && done.source === index && done.line === number;
          return h("li", { class: [here.length && "lsp-here", ran && "lsp-ran"].filter(Boolean).join(" "), value: number },
            h("span", { class: "lsp-who" }, here.map(brief)), h("code", {}, text || " "));
        })));
    }));
  }

  function drawObjects(state, last) {
    const rows = data.objects.map((object, index) => {
      const text = value(state, index)?.text ?? "";
      if (object.hidden || text === "") return null;
      const was = last ? value(last.before, index)?.text : text;
      return h("tr", { class: was !== text ? "lsp-changed" : "" }, h("th", { scope: "row" }, object.name),
        h("td", {}, text, was !== text && was && h("span", { class: "lsp-quiet" }, `  was ${was}`)));
    });
    objects.replaceChildren(h("div", { class: "lsp-label" }, "Shared objects"), h("table", {}, h("tbody", {}, rows.filter(Boolean))));
  }

  function drawCircle(state) {
    circle.replaceChildren();
    const dead = known.outcome(state) >= 0 && data.outcomes[known.outcome(state)].deadlock;
    if (!dead) return;
    const stuck = actors.map((_, actor) => actor).filter((actor) => actor < processes && alive(state, actor));
    const edges = new Map(stuck.map((actor) => [actor, holderOf(state, actor)]));
    const inCycle = cycle(edges);
    const around = stuck.filter((actor) => !inCycle.length || inCycle.includes(actor));
    if (inCycle.length) around.sort((a, b) => inCycle.indexOf(a) - inCycle.indexOf(b));
    const others = stuck.filter((actor) => !around.includes(actor));
    const [width, radius] = [others.length ? 490 : 440, around.length < 4 ? 88 : 118];
    const height = Math.max(2 * radius + 72, 44 * others.length + 44);
    const middleX = width / 2 + (others.length ? 54 : 0);
    const spot = new Map();
    around.forEach((actor, index) => {
      const angle = (2 * Math.PI * index) / around.length - Math.PI / 2;
      spot.set(actor, [middleX + (radius + 24) * Math.cos(angle), radius + 44 + radius * Math.sin(angle)]);
    });
    others.forEach((actor, index) => spot.set(actor, [50, 44 + 44 * index]));
    const id = `lsp-${Math.random().toString(36).slice(2)}`;
    const arrows = [];
    for (const [actor, { holder, object }] of edges) {
      if (!spot.has(holder) || !spot.has(actor)) continue;
      const bold = inCycle.includes(actor) && inCycle.includes(holder);
      const [from, to] = [spot.get(actor), spot.get(holder)];
      const length = Math.hypot(to[0] - from[0], to[1] - from[1]) || 1;
      const [dx, dy] = [(to[0] - from[0]) / length, (to[1] - from[1]) / length];
      const bend = bold ? 16 : 0;
      const middle = [(from[0] + to[0]) / 2 - dy * bend * -1, (from[1] + to[1]) / 2 - dx * bend];
      const trim = (point, sign) => {
        const reach = Math.min(48 / Math.max(Math.abs(dx), 0.01), 19 / Math.max(Math.abs(dy), 0.01));
        return [point[0] + sign * dx * reach, point[1] + sign * dy * reach];
      };
      const [start, stop] = [trim(from, 1), trim(to, -1)];
      arrows.push(h("path", { class: bold ? "lsp-cycle" : "lsp-edge", "marker-end": `url(#${id}${bold ? "b" : ""})`,
        d: `M${start[0]},${start[1]} Q${middle[0]},${middle[1]} ${stop[0]},${stop[1]}` }));
      if (object >= 0) arrows.push(h("text", { class: "lsp-edge-name", x: middle[0], y: middle[1] + 4 }, data.objects[object].name));
    }
    const marker = (name, kind) => h("marker", { id: name, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7,
      orient: "auto-start-reverse" }, h("path", { class: kind, d: "M0,0L8,4L0,8z" }));
    const nodes = stuck.map((actor) => h("g", { class: laneOf(actor) },
      h("rect", { x: spot.get(actor)[0] - 45, y: spot.get(actor)[1] - 16, width: 90, height: 32, rx: 7 }),
      h("text", { x: spot.get(actor)[0], y: spot.get(actor)[1] + 4.5 }, actors[actor]),
      edges.get(actor).holder < 0 && edges.get(actor).object >= 0 && h("text", { class: "lsp-wanted", x: spot.get(actor)[0],
        y: spot.get(actor)[1] + 32 }, `waits: ${data.objects[edges.get(actor).object].name}`)));
    const words = inCycle.length ? `${[...inCycle, inCycle[0]].map((actor) => actors[actor]).join(" waits for ")}.` : "";
    circle.append(...[h("div", { class: "lsp-label" }, inCycle.length ? "Who waits for whom: a circle" : "Who waits for whom"),
      h("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `Wait-for graph. ${words}` },
        h("defs", {}, marker(id, "lsp-tip"), marker(`${id}b`, "lsp-tip-cycle")), arrows, nodes),
      explained.hidden && h("ul", { class: "lsp-waiters" }, stuck.map((actor) => h("li", {}, chip(actor), ` ${waiting(state, actor)}`)))].filter(Boolean));
  }

  function cycle(edges) {
    for (const start of edges.keys()) {
      const seen = [];
      let here = start;
      while (edges.has(here) && edges.get(here).holder >= 0 && !seen.includes(here)) {
        seen.push(here);
        here = edges.get(here).holder;
      }
      if (seen.includes(here)) return seen.slice(seen.indexOf(here));
    }
    return [];
  }

  function drawPanel(state) {
    const focused = panel.contains(document.activeElement);
    panel.hidden = mode !== "drive";
    if (mode !== "drive") return panel.replaceChildren();
    const buttons = [];
    for (const [actor, choices] of known.able(state)) {
      choices.forEach((way, index) => {
        const at_ = line(state, actor);
        const several = choices.length > 1 || !place(state, actor);
        buttons.push(h("button", { type: "button", class: `lsp-choice ${laneOf(actor)}`, "data-actor": actors[actor],
          "data-choice": index, onclick: () => choose(actor, index) },
          h("span", { class: "lsp-key", "aria-hidden": "true" }, String(buttons.length + 1)), chip(actor),
          h("span", { class: "lsp-op" }, doing(state, actor), several && ` ${data.answers[way.answer]}`),
          at_ && h("code", {}, at_.text)));
      });
    }
    for (let actor = 0; actor < processes; actor++) {
      if (waits(state, actor)) {
        buttons.push(h("button", { type: "button", class: `lsp-choice lsp-waits ${laneOf(actor)}`, disabled: true },
          chip(actor), h("span", { class: "lsp-op" }, waiting(state, actor))));
      }
    }
    panel.replaceChildren(reach(state), h("div", { class: "lsp-choices", role: "group", "aria-label": "Who goes next?" }, buttons),
      ...[chances(state)].filter(Boolean));
    if (focused) (panel.querySelector("button.lsp-choice:not(:disabled)") ?? root).focus({ preventScroll: true });
  }

  function reach(state) {
    if (!data.aim) return h("p", { class: "lsp-reach" }, "Nothing can go wrong here: try.");
    const done = known.reached(state);
    const still = known.canReach[state];
    const over = !known.able(state).size;
    const left = known.ways[state];
    const certain = left && left.every((number, index) => number === 0n || data.outcomes[index].goal);
    const title = known.outcome(state) >= 0 ? data.outcomes[known.outcome(state)].title : data.aim;
    const text = done ? `${data.puzzle ? "You did it" : "You broke it"}: ${title}.`
      : over ? `Not this time: ${title}. Undo, or start again.`
      : certain ? `Whatever happens now, it comes to ${data.aim}.`
      : still ? `${cased(data.aim)} can still be reached from here.`
      : data.puzzle ? `${cased(data.aim)} can no longer be reached from here. Undo.`
      : `${cased(data.aim)} can no longer be reached: you cannot break it any more.`;
    return h("p", { class: `lsp-reach ${done ? "lsp-done" : still ? "lsp-still" : "lsp-never"}` },
      h("span", { "aria-hidden": "true" }, done ? (data.puzzle ? "★ " : "✘ ") : still ? "◉ " : "○ "), text);
  }

  function chances(state) {
    const ways = known.ways[state];
    if (!known.able(state).size) return null;
    if (!ways) return h("p", { class: "lsp-quiet" }, "The ways from here are without number: somebody can go round and round.");
    const total = ways.reduce((sum, number) => sum + number, 0n);
    return h("div", { class: "lsp-ways" }, h("div", { class: "lsp-label" }, `${grouped(total)} ${total === 1n ? "way is" : "ways are"} left`),
      data.outcomes.map((outcome, index) => ways[index] === 0n ? null : h("div", { class: `lsp-way${outcome.goal ? " lsp-goal" : ""}` },
        h("span", { class: "lsp-bar", style: `--share: ${Number((ways[index] * 1000n) / total) / 10}%` }),
        h("span", {}, `${outcome.goal ? (data.puzzle ? "★ " : "✘ ") : ""}${outcome.title}: `, h("b", {}, grouped(ways[index]))))));
  }

  const cased = (text) => text.charAt(0).toUpperCase() + text.slice(1);

  function drawStatus(state, last) {
    const outcome = known.outcome(state) >= 0 ? ` It ends here: ${data.outcomes[known.outcome(state)].title}.`
      : known.lost(state) ? " From here no end can be reached any more." : "";
    const gives = last && answer(last) ? `, which gives ${answer(last)}` : "";
    const changed = last ? changes(last).map((change) => ` ${change.name} was ${change.was}, is ${change.is}.`).join("") : "";
    const step = last ? `Step ${at}${mode === "show" ? ` of ${history.length}` : ""}: ${actors[last.actor]}: ${told(last)}${gives}.${changed}`
      : mode === "drive" ? "Choose who goes first." : `At the beginning of ${history.length} steps.`;
    status.textContent = step + outcome;
  }

  function draw() {
    const state = now();
    const last = at ? history[at - 1] : null;
    root.dataset.state = state;
    root.dataset.mode = mode;
    controls.back.disabled = controls.home.disabled = at === 0;
    controls.next.disabled = controls.end.disabled = at === history.length;
    for (const name of ["play", "next", "end"]) controls[name].hidden = mode === "drive";
    speedLabel.hidden = mode === "drive";
    controls.home.textContent = mode === "drive" ? "|◀ Start again" : "|◀ Start";
    controls.back.textContent = mode === "drive" ? "◀ Undo" : "◀ Back";
    controls.play.textContent = timer ? "❚❚ Pause" : "▶ Play";
    controls.end.textContent = !data.aim ? "▶| To the end" : data.aim === "the goal" ? "▶| To the goal" : "▶| To the failure";
    switcher.hidden = !data.whole || (data.puzzle && mode === "drive");
    switcher.textContent = mode === "drive" ? "Show me one that fails" : "You drive";
    switcher.title = mode === "drive" ? "Back to the shortest interleaving that was found" : "Choose yourself who goes next";
    switcher.setAttribute("aria-label", switcher.title);
    explained.hidden = mode === "drive" || !data.story.length;
    toldVerdict();
    drawStatus(state, last);
    drawPanel(state);
    drawLanes();
    drawSource(state, last);
    drawObjects(state, last);
    drawCircle(state);
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(follow); // once a frame, however many steps were made
  }

  const toldVerdict = () => {
    verdict.textContent = model.get("verdict") ?? "";
    verdict.hidden = !verdict.textContent || known.able(now()).size > 0;
  };
  model.on?.("change:verdict", toldVerdict);
  el.append(root);
  history = mode === "show" ? traced() : [];
  if (mode === "show" && data.aim) at = history.length;
  draw();
  return pause;
}

export default { render };
