"""Ping-pong

Write `ping_pong(rounds)`, and `play`, which its child runs. It starts one child, and the two play over a `Pipe`. The parent serves the number 0. Whoever
receives a number hits it back with one more: the child answers 0 with 1, the parent answers 1 with 2, and so on.
A round is one ball there and one back. After so many rounds nobody sends any more, the child comes to its own end and is joined, and
`ping_pong` returns the list of the numbers that the **parent** received: `[1, 3, 5]` after three rounds.

Only the ball is sent: one message there and one back in each round, and no ball before the one before has come back.
"""

from multiprocessing import Pipe, Process, Queue, get_context

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, simulate

points = 3

hints = [
    "`play` is for the child: in a loop it receives a ball and sends back one more. Its parameters are yours to change.",
    "How does the child know that the game is over? The simplest way: give it the number of rounds as an argument, too.",
    "One of the two must send first, and the other receive first. In which order do the parent's two lines stand, and the child's?",
]
equivalent_mutants = {"+ came, ball = [], 0": "it does not matter whether the child starts before or after"}


def play(connection, rounds):
    """The child's part."""
    ### BEGIN SOLUTION
    for _ in range(rounds):
        connection.send(connection.recv() + 1)
    ### END SOLUTION


def ping_pong(rounds):
    """Play so many rounds with a child over a Pipe; return the numbers that came back."""
    ### BEGIN SOLUTION
    ours, theirs = Pipe()
    child = Process(target=play, args=(theirs, rounds))
    child.start()
    came, ball = [], 0
    for _ in range(rounds):
        ours.send(ball)
        came.append(ours.recv())
        ball = came[-1] + 1
    child.join()
    return came
    ### END SOLUTION


@check("the game comes to its end, in every interleaving")
def _(student):
    found = explore(student.ping_pong, 1)
    assert not found.deadlocks or "pipe.send" in found.operations, (
        "both wait, and nobody has served: where both receive first, or the parent joins the child before it serves, nobody can go on (deadlock). "
        "(The child is not there at all after `target=play(...)`: that calls `play` in the parent. Its arguments go into `args=`)"
    )
    assert not found.deadlocks, (
        "a ball was served, and then somebody waits for ever for one that nobody sends: do both play all the rounds, and how does "
        "the child learn that the game is over?"
    )
    for rounds in 1, 2, 3:
        found = explore(student.ping_pong, rounds).always_ends()
    assert any(kind.startswith("pipe") for kind in found.operations), (
        "no message went through a pipe: play over a `Pipe`"
    )
    others = sorted({kind.partition(".")[0] for kind in found.operations if not kind.startswith(("pipe", "process"))})
    assert not {"process.terminate", "process.kill"} & found.operations, (
        "the child is stopped from outside: let it know when the game is over, so that it comes to its own end"
    )
    assert not others, f"the two play over a `Pipe` and share nothing else; this also uses: {', '.join(others)}"


@check("the balls come back, one higher than they went", limit=3)
def _(student):
    explore(student.ping_pong, 1).always_ends()
    for rounds, expected in (1, [1]), (3, [1, 3, 5]):
        came = student.ping_pong(rounds)
        assert came != [ball - 1 for ball in expected], (
            f"{came} are the balls that the parent served or that came back as they went: the child hits each back with one more, "
            "and what the parent receives is returned"
        )
        assert came != list(range(1, rounds + 1)) or rounds == 1, (
            f"{came}: every ball was one higher than the one before, but the parent hits it, too: 0 there, 1 back, 2 there, 3 back"
        )
        assert came == expected


@check("one child for the whole game, and one message for each ball")
def _(student):
    found = simulate(student.ping_pong, 10, cores=2)
    assert found.processes > 1, "no child was started: the parent plays with itself"
    assert found.processes == 2, (
        f"{found.processes - 1} children were started for one game: one is enough for all rounds"
    )
    assert found.messages >= 20, (
        f"ten rounds are 20 balls, and only {found.messages} messages were sent: whoever receives a ball sends one back"
    )
    assert found.messages == 20, (
        f"ten rounds are 20 balls, and {found.messages} messages were sent: send the ball and nothing else"
    )


@check("no ball is served before the last one is back")
def _(student):
    explore(student.ping_pong, 4).always_ends()
    # In a pipe that has room for one ball only, whoever serves a second one waits until the first is taken.
    found = explore(student.ping_pong, 4, pipe_capacity=1)
    assert not found.deadlocks, (
        "in a pipe with room for one ball the game comes to a standstill: somebody serves the next ball before the last one is back, or sends "
        "what nobody receives"
    )
    found.always_ends()


