// The lanes: a column a process, a row a step, and how it ended.

import { cased } from "./words.js";
import { chip, h, laneOf, breakable } from "./element.js";

// `show` is {history, at, mode}; `go` jumps to a step.
export function lanes(data, tell, show, go) {
  const { history, at } = show;
  const used = data.actors.map((_, actor) => actor)
    .filter((actor) => actor < tell.processes || history.some((step) => step.actor === actor));
  const head = h("tr", {}, h("th", { scope: "col" }, "step"),
    used.map((actor) => h("th", { scope: "col", class: laneOf(actor) }, chip(data, actor))));
  const rows = history.map((step, index) => {
    const switched = index > 0 && history[index - 1].actor !== step.actor;
    const number = h("button", { type: "button", class: "lsp-number", "aria-label": `Go to step ${index + 1}`,
      disabled: show.mode === "drive", "aria-current": index + 1 === at ? "step" : null, onclick: () => go(index + 1) }, String(index + 1));
    const classes = [index + 1 === at && "lsp-now", index >= at && "lsp-future", switched && "lsp-switched"];
    return h("tr", { class: classes.filter(Boolean).join(" ") },
      h("th", { scope: "row" }, switched && switchMark(), number),
      used.map((actor) => (actor === step.actor ? acts(data, tell, step) : rests(tell, history, index, actor))));
  });
  if (history.length && at === history.length) rows.push(...ended(data, tell, history[at - 1].after, used));
  return { wide: used.length > 4, table: h("table", {}, h("thead", {}, head), h("tbody", {}, rows)) };
}

const switchMark = () =>
  h("span", { class: "lsp-switch-mark", role: "img", "aria-label": "context switch", title: "context switch" }, "⇄");

function acts(data, tell, step) {
  const at = tell.line(step.before, step.actor);
  const gives = tell.answer(step);
  const holder = `held by ${data.actors[step.actor]}`;
  const own = (text) => (text === holder ? "held" : text); // in its own lane no name is needed
  return h("td", { class: `lsp-acts ${laneOf(step.actor)}` },
    h("div", { class: "lsp-op" }, tell.told(step), gives && h("span", { class: "lsp-gives" }, ` → ${gives}`)),
    at && h("code", { title: `${at.label}, line ${at.number}` }, breakable(at.text)),
    tell.changes(step).map((change) =>
      h("div", { class: "lsp-change" }, `${change.name}: `,
        change.was === change.is ? "was so already" : [h("s", {}, own(change.was)), " → ", h("b", {}, own(change.is))])),
    tell.inside(step.after, step.actor).map((name) => h("div", { class: "lsp-inside" }, `inside ${name}`)));
}

function rests(tell, history, index, actor) {
  const step = history[index];
  const lane = laneOf(actor);
  const here = tell.place(step.after, actor);
  if (!here || here.kind === "unborn") return h("td", { class: lane });
  if (here.kind === "exited") {
    const fresh = tell.place(step.before, actor)?.kind !== "exited";
    return h("td", { class: lane }, fresh && h("span", { class: "lsp-quiet" }, here.error || "has ended"));
  }
  const inside = tell.inside(step.after, actor);
  const classes = `${lane} lsp-alive${inside.length ? " lsp-in" : ""}`;
  if (!tell.waits(step.after, actor)) return h("td", { class: classes, title: inside.length ? `inside ${inside.join(", ")}` : null });
  const text = tell.waiting(step.after, actor);
  const waited = index > 0 && history[index - 1].actor !== actor && tell.waits(step.before, actor);
  const before = waited && tell.waiting(step.before, actor);
  return h("td", { class: `${classes} lsp-waits`, title: text }, text !== before && h("span", { class: "lsp-quiet" }, text));
}

function ended(data, tell, state, used) {
  const outcome = data.outcomes[state.outcome];
  if (!outcome && !state.lost && !state.goal) return [];
  const bad = state.goal || outcome?.bad || state.lost;
  const title = outcome ? outcome.title : state.lost ? "no end can be reached any more: livelock" : data.aim;
  const won = data.puzzle && state.goal;
  const mark = won ? "★" : bad ? "✘" : "■";
  const kind = `lsp-end${won ? " lsp-won" : bad ? " lsp-bad" : ""}`;
  const last = h("tr", { class: `${kind} lsp-outcome` }, h("th", { scope: "row" }, mark),
    h("td", { colspan: used.length }, h("span", { class: "lsp-ending" }, cased(title))));
  if (!outcome?.deadlock) return [last];
  const cells = used.map((actor) => {
    const here = tell.place(state, actor);
    if (tell.waits(state, actor)) return h("td", { class: `${laneOf(actor)} lsp-waits lsp-alive` }, tell.waiting(state, actor));
    return h("td", { class: laneOf(actor) }, here?.kind === "exited" ? here.error || "has ended" : "");
  });
  return [h("tr", { class: kind }, h("th", { scope: "row" }, "end"), cells), last];
}
