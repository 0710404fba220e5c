// A prediction: a question, something to choose or to write, and a button to commit; what came, once the next cell has run.

const PREDICTION_STYLE = `
.lockstep-predict { border-left: 3px solid #0072B2; padding: 2px 12px 6px; max-width: 60em; }
.lockstep-predict fieldset { border: 0; margin: 0; padding: 0; min-width: 0; }
.lockstep-predict legend { padding: 0; margin: 0 0 4px; font-size: 14px; }
.lockstep-predict label { display: flex; gap: 6px; align-items: baseline; padding: 1px 0; }
.lockstep-predict input[type="text"] { font: inherit; padding: 3px 6px; width: min(30em, 100%); color: inherit; background: transparent;
  border: 1px solid currentColor; border-radius: 3px; }
.lockstep-predict button { font: inherit; margin-top: 6px; padding: 3px 12px; cursor: pointer; color: inherit; background: transparent;
  border: 1px solid currentColor; border-radius: 3px; }
.lockstep-predict button:disabled { opacity: .45; cursor: default; }
.lockstep-predict .lockstep-said { font-weight: 600; }
`;

let questions = 0;

function render({ model, el }) {
  const root = html("div", { class: "lockstep-live lockstep-predict" });
  el.append(html("style", {}, LIVE_STYLE + PREDICTION_STYLE), root);
  keepKeys(root);
  const group = `lockstep-predict-${++questions}`;

  function commit(said) {
    model.set("committed", said);
    model.save_changes();
  }

  function asking() {
    const [question, choices, unit] = [model.get("question"), model.get("choices"), model.get("unit")];
    const button = html("button", { type: "submit", disabled: "" }, "I predict this");
    let said = "";
    const changed = (value) => {
      said = value.trim();
      button.disabled = said === "" || (unit !== null && !choices.length && !/\d/.test(said));
    };
    const fields = choices.length
      ? choices.map((choice) => {
          const input = html("input", { type: "radio", name: group });
          input.addEventListener("change", () => changed(choice));
          return html("label", {}, input, choice);
        })
      : [line(unit, changed)];
    const form = html("form", {}, html("fieldset", {}, html("legend", {}, html("strong", {}, "Predict. "), question), ...fields), button);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!button.disabled) commit(said);
    });
    return form;
  }

  function line(unit, changed) {
    const input = html("input", { type: "text", "aria-label": unit === null ? "your prediction" : `a number${unit ? `, in ${unit}` : ""}` });
    if (unit !== null) input.setAttribute("inputmode", "decimal");
    input.addEventListener("input", () => changed(input.value));
    return html("label", {}, input, unit ?? "");
  }

  function committed() {
    const [said, outcome, unit] = [model.get("committed"), model.get("outcome"), model.get("unit")];
    const number = unit && !said.includes(unit) ? ` ${unit}` : "";
    const again = html("button", { type: "button" }, outcome ? "Predict again" : "Change it");
    again.addEventListener("click", () => {
      model.set("outcome", "");
      commit("");
    });
    return html("div", {},
      html("div", {}, html("strong", {}, "Predict. "), model.get("question")),
      html("div", { role: "status" }, "You predicted: ", html("span", { class: "lockstep-said" }, said + number),
        outcome ? `. ${outcome}` : ". Now run the next cell."),
      again);
  }

  const draw = () => root.replaceChildren(model.get("committed") ? committed() : asking());
  model.on("change:committed", draw);
  model.on("change:outcome", draw);
  draw();
}

export default { render };
