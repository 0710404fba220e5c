"""The card index

A card index is searched by many at the same time. One at a time may insert a card, also while others search. Who takes a card out must be alone: nobody searches, nobody inserts. (Andrews, 1991; Downey, 6.1.)

Mend `CardIndex`. A search and an insertion must still be possible at the same time.
"""

from multiprocessing import Lock, Process, Semaphore, Value

from autograder.authoring.marks import mistake, wrong
from lockstep import check, explore, given, inside

play = "library_day"
fewest = 6

hints = [
    "Who has what in the hand, and waits for what? Draw the circle.",
    "Several locks: always in the same order (unit 06).",
]


class CardIndex:
    """Searchers any number, one who inserts beside them, or one alone who takes out."""

    def __init__(self):
        self.searching, self.inserting = Semaphore(1), Lock()
        self.lock, self.searchers = Lock(), Value("i", 0, lock=False)

    def _come(self):
        with self.lock:
            self.searchers.value += 1
            if self.searchers.value == 1:
                self.searching.acquire()

    def _go(self):
        with self.lock:
            self.searchers.value -= 1
            if self.searchers.value == 0:
                self.searching.release()

    def search(self, look):
        self._come()
        look()
        self._go()

    def insert(self, write):
        with self.inserting:
            self._come()
            write()
            self._go()

    def take_out(self, write):
        with self.inserting, self.searching:
            write()


@given
def all_at_once(*jobs):
    processes = [Process(target=job, args=arguments) for job, *arguments in jobs]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


@given
def look():
    with inside("searching"):
        pass


@given
def write_a_card():
    with inside("writing"):
        pass


@given
def searcher(index):
    index.search(look)


@given
def inserter(index):
    index.insert(write_a_card)


@given
def remover(index):
    index.take_out(write_a_card)


@given
def library_day():
    index = CardIndex()
    all_at_once((inserter, index), (remover, index))
    return "well"


@given
def one_searches_one_inserts():
    index = CardIndex()
    all_at_once((searcher, index), (inserter, index))


@given
def look_and_write():
    with inside("anything"):
        pass


@given
def remover_alone(index):
    index.take_out(look_and_write)


@given
def searcher_too(index):
    index.search(look_and_write)


@given
def one_searches_one_takes_out():
    index = CardIndex()
    all_at_once((searcher_too, index), (remover_alone, index))


@check("everybody comes to the end, in every interleaving", limit=5)
def _(student):
    found = explore(student.library_day).never_crashes()
    assert not found.deadlocks, found.failure("Each has what the other one needs:")
    found.always(lambda end: end == "well")


@check("one writes at a time, and who takes a card out is alone", limit=5)
def _(student):
    explore(student.library_day).at_most("writing", 1)
    explore(student.one_searches_one_takes_out).at_most("anything", 1)


@check("one can search while another one inserts", limit=5)
def _(student):
    found = explore(student.both_at_once).never_crashes()
    assert found.results, "a search and an insertion at the same time are allowed, and here one waits for the other"


@given
def meet(mine, other):
    mine.release()
    other.acquire()


@given
def search_and_meet(index, mine, other):
    index.search(lambda: meet(mine, other))


@given
def insert_and_meet(index, mine, other):
    index.insert(lambda: meet(other, mine))


@given
def both_at_once():
    index, first, second = CardIndex(), Semaphore(0), Semaphore(0)
    all_at_once((search_and_meet, index, first, second), (insert_and_meet, index, first, second))
    return "both at once"


@mistake("Each has what the other one needs")
def in_opposite_order():
    class CardIndex:
        """Searchers any number, one who inserts beside them, or one alone who takes out."""

        def __init__(self):
            self.searching, self.inserting = Semaphore(1), Lock()
            self.lock, self.searchers = Lock(), Value("i", 0, lock=False)

        def _come(self):
            with self.lock:
                self.searchers.value += 1
                if self.searchers.value == 1:
                    self.searching.acquire()

        def _go(self):
            with self.lock:
                self.searchers.value -= 1
                if self.searchers.value == 0:
                    self.searching.release()

        def search(self, look):
            self._come()
            look()
            self._go()

        def insert(self, write):
            with self.inserting:
                self._come()
                write()
                self._go()

        def take_out(self, write):
            with self.searching, self.inserting:
                write()


@wrong("2 processes can be inside 'anything' at once")
def who_takes_out_does_not_mind_searchers():
    class CardIndex:
        def __init__(self):
            self.inserting = Lock()

        def search(self, look):
            look()

        def insert(self, write):
            with self.inserting:
                write()

        def take_out(self, write):
            with self.inserting:
                write()


@wrong("a search and an insertion at the same time are allowed")
def one_lock_for_all():
    class CardIndex:
        def __init__(self):
            self.lock = Lock()

        def search(self, look):
            with self.lock:
                look()

        def insert(self, write):
            with self.lock:
                write()

        def take_out(self, write):
            with self.lock:
                write()


@wrong("2 processes can be inside 'writing' at once")
def inserting_without_a_lock():
    class CardIndex:
        def __init__(self):
            self.searching = Semaphore(1)

        def search(self, look):
            with self.searching:
                look()

        def insert(self, write):
            write()

        def take_out(self, write):
            with self.searching:
                write()
