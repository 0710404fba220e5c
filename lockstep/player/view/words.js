// What a state and a step are, in words: who is where, who waits for whom, what a step changed. Pure.

// `after` are the steps of a trace: {actor, choice, before, after, answer}, with states of the rules.
export function words(data, known) {
  const processes = data.places.length;
  const { actors } = data;
  const place = (state, actor) => data.places[actor]?.[state.row[actor]];
  const value = (state, object) => data.objects[object].values[state.row[processes + object]];
  const alive = (state, actor) => ["ask", "join", "end"].includes(place(state, actor)?.kind);
  const waits = (state, actor) => alive(state, actor) && !known.able(state).has(actor);

  // Whom somebody waits for, and for which object; -1 for nobody, and for none.
  function holderOf(state, actor) {
    const here = place(state, actor);
    if (here.kind === "join") return { holder: here.joins, object: -1 };
    const asleep = here.touches?.length && value(state, here.touches[0])?.asleep?.includes(actor);
    if (asleep) return { holder: -1, object: here.touches[0] };
    for (const object of here.touches ?? []) {
      const holder = value(state, object)?.holder ?? -1;
      if (holder >= 0) return { holder, object };
    }
    return { holder: -1, object: here.touches?.[0] ?? -1 };
  }

  function waiting(state, actor) {
    const here = place(state, actor);
    if (here.kind === "join") return `waits for ${actors[here.joins]} to end`;
    if (here.kind === "end") return here.doing;
    const { holder, object } = holderOf(state, actor);
    const name = object >= 0 ? data.objects[object].name : "";
    if (holder >= 0) return `waits for ${name}, held by ${holder === actor ? "itself" : actors[holder]}`;
    if (here.waits) return `waits for ${here.waits}`;
    return `waits to ${here.doing}`;
  }

  function line(state, actor) {
    const here = place(state, actor);
    if (here?.line == null) return null;
    const cell = data.sources[here.source];
    return { label: cell.label, number: here.line, text: (cell.lines[here.line - cell.first] ?? "").trim() };
  }

  // What a step made of the objects; a value that was written again counts, too.
  function changes(step) {
    const here = place(step.before, step.actor);
    const cells = (here?.touches ?? []).filter((index) => data.objects[index].kind.startsWith("cell"));
    const written = here?.writes ? cells : [];
    const found = [];
    data.objects.forEach((object, index) => {
      const [was, is] = [value(step.before, index)?.text, value(step.after, index)?.text];
      if ((was !== is || written.includes(index)) && was !== "") found.push({ name: object.name, was, is });
    });
    return found;
  }

  // The feeder of a queue and a store buffer have no place of their own: what they move stands where others have their answer.
  const moving = (actor) => (actors[actor].startsWith("store buffer") ? "let the others see" : "move an item into the pipe of");
  const doing = (state, actor) => place(state, actor)?.doing ?? moving(actor);
  const told = (step) =>
    place(step.before, step.actor) ? doing(step.before, step.actor) : `${doing(step.before, step.actor)} ${data.answers[step.answer]}`;
  const answer = (step) => (place(step.before, step.actor) ? data.answers[step.answer] : "");
  const inside = (state, actor) => place(state, actor)?.inside ?? [];
  const isOver = (state) => known.able(state).size === 0;
  return { processes, place, value, alive, waits, holderOf, waiting, line, changes, doing, told, answer, inside, isOver };
}

// Those who wait for each other in a circle; `edges` is a Map from somebody to {holder}.
export function cycle(edges) {
  for (const start of edges.keys()) {
    const seen = [];
    let here = start;
    while (edges.has(here) && edges.get(here).holder >= 0 && !seen.includes(here)) {
      seen.push(here);
      here = edges.get(here).holder;
    }
    if (seen.includes(here)) return seen.slice(seen.indexOf(here));
  }
  return [];
}

export const cased = (text) => text.charAt(0).toUpperCase() + text.slice(1);
export const grouped = (number) => number.toLocaleString("en-US");
