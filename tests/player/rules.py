"""The rules of a player's data, read as the page reads them."""


class Rules:
    """States are tuples of numbers; everything is looked up in the data alone."""

    def __init__(self, data):
        self.data = data
        self.start = tuple(data["start"])
        self._cases = {}
        for column, number, reads, cases in data["rules"]:
            self._cases.setdefault((column, number), []).append((reads, cases))

    def moves(self, state):
        """[(actor, state after, what it gives)], in order."""
        found = []
        for column in self.data["acting"]:
            for reads, cases in self._cases.get((column, state[column]), ()):
                moves = cases.get(",".join(str(self._read(state, each)) for each in reads))
                if moves is not None:
                    found += [(actor, _changed(state, changes), told) for actor, changes, told in moves]
                    break
        return found

    def _read(self, state, column):
        if column >= 0:
            return state[column]
        return int(self.data["places"][-1 - column][state[-1 - column]]["kind"] == "exited")

    def states(self):
        """All of them, from the start on."""
        met, front = {self.start}, [self.start]
        while front:
            for _, after, _ in self.moves(front.pop()):
                if after not in met:
                    met.add(after)
                    front.append(after)
        return met

    def along(self, trace):
        """The state to which a trace of the data leads."""
        state = self.start
        for actor, way in trace["steps"]:
            state = [after for who, after, _ in self.moves(state) if who == actor][way]
        return state

    def special(self, state):
        """[outcome or -1, lost, aimed at]"""
        return self.data["special"].get(",".join(map(str, state)), [-1, 0, 0])

    def ways(self):
        """Ways from the start to each outcome; there must be no cycle."""
        known = {}

        def ways(state):
            if state not in known:
                moves, outcome = self.moves(state), self.special(state)[0]
                sums = [int(place == outcome) for place in range(len(self.data["outcomes"]))]
                for _, after, _ in moves:
                    sums = [one + other for one, other in zip(sums, ways(after), strict=True)]
                known[state] = sums
            return known[state]

        return dict(zip([outcome["title"] for outcome in self.data["outcomes"]], ways(self.start), strict=True))


def _changed(state, changes):
    row = list(state)
    for column, number in zip(changes[::2], changes[1::2], strict=True):
        row[column] = number
    return tuple(row)
