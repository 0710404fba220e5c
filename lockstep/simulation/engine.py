"""The discrete-event simulation: processes on P cores in virtual time, from what each one does next.

`Cores` say whose computation is finished next; a heap holds timers. Ties go by order of entry, so that equal input
gives equal output to the last bit.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from functools import partial

from lockstep.simulation.actors import Actor, Behaviour, Deadlock, Span, Stretch, TooLong
from lockstep.simulation.cores import Cores
from lockstep.simulation.costs import BETWEEN_LOOKS, Costs, is_look, of_look
from lockstep.simulation.network import Network
from lockstep.simulation.objects import Objects, awaited, waiting_without_limit
from lockstep.simulation.streams import BLOCKED
from lockstep.simulation.waiting import wait_for_graph
from lockstep.standin.kinds import operation_kind
from lockstep.standin.objects.waiting import ACTIVE
from lockstep.standin.operation import Answer, Message, Operation

OPERATIONS = 400_000  # after so many a program is taken to have no end
_OFTEN = 1_000  # operations between two looks at the clock


class Engine:
    """One run. `run` simulates to the end; what came out is then in `actors`, `makespan`, `messages` and `bytes`."""

    def __init__(
        self, cores: float, costs: Costs, behaviour: Behaviour, *, pipe_capacity: int = 65_536, limit: int = OPERATIONS,
        watch: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """`cores` may be infinite. After `limit` operations TooLong is raised; `watch`, called now and then, may raise too."""
        self.cores, self.costs = Cores(cores, costs.contention), costs
        self.behaviour, self.limit, self._watch = behaviour, limit, watch
        self.objects = Objects(pipe_capacity)
        self.actors: dict[str, Actor] = {}
        self.now = self.makespan = 0.0  # the makespan ends with the last process
        self.operations = self.messages = self.bytes = 0
        self._timers: list[tuple[float, int, Actor | None, int, Callable[[], None]]] = []
        self._waiters: dict[str, dict[str, Actor]] = {}  # by object, in order of arrival
        self._network = Network(costs.alpha, costs.beta)
        self._sequence = 0

    def run(self) -> None:
        """Raises Deadlock and TooLong, and whatever the behaviour raises."""
        main = self.actors["0"] = Actor("0", None, False, 0.0)
        self._compute(main, self.behaviour.begin("0"))
        while (moment := min(self._next_timer(), self._next_finish())) < float("inf"):
            self.cores.pass_time(moment - self.now)
            self.now = moment
            if self._timers and self._timers[0][0] <= moment:
                heapq.heappop(self._timers)[-1]()
            else:
                self._finished(self.cores.finish())
        if any(actor.state != "exited" for actor in self.actors.values()):
            raise Deadlock(wait_for_graph(self.actors.values(), self.objects.holder), self.objects.kinds, self.now)

    # Time.

    def _next_finish(self) -> float:
        return self.now + self.cores.seconds_to_finish()

    def _next_timer(self) -> float:
        while self._timers:
            time, _, actor, turn, _ = self._timers[0]
            if actor is None or (actor.turn == turn and actor.state != "exited"):
                return time
            heapq.heappop(self._timers)  # it was set for an earlier move
        return float("inf")

    def _after(self, seconds: float, actor: Actor, do: Callable[[], None]) -> None:
        """Does it in so many seconds, unless the actor has made another move by then."""
        self._at(self.now + seconds, do, actor, actor.turn)

    # A process's moves: it computes, asks, waits, goes on.

    def _compute(self, actor: Actor, stretch: Stretch, receiving: float = 0.0) -> None:
        making = 0.0
        for creation in stretch.created:
            self.objects.create(creation)
            making += self.costs.of_creation(creation)
        actor.stretch = stretch
        actor.state = "computing"
        actor.turn += 1
        actor.since = self.now
        actor.awaited = ""
        actor.receiving = receiving
        actor.asking = making + self.costs.of(stretch.operation, actor.parent is None)
        self.cores.compute(actor, receiving + stretch.cpu + actor.asking)

    def _finished(self, actor: Actor) -> None:
        stretch = actor.stretch
        assert stretch is not None
        self._let_feed(actor)
        cpu = actor.receiving + stretch.cpu + actor.asking
        self._note_computed(actor, stretch, cpu)
        actor.turn += 1
        actor.work += cpu
        actor.span += cpu
        actor.since = self.now
        self.operations += 1
        if self.operations % _OFTEN == 0:
            self._watch()
        if self.operations > self.limit:
            raise TooLong(f"it has done {self.limit:_} operations, and goes on")
        own = _OWN.get(stretch.operation.kind)
        if own is not None:
            own(self, actor, stretch.operation)
        else:
            self._ask(actor, stretch.operation)

    def _note_computed(self, actor: Actor, stretch: Stretch, cpu: float) -> None:
        if self.now <= actor.since or cpu <= 0:
            return
        stretched = (self.now - actor.since) / cpu
        # Held between since and now: by rounding alone one could come to lie behind the next.
        first = min(actor.since + actor.receiving * stretched, self.now)
        last = max(first, self.now - actor.asking * stretched)
        operation = stretch.operation
        if first > actor.since:
            actor.history.append(Span(actor.since, first, "communicating", "receive"))
        if last > first:
            actor.history.append(Span(first, last, "computing", line=stretch.line))
        if self.now > last:
            actor.history.append(Span(last, self.now, "communicating", operation.kind, operation.objects, stretch.line))

    def _note_waited(self, actor: Actor, kind: str, objects: tuple[str, ...] = (), line: str = "") -> None:
        what = "communicating" if operation_kind(kind).between_ranks == "added" else "waiting"  # the network takes it
        actor.history.append(Span(actor.since, self.now, what, kind, objects, line, actor.awaited))

    def _ask(self, actor: Actor, operation: Operation) -> None:
        patient = waiting_without_limit(operation)
        answer, actor.span = self.objects.attempt(patient, actor.identity, actor.span)
        if answer is not BLOCKED:
            self._answered(actor, operation, answer)
            return
        actor.state = "blocked"
        for name in awaited(operation):
            self._waiters.setdefault(name, {})[actor.identity] = actor
        if operation.patience is not None and operation.patience <= 0:
            self._expire(actor, operation)
        elif operation.patience is not None:
            self._after(operation.patience, actor, lambda: self._expire(actor, operation))

    def _answered(self, actor: Actor, operation: Operation, answer: Answer) -> None:
        if operation_kind(operation.kind).passes == "out" and type(answer) is Message:
            self._delivered(actor, operation.objects[0], answer)
        while self.objects.fed:
            self._feed(actor, self.objects.fed.pop())
        self._changed(operation.objects, actor)
        self._go_on(actor, answer)

    def _go_on(self, actor: Actor, answer: Answer) -> None:
        stretch = actor.stretch
        assert stretch is not None
        operation = stretch.operation
        waited = self.now > actor.since
        if waited:
            self._note_waited(actor, operation.kind, operation.objects, stretch.line)
        receiving = self.costs.of_answer(answer, operation, waited) + self._looking(actor, answer, waited)
        self._compute(actor, self.behaviour.resume(actor.identity, answer), receiving)

    def _looking(self, actor: Actor, answer: Answer, waited: bool) -> float:
        """CPU seconds of one more look, by a process that only looks whether something has changed."""
        stretch = actor.stretch
        assert stretch is not None
        if waited or stretch.cpu > BETWEEN_LOOKS or not is_look(stretch.operation, answer):
            actor.looks = 0
            return 0.0
        if actor.looks == 0 or stretch.operation.kind == "time.now":
            actor.looking_since = self.now
        actor.looks += 1
        return of_look(actor.looks, self.now - actor.looking_since)

    def _go_on_later(self, actor: Actor, seconds: float, answer: Answer) -> None:
        actor.state = "waking"
        actor.turn += 1
        self._after(seconds, actor, lambda: self._go_on(actor, answer))

    def _retry(self, actor: Actor) -> None:
        """A process that was woken tries again; somebody may have come before it."""
        assert actor.stretch is not None
        operation = actor.stretch.operation
        answer, span = self.objects.attempt(waiting_without_limit(operation), actor.identity, actor.span)
        if answer is BLOCKED:
            actor.state = "blocked"
            return
        actor.span = span
        self._stop_waiting(actor, operation)
        self._answered(actor, operation, answer)

    def _expire(self, actor: Actor, operation: Operation) -> None:
        if actor.state == "blocked":
            actor.awaited = ""  # nobody: the time is up
        if self.objects.expire(operation, actor.identity):
            answer, span = self.objects.attempt(operation, actor.identity, actor.span)
            if answer is BLOCKED:  # a barrier's action runs: whoever waits there waits for that as well
                return
            actor.span = span
            self._stop_waiting(actor, operation)
            self._answered(actor, operation, answer)
        elif actor.state == "blocked" and self.objects.possible(operation, actor.identity):
            self._retry(actor)

    def _stop_waiting(self, actor: Actor, operation: Operation) -> None:
        for name in awaited(operation):
            self._waiters[name].pop(actor.identity, None)

    def _changed(self, names: tuple[str, ...], by: Actor) -> None:
        """Wakes those who wait for these objects and can go on: one, or all where that is the meaning."""
        for name in names:
            woken = 0
            for actor in list(self._waiters.get(name, {}).values()):
                assert actor.stretch is not None
                operation = actor.stretch.operation
                if actor.state != "blocked":
                    continue
                if not self.objects.possible(waiting_without_limit(operation), actor.identity):
                    continue
                actor.state, actor.awaited = "waking", by.identity
                delay = self.costs.of_waking(operation)
                if operation.kind == "barrier.pass":
                    delay += woken * self.costs.passing
                self._after(delay, actor, lambda actor=actor: self._retry(actor))  # type: ignore[misc]
                woken += 1
                if not operation_kind(operation.kind).wakes_all:
                    break

    def _feed(self, actor: Actor, queue: str) -> None:
        """The feeder, a thread of the process, runs when the process next asks for something, or loses its turn."""
        begun = False

        def arrive() -> None:
            self.objects.arrive(queue, 1)
            self._changed((queue,), actor)
            self._let_exit()

        def feed() -> None:
            nonlocal begun
            if not begun:
                begun = True
                self._at(self.now + self.costs.feed, arrive)

        actor.unfed.append(feed)
        self._at(self.now + self.costs.switch, feed)

    def _let_feed(self, actor: Actor) -> None:
        for feed in actor.unfed:
            feed()
        actor.unfed.clear()

    def _at(self, time: float, do: Callable[[], None], actor: Actor | None = None, turn: int = 0) -> None:
        self._sequence += 1
        heapq.heappush(self._timers, (time, self._sequence, actor, turn, do))

    def _delivered(self, actor: Actor, name: str, message: Message) -> None:
        self.messages += 1
        self.bytes += message.size
        stream = self.objects.streams.get(name)
        if stream is None:  # what a Manager keeps
            return
        actor.awaited = stream.taken_from
        if stream.held + message.size > self.objects.capacity:  # it was overfull: somebody was held up
            self.objects.arrive(name, 0)
            self._let_exit()

    # Operations on processes and on time.

    def _start(self, parent: Actor, operation: Operation) -> None:
        identity, daemon, ends = operation.arguments
        child = self.actors[identity] = Actor(identity, parent, daemon, self.now, since=self.now, span=parent.span)
        parent.children.append(child)
        for name, reads in ends:
            stream = self.objects.streams[name]
            (stream.readers if reads else stream.writers).add(identity)
        self._after(self.costs.begin, child, lambda: self._begin(child))
        self._go_on(parent, None)

    def _begin(self, child: Actor) -> None:
        stretch = self.behaviour.begin(child.identity)
        self._compute(child, stretch._replace(cpu=stretch.cpu + self.costs.child / 2))

    def _join(self, actor: Actor, operation: Operation) -> None:
        child = self.actors[operation.arguments[0]]
        if child.code is not None:
            actor.span = max(actor.span, child.span)
            self._go_on(actor, child.code)
            return
        actor.state = "blocked"
        if operation.patience is not None:
            self._after(max(0.0, operation.patience), actor, lambda: self._go_on(actor, None))

    def _exit(self, actor: Actor, operation: Operation) -> None:
        actor.state = "exiting"
        for child in actor.children:
            if child.daemon:
                self._terminate(child, -15)
        self._try_exit(actor)

    def _try_exit(self, actor: Actor) -> None:
        assert actor.stretch is not None
        code, queues = actor.stretch.operation.arguments
        if any(not child.daemon and child.code is None for child in actor.children):
            return
        if self.objects.on_its_way(set(queues), actor.identity):
            return
        self._gone(actor, code)

    def _let_exit(self) -> None:
        for actor in [actor for actor in self.actors.values() if actor.state == "exiting"]:
            if actor.state == "exiting":
                self._try_exit(actor)

    def _gone(self, actor: Actor, code: int) -> None:
        if actor.state == "exiting" and self.now > actor.since:
            self._note_waited(actor, "process.exit")
        actor.state, actor.code = "exited", code
        self.makespan = self.now
        actor.turn += 1
        self.objects.exited[actor.identity] = actor.span
        changed = self.objects.let_go(actor.identity)
        self._changed((actor.identity, *changed), actor)
        parent = actor.parent
        if parent is None:
            return
        if parent.state == "exiting":
            parent.span, parent.awaited = max(parent.span, actor.span), actor.identity
            self._try_exit(parent)
        elif parent.state == "blocked" and parent.stretch is not None:
            waited = parent.stretch.operation
            if waited.kind == "process.join" and waited.arguments[0] == actor.identity:
                parent.span, parent.awaited = max(parent.span, actor.span), actor.identity
                self._go_on_later(parent, self.costs.exit, code)

    def _terminate(self, actor: Actor, code: int) -> None:
        if actor.state == "exited":
            return
        if actor.state == "computing":
            assert actor.stretch is not None
            whole = actor.receiving + actor.stretch.cpu + actor.asking
            actor.work += self.cores.stop(actor, whole)
            actor.turn += 1
            if self.now > actor.since:
                actor.history.append(Span(actor.since, self.now, "computing"))
        elif self.now > actor.since:
            asked = actor.stretch.operation if actor.stretch else Operation("process.begin")
            self._note_waited(actor, asked.kind, asked.objects, actor.stretch.line if actor.stretch else "")
        names = awaited(actor.stretch.operation) if actor.stretch else ()
        waited = actor.state in ("blocked", "waking")
        for name in names:
            self._waiters.get(name, {}).pop(actor.identity, None)
        actor.state = "terminated"
        self.behaviour.end(actor.identity)
        self._gone(actor, code)
        if waited:
            self._changed(names, actor)  # it may have been woken in another's place

    def _observe(self, actor: Actor, operation: Operation) -> None:
        child = self.actors[operation.arguments[0]]
        verb = operation.kind.partition(".")[2]
        if verb in ("terminate", "kill"):
            self._terminate(child, -15 if verb == "terminate" else -9)
            if actor is not child:
                self._go_on(actor, None)
        else:
            self._go_on(actor, child.code is None if verb == "is_alive" else child.code)

    def _list_children(self, actor: Actor, operation: Operation) -> None:
        self._go_on(actor, tuple(self.actors[child].code for child in operation.arguments[0]))

    def _send(self, actor: Actor, operation: Operation, until_gone: bool = False) -> None:
        message, to, span = operation.arguments[0], operation.objects[0], actor.span
        gone, there = self._network.times(actor.identity, to, message.size, self.now)
        self.messages += 1
        self.bytes += message.size

        def arrive() -> None:
            self.objects.attempt(operation, actor.identity, span)
            self._changed((to,), actor)

        self._at(there, arrive)
        self._go_on_later(actor, gone - self.now if until_gone else 0.0, None)

    def _sleep(self, actor: Actor, operation: Operation) -> None:
        self._go_on_later(actor, operation.arguments[0], None)

    def _tell_time(self, actor: Actor, operation: Operation) -> None:
        self._go_on(actor, (self.now, actor.work))


_OWN: dict[str, Callable[[Engine, Actor, Operation], None]] = {
    "process.start": Engine._start, "process.join": Engine._join, "process.exit": Engine._exit,
    "process.is_alive": Engine._observe, "process.exitcode": Engine._observe, "process.terminate": Engine._observe,
    "process.kill": Engine._observe, ACTIVE: Engine._list_children, "time.sleep": Engine._sleep, "time.now": Engine._tell_time,
    "mpi.send": partial(Engine._send, until_gone=True), "mpi.isend": Engine._send,
}  # fmt: skip
