// A kernel's end of a live view: it is told on the page, and drawn where its place is (place.js). It shows nothing itself.

function initialize({ model }) {
  const models = (window.lockstepModels ??= new Map());
  const name = model.get("place");
  models.set(name, model);
  window.dispatchEvent(new CustomEvent("lockstep-model", { detail: name }));
  return () => { models.delete(name); };
}

export default { initialize };
