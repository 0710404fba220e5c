// You drive: who can go next, whether the aim can still be reached, and how many ways are left.

import { cased, grouped } from "./words.js";
import { chip, h, laneOf, breakable } from "./element.js";

export function driving(data, known, tell, state, choose) {
  // Everybody has a place and a key, from beginning to end, so that neither moves when somebody waits or has ended.
  const able = known.able(state);
  const buttons = [];
  for (const actor of data.actors.keys()) {
    const ways = able.get(actor) ?? [];
    const at = tell.line(state, actor);
    const process = actor < tell.processes;
    const key = process ? String(actor) : "";
    ways.forEach((way, index) => {
      const several = ways.length > 1 || !process;
      buttons.push(h("button", { type: "button", class: `lsp-choice ${laneOf(actor)}`, "data-actor": data.actors[actor],
        "data-choice": index, "data-key": key, onclick: () => choose(actor, index) },
        process && actor < 10 && h("span", { class: "lsp-key", "aria-hidden": "true" }, key), chip(data, actor),
        h("span", { class: "lsp-op" }, tell.doing(state, actor), several && ` ${data.answers[way.answer]}`),
        at && h("code", {}, breakable(at.text))));
    });
    if (ways.length || !process) continue;
    const kind = tell.place(state, actor)?.kind;
    const why = kind === "unborn" ? "has not been started" : kind === "exited" ? "has ended"
      : tell.waits(state, actor) ? tell.waiting(state, actor) : "";
    buttons.push(h("button", { type: "button", class: `lsp-choice lsp-waits ${laneOf(actor)}`, disabled: true },
      chip(data, actor), h("span", { class: "lsp-op" }, why)));
  }
  return [reach(data, known, state), h("div", { class: "lsp-choices", role: "group", "aria-label": "Who goes next?" }, buttons),
    chances(data, known, state)].filter(Boolean);
}

function reach(data, known, state) {
  const line = (kind, mark, text) => h("p", { class: `lsp-reach ${kind}` }, h("span", { "aria-hidden": "true" }, mark), text);
  if (!data.aim) return line("", "", known.able(state).size ? "Nothing can go wrong here: try." : "It went well, as it always does.");
  const outcome = data.outcomes[state.outcome];
  const title = outcome?.title ?? data.aim;
  if (state.goal) return line("lsp-done", "★ ", `${data.puzzle ? "You did it" : "You broke it"}: ${title}.`);
  if (outcome?.bad && !data.puzzle) return line("lsp-done", "★ ", `You broke it, in another way: ${title}.`);
  if (known.able(state).size === 0) return line("lsp-never", "○ ", `Not this time: ${title}. Undo, or start again.`);
  const can = known.canReach(state);
  if (can === null) return line("", "", "There are too many states to say here what can still be reached.");
  if (!can) {
    return line("lsp-never", "○ ", data.puzzle ? `${cased(data.aim)} can no longer be reached from here. Undo.`
      : `${cased(data.aim)} can no longer be reached: you cannot break it any more.`);
  }
  const left = known.ways(state);
  const certain = left && left.every((number, index) => number === 0n || data.outcomes[index].goal);
  return line("lsp-still", "◉ ", certain ? `Whatever happens now, it comes to ${data.aim}.`
    : `${cased(data.aim)} can still be reached from here.`);
}

function chances(data, known, state) {
  const ways = known.ways(state);
  if (known.able(state).size === 0 || !data.counted) return null;
  if (!ways) return h("p", { class: "lsp-quiet" }, "The ways from here are without number: somebody can go round and round.");
  const total = ways.reduce((sum, number) => sum + number, 0n);
  const mark = (outcome) => (outcome.goal ? "★ " : "");
  return h("div", { class: "lsp-ways" },
    h("div", { class: "lsp-label" }, `${grouped(total)} ${total === 1n ? "way is" : "ways are"} left`),
    data.outcomes.map((outcome, index) => ways[index] > 0n && h("div", { class: `lsp-way${outcome.goal ? " lsp-goal" : ""}` },
      h("span", { class: "lsp-bar", style: `--share: ${Number((ways[index] * 1000n) / total) / 10}%` }),
      h("span", {}, `${mark(outcome)}${outcome.title}: `, h("b", {}, grouped(ways[index]))))));
}