@check("no rounds, no balls", limit=3)
def _(student):
    explore(student.ping_pong, 1).always_ends()
    assert student.ping_pong(0) == []


@hidden
@check("a long game, compared with the reference", limit=3)
def _(student, reference):
    explore(student.ping_pong, 1).always_ends()
    for rounds in 7, 500:
        assert student.ping_pong(rounds) == reference.ping_pong(rounds)


@check("whoever receives a ball hits that one back")
def _(student):
    steps = explore(student.ping_pong, 3).always_ends().schedule().steps
    sent = [step.operation.split()[1] for step in steps if step.operation.startswith("send ")]
    balls = [int(ball) for ball in sent if ball.isdigit()]
    assert len(balls) != 6 or balls == [0, 1, 2, 3, 4, 5], (
        f"in three rounds the balls {balls} were sent, one after the other, and each should be one more than the one before: whoever receives a ball hits "
        "that one back, and does not know by heart what would come"
    )


@wrong("that one back, and does not know by heart")
def the_child_counts_by_itself():
    def play(connection, rounds):
        for number in range(rounds):
            connection.recv()
            connection.send(2 * number + 1)

    def ping_pong(rounds):
        ours, theirs = Pipe()
        child = Process(target=play, args=(theirs, rounds))
        child.start()
        came = []
        for _ in range(rounds):
            ours.send(0)
            came.append(ours.recv())
        child.join()
        return came


@wrong("or the parent joins the child before it serves")
def joined_before_the_game():
    def ping_pong(rounds):
        ours, theirs = Pipe()
        child = Process(target=play, args=(theirs, rounds))
        child.start()
        child.join()
        came, ball = [], 0
        for _ in range(rounds):
            ours.send(ball)
            came.append(ours.recv())
            ball = came[-1] + 1
        return came


@wrong("where both receive first", "✘ the game comes to its end")
def both_receive_first():
    def ping_pong(rounds):
        ours, theirs = Pipe()
        child = Process(target=play, args=(theirs, rounds))
        child.start()
        came, ball = [], 0
        for _ in range(rounds):
            came.append(ours.recv())
            ours.send(ball)
            ball = came[-1] + 1
        child.join()
        return came


@wrong("somebody serves the next ball before the last one is back")
def all_balls_served_at_once():
    def ping_pong(rounds):
        ours, theirs = Pipe()
        child = Process(target=play, args=(theirs, rounds))
        child.start()
        for number in range(rounds):
            ours.send(2 * number)
        came = [ours.recv() for _ in range(rounds)]
        child.join()
        return came


@wrong(
    "how does the child learn that the game is over?",
    "comes to a deadlock",
    replaced={
        "child = Process(target=play, args=(theirs, rounds))": "child = Process(target=play, args=(theirs,))",
    },
)
def the_child_waits_for_an_end_that_nobody_sends():
    def play(connection):
        while True:
            connection.send(connection.recv() + 1)


@wrong("a process ends with an exception", "EOFError")
def the_end_of_the_pipe_is_not_caught():
    def play(ours, connection):
        ours.close()
        while True:
            connection.send(connection.recv() + 1)

    def ping_pong(rounds):
        ours, theirs = Pipe()
        child = Process(target=play, args=(ours, theirs))
        child.start()
        theirs.close()
        came, ball = [], 0
        for _ in range(rounds):
            ours.send(ball)
            came.append(ours.recv())
            ball = came[-1] + 1
        ours.close()
        child.join()
        return came


@wrong("are the balls that the parent served or that came back as they went")
def the_balls_that_were_served():
    def ping_pong(rounds):
        ours, theirs = Pipe()
        child = Process(target=play, args=(theirs, rounds))
        child.start()
        served, ball = [], 0
        for _ in range(rounds):
            ours.send(ball)
            served.append(ball)
            ball = ours.recv() + 1
        child.join()
        return served


@wrong(
    "but the parent hits it, too: 0 there, 1 back, 2 there, 3 back",
    replaced={
        "came.append(ours.recv())\n        ball = came[-1] + 1": "ball = ours.recv()\n        came.append(ball)",
    },
)
def the_parent_only_passes_the_ball_on(): ...


