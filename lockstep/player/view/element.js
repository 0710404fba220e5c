// Elements of the page. Whatever a learner wrote comes in as a string, and a string only ever becomes text.

const SVG = "http://www.w3.org/2000/svg";
const SVG_TAGS = ["svg", "path", "g", "rect", "text", "defs", "marker"];

// An element with attributes (those that begin with "on" are listeners) and children.
export function h(tag, attributes = {}, ...children) {
  const element = SVG_TAGS.includes(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat(2).filter((child) => child != null && child !== false));
  return element;
}

// Code that breaks behind a dot, a bracket or a comma rather than inside a word, where its column is narrow.
export const breakable = (text) => text.split(/(?<=[.,([=])/).flatMap((part, index) => (index ? [h("wbr"), part] : [part]));

// Main is grey; seven colours go round for the others, whose names stand beside them.
export const laneOf = (actor) => `lsp-lane-${actor === 0 ? 0 : ((actor - 1) % 7) + 1}`;

export const chip = (data, actor) => h("span", { class: `lsp-chip ${laneOf(actor)}` }, data.actors[actor]);

// The chip with a short name, for the margin of a source.
export const brief = (data, actor) =>
  h("span", { class: `lsp-chip ${laneOf(actor)}`, title: data.actors[actor], role: "img", "aria-label": data.actors[actor] },
    data.actors[actor].replace("Process-", "P"));
