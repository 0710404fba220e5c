// Draws views in their places: with the kernel's model where one is on the page, else with what was saved beside the place.

function drawPlaces(kind, render) {
  const models = (window.lockstepModels ??= new Map());
  const drawn = (window.lockstepDrawn ??= new Map()); // place -> the element that was drawn there last
  for (const place of document.querySelectorAll(`.lockstep-place[data-view="${kind}"]:not([data-drawn])`)) {
    place.dataset.drawn = "";
    const name = place.dataset.place;
    // What JupyterLab says of tables, lists and code in outputs is for text, and not for a view.
    place.closest(".jp-RenderedHTMLCommon")?.classList.remove("jp-RenderedHTMLCommon");
    const before = drawn.get(name);
    if (before && !before.isConnected) { // the output was replaced by one with another picture: the view goes on as it is
      place.replaceChildren(before);
      if (document.activeElement === document.body) before.lockstepFocus?.focus({ preventScroll: true });
    } else {
      drawPlace(place, render, models, (element) => drawn.set(name, element));
    }
  }
}

function drawPlace(place, render, models, told) {
  const name = place.dataset.place;
  const data = [...place.children].find((child) => child.type === "application/json");
  const element = document.createElement("div");
  element.addEventListener("focusin", (event) => { element.lockstepFocus = event.target; });
  element.addEventListener("focusout", () => { if (element.isConnected) element.lockstepFocus = null; });
  let end;
  function draw(model) {
    try {
      end?.();
      element.replaceChildren();
      end = render({ model, el: element });
      if (!element.isConnected) place.replaceChildren(element);
      told(element);
    } catch (error) {
      console.error(error); // what stands there remains
    }
  }
  if (models.has(name)) return draw(models.get(name));
  if (data) draw(savedModel(JSON.parse(data.textContent)));
  window.addEventListener("lockstep-model", function joined(event) {
    if (event.detail !== name) return;
    window.removeEventListener("lockstep-model", joined);
    draw(models.get(name));
  });
}

// What was saved, as a model that nobody answers.
function savedModel(values) {
  return {
    get: (name) => values[name],
    set: (name, value) => { values[name] = value; },
    save_changes() {}, send() {}, on() {}, off() {},
  };
}