@wrong("10 children were started for one game")
def a_child_for_every_ball():
    def play(connection):
        connection.send(connection.recv() + 1)

    def ping_pong(rounds):
        came, ball = [], 0
        for _ in range(rounds):
            ours, theirs = Pipe()
            child = Process(target=play, args=(theirs,))
            child.start()
            ours.send(ball)
            came.append(ours.recv())
            ball = came[-1] + 1
            child.join()
        return came


@wrong("no message went through a pipe: play over a `Pipe`", "no child was started: the parent plays with itself")
def no_child_at_all():
    def ping_pong(rounds):
        return [2 * number + 1 for number in range(rounds)]


@wrong("this also uses: queue")
def a_queue_for_the_way_back():
    def play(connection, back, rounds):
        for _ in range(rounds):
            back.put(connection.recv() + 1)

    def ping_pong(rounds):
        ours, theirs = Pipe()
        back = Queue()
        child = Process(target=play, args=(theirs, back, rounds))
        child.start()
        came, ball = [], 0
        for _ in range(rounds):
            ours.send(ball)
            came.append(back.get())
            ball = came[-1] + 1
        child.join()
        return came


@wrong("the child is stopped from outside", replaced={"child.join()": "child.terminate()\n    child.join()"})
def the_child_is_terminated():
    def play(connection, rounds):
        while True:
            connection.send(connection.recv() + 1)


@wrong(
    "do both play all the rounds",
    replaced={"for _ in range(rounds):\n        connection": "for _ in range(1, rounds):\n        connection"},
)
def the_child_plays_one_round_less(): ...


@wrong(
    "The child is not there at all after `target=play(...)`",
    replaced={"target=play, args=(theirs, rounds)": "target=play(theirs, rounds)"},
)
def the_parent_calls_play(): ...


@wrong(
    "or sends what nobody receives",
    replaced={"connection.recv() + 1)": "connection.recv() + 1)\n    connection.send('over')"},
)
def the_child_says_that_the_game_is_over(): ...


@wrong("and only 10 messages were sent", replaced={"came.append(ours.recv())": "came.append(ball + 1)"})
def the_parent_knows_what_would_come_back():
    def play(connection, rounds):
        for _ in range(rounds):
            connection.recv()


@wrong("something was left behind")
def the_child_is_not_joined():
    def ping_pong(rounds):
        ours, theirs = Pipe()
        Process(target=play, args=(theirs, rounds)).start()
        came, ball = [], 0
        for _ in range(rounds):
            ours.send(ball)
            came.append(ours.recv())
            ball = came[-1] + 1
        return came


@also_right
def until_the_pipe_ends():
    def play(ours, connection):
        ours.close()  # a forked child has the parent's end, too
        while True:
            try:
                ball = connection.recv()
            except EOFError:
                return
            connection.send(ball + 1)

    def ping_pong(rounds):
        ours, theirs = Pipe()
        child = Process(target=play, args=(ours, theirs))
        child.start()
        theirs.close()
        came = []
        for number in range(rounds):
            ours.send(2 * number)
            came += [ours.recv()]
        ours.close()
        child.join()
        return came


@also_right
def two_pipes_of_one_direction_under_spawn():
    def play(incoming, outgoing, rounds: int) -> None:
        for _ in range(rounds):
            outgoing.send(1 + incoming.recv())

    def ping_pong(rounds: int) -> list[int]:
        context = get_context("spawn")
        their_in, our_out = context.Pipe(duplex=False)
        our_in, their_out = context.Pipe(duplex=False)
        child = context.Process(target=play, args=(their_in, their_out, rounds))
        child.start()
        ball, came = 0, []
        while len(came) < rounds:
            our_out.send(ball)
            ball = our_in.recv()
            came.append(ball)
            ball += 1
        child.join()
        return came


@also_right
def in_a_with_statement():
    class Player(Process):
        def __init__(self, connection, rounds):
            super().__init__()
            self.connection, self.rounds = connection, rounds

        def run(self):
            with self.connection as connection:
                for _ in range(self.rounds):
                    ball = connection.recv()
                    connection.send(ball + 1)

    def ping_pong(rounds):
        ours, theirs = Pipe()
        child = Player(theirs, rounds)
        child.start()
        came = [-1]
        with ours:
            for _ in range(rounds):
                ours.send(came[-1] + 1)
                came.append(ours.recv())
            child.join()
        return came[1:]
