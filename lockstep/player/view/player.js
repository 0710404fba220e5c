// The player: shows an interleaving step by step, and lets its reader choose one.

import { rules } from "./rules.js";
import { words } from "./words.js";
import { h } from "./element.js";
import { lanes } from "./lanes.js";
import { objects, source } from "./sides.js";
import { circle } from "./circle.js";
import { driving } from "./driving.js";

export function render({ model, el }) {
  const data = model.get("data");
  const known = rules(data);
  const tell = words(data, known);
  let trace = data.traces[0];
  let mode = data.puzzle ? "drive" : "show";
  let history = []; // [{actor, choice, before, after, answer}], the steps of what is shown
  let at = 0; // how many of them are done
  let timer = null;
  let frame = 0;
  let moved = false; // the reader has gone to another step than the one that was shown first
  const now = () => (at ? history[at - 1].after : known.start);

  // ---- going on and back ---------------------------------------------------------------------------------------
  function step(before, actor, choice) {
    const way = known.able(before).get(actor)?.[choice];
    return way && { actor, choice, before, after: way.next, answer: way.answer };
  }

  function traced() {
    const steps = [];
    for (const [actor, choice] of trace?.steps ?? []) steps.push(step(steps.at(-1)?.after ?? known.start, actor, choice));
    return steps;
  }

  function go(place) {
    moved = true;
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
    if (tell.isOver(now()) || now().goal) {
      model.set("path", history.map((each) => [data.actors[each.actor], each.choice]));
      model.save_changes();
    }
  }

  function cut(length) {
    history = history.slice(0, Math.max(0, length));
    at = history.length;
    draw();
  }

  function drive(on) {
    pause();
    mode = on ? "drive" : "show";
    history = !on ? traced() : moved && at < history.length ? history.slice(0, at) : []; // from here, or anew
    at = on ? history.length : 0;
    draw();
  }

  function show(other) {
    pause();
    trace = other;
    moved = false;
    mode = "show";
    history = traced();
    at = trace?.fails ? decisive() : 0;
    draw();
  }

  // Opens before the decisive step: the one with which somebody comes in between for the last time.
  function decisive() {
    const place = history.findLastIndex((each, index) => index > 0 && each.actor !== history[index - 1].actor);
    return Math.max(0, place);
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
    if (at === history.length || !moved) at = 0;
    moved = true;
    timer = setInterval(() => go(at + 1), 1000 / Number(speed.value));
    draw();
  }

  // ---- the parts that stay -------------------------------------------------------------------------------------
  const button = (text, title, action, more = {}) =>
    h("button", { type: "button", title, "aria-label": title, onclick: action, ...more }, text);
  const controls = {
    home: button("|◀ Start", "To the beginning (Home)", () => (mode === "drive" ? cut(0) : go(0))),
    back: button("◀ Back", "One step back (left arrow)", () => (mode === "drive" ? cut(at - 1) : go(at - 1))),
    play: button("▶ Play", "Play (space)", play),
    next: button("Step ▶", "One step on (right arrow)", () => go(at + 1)),
    end: button("▶| To the end", "To the end of the trace (End)", () => go(history.length)),
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
  const tabs = data.traces.map((each) => button(each.title, `Show: ${each.title}`, () => show(each)));
  const traces = h("div", { class: "lsp-traces", role: "group", "aria-label": "What can go wrong" },
    h("span", { class: "lsp-label" }, "What can go wrong:"), tabs);
  const toolbar = h("div", { class: "lsp-toolbar", role: "toolbar", "aria-label": "Player" },
    ...Object.values(controls), speedLabel, switcher);
  const headline = h("p", { class: "lsp-headline" });
  const story = h("ul", { class: "lsp-story" });
  const status = h("p", { class: "lsp-status", "aria-live": "polite" });
  const copied = h("code");
  const copy = h("p", { class: "lsp-schedule" }, "Your schedule: ", copied, " ",
    button("Copy", "Copy the schedule, as replay(...) takes it", () => {
      getSelection().selectAllChildren(copied); // and where the clipboard is not to be had, it is marked for copying
      navigator.clipboard?.writeText(copied.textContent).catch(() => {});
    }));
  const verdict = h("p", { class: "lsp-verdict", "aria-live": "polite" });
  const panel = h("div", { class: "lsp-drive" });
  const table = h("div", { class: "lsp-lanes", tabindex: 0, role: "region", "aria-label": "Steps, a lane a process" });
  const sources = h("div", { class: "lsp-source" });
  const shared = h("div", { class: "lsp-objects" });
  const graph = h("div", { class: "lsp-graph" });
  const root = h("div", { class: `lockstep-player${data.puzzle ? " lsp-puzzle" : ""}`, tabindex: 0, role: "group",
    "aria-label": `Player of ${data.program}`, onkeydown: pressed },
    headline, story, traces, toolbar, status, verdict, copy, panel,
    h("div", { class: "lsp-body" }, table, h("div", { class: "lsp-side" }, sources, shared, graph)));

  // Keys belong to whatever has the focus here. JupyterLab and Notebook see every key first, and ask only that element.
  root.addEventListener("focusin", (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true"));

  const ways = () => panel.querySelectorAll("button.lsp-choice:not(:disabled)");
  // A process keeps its key. Where it can go in several ways, the key goes from one to the next, and Enter takes it.
  function chosenBy(key) {
    const own = [...ways()].filter((each) => each.dataset.key === key);
    if (own.length === 1) own[0].click();
    else if (own.length) own[(own.indexOf(document.activeElement) + 1) % own.length].focus();
  }

  function pressed(event) {
    if (event.target === speed || event.altKey || event.ctrlKey || event.metaKey) return;
    const driven = mode === "drive";
    const keys = {
      ArrowRight: () => (!driven ? go(at + 1) : ways().length === 1 && ways()[0].click()),
      ArrowLeft: () => controls.back.click(),
      Home: () => controls.home.click(),
      End: () => !driven && go(history.length),
      " ": event.target.closest("button") || driven ? null : play,
      Backspace: driven ? () => cut(at - 1) : null,
    };
    const action = driven && /^[0-9]$/.test(event.key) ? () => chosenBy(event.key) : keys[event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  }

  // ---- drawing -------------------------------------------------------------------------------------------------
  function drawControls() {
    const driven = mode === "drive";
    controls.back.disabled = controls.home.disabled = at === 0;
    controls.next.disabled = controls.end.disabled = at === history.length;
    for (const each of [controls.play, controls.next, controls.end, speedLabel]) each.hidden = driven;
    controls.home.textContent = driven ? "|◀ Start again" : "|◀ Start";
    controls.back.textContent = driven ? "◀ Undo" : "◀ Back";
    controls.play.textContent = timer ? "❚❚ Pause" : "▶ Play";
    controls.end.textContent = trace?.fails ? "▶| To the failure" : data.aim ? "▶| To the goal" : "▶| To the end";
    switcher.hidden = !data.drivable || (data.puzzle && driven);
    switcher.textContent = !driven ? "You drive" : trace?.fails ? "Show me one that fails" : "Show me one";
    switcher.title = driven ? "Back to the shortest interleaving that was found" : "Choose yourself who goes next";
    switcher.setAttribute("aria-label", switcher.title);
    traces.hidden = driven || data.traces.length < 2;
    tabs.forEach((tab, index) => tab.setAttribute("aria-pressed", String(data.traces[index] === trace)));
  }

  function drawWords(state, last) {
    const driven = mode === "drive";
    headline.textContent = driven && data.aim ? goal() : driven || !trace ? data.headline : trace.headline;
    story.hidden = driven || !trace?.story.length;
    story.replaceChildren(...(trace?.story ?? []).map((sentence) => h("li", {}, sentence)));
    const ending = data.outcomes[state.outcome] ? ` It ends here: ${data.outcomes[state.outcome].title}.`
      : state.lost ? " From here no end can be reached any more." : "";
    const gives = last && tell.answer(last) ? `, which gives ${tell.answer(last)}` : "";
    const changed = (last ? tell.changes(last) : []).map(({ name, was, is }) =>
      was === is ? ` ${name} was ${was} already.` : ` ${name} was ${was}, is ${is}.`).join("");
    const count = driven ? "" : ` of ${history.length}`;
    status.textContent = (last ? `Step ${at}${count}: ${data.actors[last.actor]}: ${tell.told(last)}${gives}.${changed}`
      : driven ? "Choose who goes first." : `At the beginning of ${history.length} ${history.length === 1 ? "step" : "steps"}.`) + ending;
    copy.hidden = !driven || !at || !(tell.isOver(state) || state.goal);
    if (!copy.hidden) copied.textContent = schedule();
    toldVerdict();
  }

  function goal() {
    const ends = data.outcomes.filter((each) => each.goal).map((each) => each.title);
    const named = data.aim !== "the goal" || !ends.length;
    return named ? `Your goal: bring it to ${data.aim}.` : `Your goal: an end that ${ends.slice(0, 3).join(", or ")}.`;
  }

  // The path as `replay(...)` takes it: numbers of processes, names of feeders, pairs where there was a choice of ways.
  function schedule() {
    const steps = history.slice(0, at).map((each) => {
      const name = data.actors[each.actor];
      const number = name === "main" ? "0" : /^Process-\d+$/.test(name) ? name.slice(8) : `"${name}"`;
      return known.able(each.before).get(each.actor).length > 1 ? `(${number}, ${each.choice})` : number;
    });
    return `[${steps.join(", ")}]`;
  }

  function toldVerdict() {
    verdict.textContent = model.get("verdict") ?? "";
    verdict.hidden = !verdict.textContent || !(tell.isOver(now()) || now().goal);
  }

  function drawPanel(state) {
    panel.hidden = mode !== "drive";
    panel.replaceChildren(...(panel.hidden ? [] : driving(data, known, tell, state, choose)));
  }

  // Drawing replaces elements, and disables and hides buttons: whoever had the focus gets it again, or what stands in
  // its place, or the player itself. Returns what does that, to be called after drawing.
  function keepFocus() {
    const focused = document.activeElement;
    if (!root.contains(focused)) return () => {};
    const chose = panel.contains(focused);
    const kind = [".lsp-number", ".lsp-source ol"].find((each) => focused.matches(each));
    const place = kind && [...root.querySelectorAll(kind)].indexOf(focused);
    return () => {
      if (root.contains(focused) && !focused.disabled && !focused.closest("[hidden]")) return;
      const next = chose ? ways()[0] : kind && root.querySelectorAll(kind)[place];
      (next && !next.disabled ? next : root).focus({ preventScroll: true });
    };
  }

  function draw() {
    const refocus = keepFocus();
    const state = now();
    const last = at ? history[at - 1] : null;
    const drawn = lanes(data, tell, { history, at, mode }, go);
    root.dataset.state = state.key;
    root.dataset.mode = mode;
    root.classList.toggle("lsp-wide", drawn.wide);
    drawControls();
    drawWords(state, last);
    drawPanel(state);
    table.replaceChildren(drawn.table);
    sources.replaceChildren(...source(data, tell, state, last));
    shared.replaceChildren(...objects(data, tell, state, last));
    graph.replaceChildren(...(data.outcomes[state.outcome]?.deadlock ? circle(data, tell, state) : []));
    refocus();
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(follow); // once a frame, however many steps were made
  }

  // Brings the current row and the current line into view, inside their boxes; the page itself never moves.
  function follow() {
    const rows = table.querySelectorAll("tbody tr");
    const current = rows[at === history.length ? rows.length - 1 : at - 1];
    if (!current || !at) table.scrollTop = 0;
    else {
      const [box, outer] = [current.getBoundingClientRect(), table.getBoundingClientRect()];
      const acting = rows[at - 1].querySelector(".lsp-acts")?.getBoundingClientRect(); // the last row is no step, but an end
      if (box.bottom > outer.bottom) table.scrollTop += box.bottom - outer.bottom + 8;
      if (acting && acting.right > outer.right) table.scrollLeft += acting.right - outer.right + 8;
      if (acting && acting.left < outer.left + 50) table.scrollLeft -= outer.left + 50 - acting.left;
      if (box.top < outer.top + 36) table.scrollTop -= outer.top + 36 - box.top;
    }
    for (const list of sources.querySelectorAll("ol")) {
      const here = list.querySelector(".lsp-ran") ?? list.querySelector(".lsp-here");
      if (here) list.scrollTop = here.offsetTop - list.offsetTop - list.clientHeight / 2;
    }
  }

  model.on?.("change:verdict", toldVerdict);
  el.append(root);
  show(trace);
  if (data.puzzle) drive(true);
  return pause;
}

export default { render };
