// What the live plots share, put before each one's own script: elements, units, and whether the page is dark.

const LIVE_STYLE = `
.lockstep-live { color: var(--jp-ui-font-color1, inherit); font: 13px/1.45 var(--jp-ui-font-family, sans-serif); }
.lockstep-live h3 { font-size: 15px; margin: 0 0 4px; font-weight: 600; }
.lockstep-live p { margin: 4px 0 8px; }
.lockstep-live .lockstep-legend { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 0 0 4px; padding: 0; list-style: none; }
.lockstep-live .lockstep-legend svg { display: inline-block; width: 30px; height: 12px; vertical-align: -2px; margin-right: 5px; }
.lockstep-live table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin-top: 4px; }
.lockstep-live th, .lockstep-live td { text-align: right; padding: 1px 10px; border-bottom: 1px solid #8884; }
`;

function made(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

const html = (tag, attributes = {}, ...children) => made(document.createElement(tag), attributes, children);
const svg = (tag, attributes = {}, ...children) => made(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

// One entry of a legend: its sign is drawn by SVG shapes in a box of 30 by 12.
const legendEntry = (text, ...shapes) => html("li", {}, svg("svg", { viewBox: "0 0 30 12", "aria-hidden": "true" }, ...shapes), text);

function isDark(element) {
  const [r, g, b] = (getComputedStyle(element).color.match(/[\d.]+/g) || [0, 0, 0]).map(Number);
  return 0.299 * r + 0.587 * g + 0.114 * b > 140; // light text means a dark page
}

// A table of numbers that opens below a plot.
function table(names, rows) {
  const head = html("tr", {}, ...names.map((name) => html("th", { scope: "col" }, name)));
  const body = rows.map(([first, ...cells]) =>
    html("tr", {}, html("th", { scope: "row" }, String(first)), ...cells.map((cell) => html("td", {}, String(cell)))));
  return html("table", {}, html("thead", {}, head), html("tbody", {}, ...body));
}

// Keys belong to whatever has the focus here. JupyterLab and Notebook see every key first, and ask only that element.
function keepKeys(root) {
  root.addEventListener("focusin", (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true"));
}

// Calls `draw` when the page's colours or the width of `root` change; gives what ends that.
function follow(root, draw) {
  const themes = new MutationObserver(() => { draw(); requestAnimationFrame(draw); }); // a page may be laid out anew just now
  for (const each of [document.documentElement, document.body]) { // where pages say it: the one in books, the other in Jupyter
    themes.observe(each, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-theme", "class"] });
  }
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", draw);
  const sizes = new ResizeObserver(() => draw()); // also when it comes back to the page, whose colours may have changed
  sizes.observe(root);
  const seen = new IntersectionObserver((entries) => { if (entries.some((entry) => entry.isIntersecting)) draw(); });
  seen.observe(root);
  return () => {
    seen.disconnect();
    themes.disconnect();
    sizes.disconnect();
    dark.removeEventListener("change", draw);
  };
}
