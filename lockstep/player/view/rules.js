// The rules: which states there are, who can go on in each, and what can still be reached. Pure: data in, answers out.

// A state is {row, key, outcome, lost, goal}; the same row is always the same object.
export function rules(data) {
  const cases = new Map(); // "field:number" -> pairs of the fields that are read, and the moves for what they hold
  for (const [field, number, reads, moves] of data.rules) {
    const place = `${field}:${number}`;
    if (!cases.has(place)) cases.set(place, []);
    cases.get(place).push([reads, moves]);
  }
  const states = new Map();
  const following = new Map();

  function stateOf(row) {
    const key = row.join();
    if (!states.has(key)) {
      const [outcome, lost, goal] = data.special[key] ?? [-1, 0, 0];
      states.set(key, { row, key, outcome, lost: lost === 1, goal: goal === 1 });
    }
    return states.get(key);
  }

  // A rule that reads column -1 - c asks no more of a process than whether it has exited.
  const exited = (state, column) => (data.places[column][state.row[column]].kind === "exited" ? 1 : 0);

  function movesOf(state, field) {
    for (const [reads, moves] of cases.get(`${field}:${state.row[field]}`) ?? []) {
      const found = moves[reads.map((each) => (each < 0 ? exited(state, -1 - each) : state.row[each])).join()];
      if (found) return found;
    }
    return [];
  }

  // Those who can go on, in order, each with its ways: Map from actor to [{next, answer}].
  function able(state) {
    if (!following.has(state)) {
      const found = new Map();
      for (const field of data.acting) {
        for (const [actor, changes, answer] of movesOf(state, field)) {
          const row = [...state.row];
          for (let place = 0; place < changes.length; place += 2) row[changes[place]] = changes[place + 1];
          if (!found.has(actor)) found.set(actor, []);
          found.get(actor).push({ next: stateOf(row), answer });
        }
      }
      following.set(state, found);
    }
    return following.get(state);
  }

  const start = stateOf(data.start);
  let known = null;
  const surveyed = () => (known ??= survey(data, start, able));
  return {
    start,
    able,
    // Can the aim still be reached? Null where the states are too many to look at.
    canReach: (state) => (data.counted ? surveyed().reaching.has(state) : null),
    // The ways that are left to each outcome; null where they are without number or too many to count.
    ways: (state) => (data.counted ? (surveyed().ways.get(state) ?? null) : null),
  };
}

const nexts = (able, state) => [...able(state).values()].flat().map((way) => way.next);

// All states: which of them can come to the aim, and how many ways lead from them to each outcome.
function survey(data, start, able) {
  const before = new Map([[start, []]]);
  const missing = new Map();
  for (const state of before.keys()) { // grows while it is read
    const after = nexts(able, state);
    missing.set(state, after.length);
    for (const next of after) {
      if (!before.has(next)) before.set(next, []);
      before.get(next).push(state);
    }
  }
  const reaching = new Set([...before.keys()].filter((state) => state.goal));
  for (const state of reaching) for (const earlier of before.get(state)) reaching.add(earlier);
  // From the ends backwards; states on a cycle, and those before one, are never ready.
  const ways = new Map();
  const ready = [...before.keys()].filter((state) => missing.get(state) === 0);
  while (ready.length) {
    const state = ready.pop();
    const sums = data.outcomes.map((_, place) => (place === state.outcome ? 1n : 0n));
    for (const next of nexts(able, state)) ways.get(next).forEach((number, place) => (sums[place] += number));
    ways.set(state, sums);
    for (const earlier of before.get(state)) {
      missing.set(earlier, missing.get(earlier) - 1);
      if (missing.get(earlier) === 0) ready.push(earlier);
    }
  }
  return { reaching, ways };
}
