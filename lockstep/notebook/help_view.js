// Help with one exercise, below its report: a solution after one question, other right ones, and the starter again. Behind plot_parts.js.

const SILENCE_MS = 5000;

const HELP_STYLE = `
.lockstep-help { margin-top: 4px; }
.lockstep-help button { font: inherit; margin: 2px 8px 2px 0; padding: 2px 10px; cursor: pointer; color: inherit; background: transparent;
  border: 1px solid currentColor; border-radius: 3px; }
.lockstep-help .lockstep-both { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(30em, 100%), 1fr)); gap: 8px 16px; margin: 6px 0; }
.lockstep-help .lockstep-both > div { min-width: 0; }
.lockstep-help .lockstep-label { font-weight: 600; }
.lockstep-help pre { margin: 2px 0 6px !important; padding: 6px 8px !important; overflow-x: auto; border: 1px solid #8886 !important; border-radius: 3px;
  font: 12px/1.45 var(--jp-code-font-family, monospace); color: inherit; background: transparent !important; white-space: pre !important; word-break: normal; }
.lockstep-help summary { cursor: pointer; }
`;

// The editor of the nearest cell above `el` whose text holds `sign`; null where the page does not let us at it.
function editorAbove(el, sign) {
  const cells = [...document.querySelectorAll(".jp-CodeCell")];
  for (let at = cells.indexOf(el.closest(".jp-CodeCell")) - 1; at >= 0; at--) {
    const content = cells[at].querySelector(".cm-content");
    const view = content?.cmView?.view ?? content?.cmTile?.view;
    if (view?.state.doc.toString().includes(sign)) return view;
  }
  return null;
}

function render({ model, el }) {
  const root = html("div", { class: "lockstep-live lockstep-help" });
  el.append(html("style", {}, LIVE_STYLE + HELP_STYLE), root);
  keepKeys(root);
  let asking = ""; // the question that is open: "solution" or "starter"
  let said = "";
  let silence; // how long the kernel has said nothing to what was asked

  function send(message) {
    clearTimeout(silence);
    silence = setTimeout(() => { said = "No answer yet: the kernel is busy, or gone; then run this cell again."; draw(); }, SILENCE_MS);
    model.send(message);
  }

  const button = (text, action) => {
    const made = html("button", { type: "button" }, text);
    made.addEventListener("click", action);
    return made;
  };
  const ask = (what) => () => { asking = what; said = ""; draw(); };
  const code = (label, text) => html("div", {}, html("div", { class: "lockstep-label" }, label), html("pre", {}, text));

  function startAgain() {
    const view = editorAbove(el, model.get("sign"));
    asking = "";
    send({ do: "starter", text: view ? view.state.doc.toString() : null });
    draw();
  }

  function told(message) {
    if (message.starter === undefined) return;
    clearTimeout(silence);
    said = message.said;
    const view = message.put ? editorAbove(el, model.get("sign")) : null;
    if (view) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: message.starter } });
    draw();
    if (!view && message.put) root.append(code("The starter, to be copied into its cell", message.starter));
  }

  function draw() {
    const [passed, revealed, there] = [model.get("passed"), model.get("revealed"), model.get("there")];
    const shown = [];
    if (asking === "solution") {
      shown.push(html("div", { role: "status" }, "Whoever has seen a solution cannot find it any more. Have you read all hints, and will you see it now?"),
        button("Yes, show a solution", () => { asking = ""; send({ do: "solution" }); draw(); }), button("No, I go on", ask("")));
    } else if (asking === "starter") {
      shown.push(html("div", { role: "status" }, "Your cell gets the text that it began with. What you wrote is kept in a file beside the notebook."),
        button("Yes, start again", startAgain), button("No, I keep mine", ask("")));
    } else {
      if (there && !revealed.solution) {
        shown.push(passed ? button("Compare with a solution", () => send({ do: "solution" })) : button("Show a solution", ask("solution")));
      }
      shown.push(button(`Start this ${model.get("kind")} again`, ask("starter")));
    }
    if (said) shown.push(html("div", { role: "status" }, said));
    root.replaceChildren(html("div", {}, ...shown), ...(revealed.solution ? solutions(revealed) : []));
  }

  function solutions({ own, solution, also_right: others }) {
    const both = html("div", { class: "lockstep-both" }, ...(own ? [code("Yours", own)] : []), code("A solution", solution));
    if (!others.length) return [both];
    const summary = others.length === 1 ? "Another right answer" : `${others.length} other right answers`;
    return [both, html("details", {}, html("summary", {}, summary), ...others.map((text) => html("pre", {}, text)))];
  }

  model.on("change:revealed", () => { clearTimeout(silence); said = ""; draw(); });
  model.on("msg:custom", told);
  draw();
}

export default { render };
