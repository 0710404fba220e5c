// Beside the lanes: the source with each process's current line, and the shared objects with their values.

import { brief, h, breakable } from "./element.js";

export function source(data, tell, state, last) {
  const ran = last && tell.place(last.before, last.actor);
  const order = [...data.sources.keys()].sort((a, b) => data.sources[a].rank - data.sources[b].rank); // the learner's first
  return order.map((index) => {
    const cell = data.sources[index];
    const where = new Map();
    for (let actor = 0; actor < tell.processes; actor++) {
      const here = tell.place(state, actor);
      if (here?.source !== index || !tell.alive(state, actor)) continue;
      if (!where.has(here.line)) where.set(here.line, []);
      where.get(here.line).push(actor);
    }
    const lines = cell.lines.map((text, offset) => {
      const number = cell.first + offset;
      const here = where.get(number) ?? [];
      const classes = [here.length && "lsp-here", ran && ran.source === index && ran.line === number && "lsp-ran"];
      const indent = text.length - text.trimStart().length; // what does not fit hangs below, deeper than its line
      return h("li", { class: classes.filter(Boolean).join(" "), value: number },
        h("span", { class: "lsp-who" }, here.map((actor) => brief(data, actor))),
        h("code", { style: `--indent: ${indent}ch` }, breakable(text || " ")));
    });
    return h("div", {}, h("div", { class: "lsp-label" }, cell.label),
      h("ol", { start: cell.first, tabindex: 0, role: "region", "aria-label": `Source: ${cell.label}` }, lines));
  });
}

export function objects(data, tell, state, last) {
  const rows = data.objects.map((object, index) => {
    const text = tell.value(state, index)?.text ?? "";
    if (object.hidden || text === "") return null;
    const was = last ? tell.value(last.before, index)?.text : text;
    return h("tr", { class: was !== text ? "lsp-changed" : "" }, h("th", { scope: "row" }, object.name),
      h("td", {}, text, was !== text && was && h("span", { class: "lsp-quiet" }, `  was ${was}`)));
  }).filter(Boolean);
  return rows.length ? [h("div", { class: "lsp-label" }, "Shared objects"), h("table", {}, h("tbody", {}, rows))] : [];
}
