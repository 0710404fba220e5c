// The wait-for graph, drawn when nobody can go on: its cycle on a circle, those outside it beside.

import { cycle } from "./words.js";
import { h, laneOf } from "./element.js";

let drawn = 0; // markers have names, which are one to a document

export function circle(data, tell, state) {
  const stuck = data.actors.map((_, actor) => actor).filter((actor) => actor < tell.processes && tell.alive(state, actor));
  const edges = new Map(stuck.map((actor) => [actor, tell.holderOf(state, actor)]));
  const around = cycle(edges);
  const inCycle = around.length > 0;
  const ring = inCycle ? around : stuck;
  const others = stuck.filter((actor) => !ring.includes(actor));
  const { width, height, spot } = spots(ring, others);
  const id = `lsp-tip-${(drawn += 1)}`;
  const words = inCycle ? `${[...around, around[0]].map((actor) => data.actors[actor]).join(" waits for ")}.` : "";
  return [
    h("div", { class: "lsp-label" }, inCycle ? "Who waits for whom: a circle" : "Who waits for whom"),
    h("svg", { viewBox: `0 0 ${width} ${height}`, style: `max-width: ${width}px`, role: "img", "aria-label": `Wait-for graph. ${words}` },
      h("defs", {}, tip(id, "lsp-tip"), tip(`${id}b`, "lsp-tip-cycle")),
      stuck.map((actor) => arrow(data, edges.get(actor), actor, spot, around, id)),
      stuck.map((actor) => node(data, edges.get(actor), actor, spot.get(actor)))),
  ];
}

function spots(ring, others) {
  const radius = ring.length < 4 ? 80 : 118;
  const [width, middle] = others.length ? [560, 340] : [440, 220];
  const spot = new Map();
  ring.forEach((actor, index) => {
    const angle = (2 * Math.PI * index) / ring.length - Math.PI / 2;
    spot.set(actor, [middle + (radius + 50) * Math.cos(angle), radius + 44 + radius * Math.sin(angle)]);
  });
  others.forEach((actor, index) => spot.set(actor, [52, 44 + 44 * index]));
  const lowest = Math.max(...[...spot.values()].map(([, y]) => y));
  return { width, height: lowest + 44, spot };
}

const tip = (id, kind) =>
  h("marker", { id, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto-start-reverse" },
    h("path", { class: kind, d: "M0,0L8,4L0,8z" }));

function arrow(data, { holder, object }, actor, spot, around, id) {
  if (!spot.has(holder) || holder === actor) return null;
  const bold = around.includes(actor) && around.includes(holder);
  const [from, to] = [spot.get(actor), spot.get(holder)];
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]) || 1;
  const [dx, dy] = [(to[0] - from[0]) / length, (to[1] - from[1]) / length];
  const bend = !bold ? 0 : around.length === 2 ? 100 : 30; // so far that two names have room beside each other
  const bent = [(from[0] + to[0]) / 2 + dy * bend, (from[1] + to[1]) / 2 - dx * bend];
  const trim = ([x, y], [towardX, towardY]) => {
    const far = Math.hypot(towardX - x, towardY - y) || 1;
    const [ux, uy] = [(towardX - x) / far, (towardY - y) / far];
    const reach = Math.min(50 / Math.max(Math.abs(ux), 0.01), 20 / Math.max(Math.abs(uy), 0.01));
    return [x + ux * reach, y + uy * reach];
  };
  const [start, stop] = [trim(from, bent), trim(to, bent)];
  const label = [(start[0] + 2 * bent[0] + stop[0]) / 4, (start[1] + 2 * bent[1] + stop[1]) / 4 + 4];
  return h("g", { class: "lsp-wait" },
    h("path", { class: bold ? "lsp-cycle" : "lsp-edge", "marker-end": `url(#${id}${bold ? "b" : ""})`,
      d: `M${start}Q${bent} ${stop}` }),
    object >= 0 && h("text", { class: "lsp-edge-name", x: label[0], y: label[1] }, data.objects[object].name));
}

function node(data, { holder, object }, actor, [x, y]) {
  const alone = holder < 0 && object >= 0 ? `waits: ${data.objects[object].name}` : holder === actor ? "waits for itself" : "";
  return h("g", { class: laneOf(actor) },
    h("rect", { x: x - 47, y: y - 16, width: 94, height: 32, rx: 7 }),
    h("text", { x, y: y + 4.5 }, data.actors[actor]),
    alone && h("text", { class: "lsp-wanted", x, y: y + 32 }, alone));
}
