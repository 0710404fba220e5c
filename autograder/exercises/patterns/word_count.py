"""MapReduce: count words

Write `word_count(documents, workers)`. It takes a list of texts and returns a dictionary: each word to the number of times that it
occurs in all of them. `words(text)` is given, and finds the words of one text. The list `documents` is not changed. Start `workers`
processes, no more (fewer only if there are fewer documents), and let them do the counting:

- *map*: every worker finds the words of its documents,
- *combine*: and counts them at once, so that it sends one number a word,
- *reduce*: the numbers of all workers are added up.

The checks run your program on virtual cores, too: all workers have a fair share, and it may be that every document has thousands of
different words.
"""

import re
from collections import Counter
from multiprocessing import Pool

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, given, simulate

points = 5

hints = [
    "Write a function at the top level that takes some documents and returns a `Counter` of their words. This is map and combine.",
    "Is adding Counters associative? Then it does not matter which workers' counts are added first.",
    "`pool.map(f, groups)` returns the list of the workers' Counters. `total.update(counter)` adds one to `total`.",
]
equivalent_mutants = {
    "- pool.join()": "leaving `with` ends the workers, and waits for them",
    "+ for counted in pool.map(count_group, groups, chunksize=None):": "as many groups as workers go out one by one",
    "+ for counted in pool.map(count_group, groups, ):": "as many groups as workers go out one by one",
}


def words(text):
    """The words of a text, in small letters."""
    return re.findall(r"\w+", text.lower())


def count_group(documents):
    """How often each word occurs in some of the documents: the task of a worker."""
    ### BEGIN SOLUTION
    counted = Counter()
    for document in documents:
        counted.update(words(document))
    return counted
    ### END SOLUTION


def word_count(documents, workers):
    """How often each word occurs in all documents, counted by `workers` processes."""
    ### BEGIN SOLUTION
    groups = [documents[worker::workers] for worker in range(workers)]
    total = Counter()
    with Pool(workers) as pool:
        for counted in pool.map(count_group, groups, chunksize=1):
            total.update(counted)
        pool.close()
        pool.join()
    return dict(total)
    ### END SOLUTION


@given
def left_of(documents):
    # The list after word_count has had it.
    word_count(documents, 2)
    return documents


@check("processes that send or share counts lose none, in whatever order they work", limit=30)
def _(student):
    try:
        found = explore(student.word_count, ["a b", "a"], 2, budget=30_000)
    except AssertionError as failure:
        if type(failure).__name__ != "NotExplored":  # as what asks a clock is not
            raise
        return
    lost = found.schedule(
        lambda counted: counted != {"a": 2, "b": 1},
        'The texts "a b" and "a" have two "a" and one "b", and in this order of the steps something else is counted: is a number replaced in the place of added, '
        "changed by two at the same time, or are counts fetched before all are there?",
    )
    assert lost is None, lost
    assert found.results, found.failure()
    assert not found.deadlocks, found.failure()


@check("it counts words", limit=30)
def _(student):
    for _ in range(4):  # what comes out right by luck does not do so every time
        assert student.word_count(["to be or not to be"], 2) == {"to": 2, "be": 2, "or": 1, "not": 1}


@check("a word may occur in several documents", limit=30)
def _(student):
    found = student.word_count(["One fish, two fish.", "Red fish, blue fish!", "One more?"], 2)
    assert isinstance(found, dict), "word_count should return a dictionary: each word to its number"
    for word in found:
        assert word in ("one", "fish", "two", "red", "blue", "more"), (
            f"{str(word)[:40]!r} is not what `words(text)` finds: it gives words in small letters, and no punctuation"
        )
    assert found.get("fish") != 2, (
        '"fish" occurs 4 times in these texts, twice in each of two, and the answer is 2: the numbers of all documents are added'
    )
    assert "more" in found, (
        "the words of the last of 3 documents are not there, with 2 workers: are documents lost that are left over when they are divided by workers?"
    )
    assert found == {"one": 2, "fish": 4, "two": 1, "red": 1, "blue": 1, "more": 1}
    found = student.word_count(["It isn't a well-known fish."], 2)
    for word in found:
        assert str(word).isalpha(), (
            f"{str(word)[:40]!r} is not what `words(text)` finds: it gives words in small letters, and no punctuation; let it find them"
        )
    assert found == {"it": 1, "isn": 1, "t": 1, "a": 1, "well": 1, "known": 1, "fish": 1}


@check("nothing to count", limit=30)
def _(student):
    assert student.word_count([], 2) == {}
    assert student.word_count(["", "?!"], 2) == {}


@check("`documents` is not changed, and nothing is left from an earlier call", limit=30)
def _(student):
    assert student.left_of(["a b", "c", "a"]) == ["a b", "c", "a"], (
        "word_count changes the list `documents` that it is given: whoever calls it has lost the texts"
    )
    for _ in range(3):
        assert student.word_count(["a b"], 1) == {"a": 1, "b": 1}


@check("3 workers are 3 processes, and the words are counted before they are sent", limit=20)
def _(student):
    documents = [" ".join(["the cat", "sat on", "the mat"][(i + j) % 3] for j in range(200)) for i in range(12)]
    found = simulate(student.word_count, documents, 3, cores=8, limit=15)
    assert found.processes > 1, "no other process was started: nobody shares the work"
    assert found.processes == 4, f"for 3 workers and 12 documents {found.processes - 1} processes were started"
    size = sum(map(len, documents))
    assert found.bytes <= 1.4 * size, (
        f"{found.bytes} bytes were sent for {size} letters of text: that is the words themselves. "
        "Let a worker find the words of its documents, count them, and send one number a word"
    )


@check("thousands of different words", limit=30)
def _(student):
    documents = [" ".join(f"word{i}x{j}" for j in range(6_000)) for i in range(2)]
    found = simulate(student.word_count, documents, 2, cores=2, limit=25)
    assert found.result == {word: 1 for document in documents for word in document.split()}


@check("the workers share the counting: parallelism 1.7 on 4 virtual cores", limit=30)
def _(student):
    documents = [" ".join(["the cat", "sat on", "the mat"][(i + j) % 3] for j in range(13_500)) for i in range(7)]
    found = simulate(student.word_count, documents, 4, cores=4, limit=25)
    assert found.result == {"the": 63_000, "cat": 31_500, "sat": 31_500, "on": 31_500, "mat": 31_500}
    parent, *loads = found.busy.values()
    assert loads, "no other process was started: nobody shares the work"
    assert len(loads) == 4, f"for 4 workers and 7 documents {len(loads)} processes were started"
    assert found.bytes <= 1.4 * sum(map(len, documents)), "the words themselves were sent: let the workers count them"
    share = parent / found.work
    assert share <= 0.4, (
        f"the parent does {share:.0%} of all the work itself: let the workers find the words and count them"
    )
    share = max(loads) / sum(loads)
    assert share <= 0.45, f"one of 4 workers does {share:.0%} of their work: let each have its share of the documents"
    assert found.parallelism >= 1.7, (
        f"each worker has its share, but on average only {found.parallelism:.1f} of 4 cores compute: "
        "is a worker waited for before the next one starts?"
    )


@hidden
@check("many documents, compared with the reference", limit=30)
def _(student, reference):
    documents = [" ".join(str(i * j % 311) for j in range(10 * i)) for i in range(30)]
    for workers in (1, 4):
        assert student.word_count(documents, workers) == reference.word_count(documents, workers)


@wrong("letters of text: that is the words themselves", "the words themselves were sent: let the workers count them")
def all_words_to_one_reducer():
    def word_count(documents, workers):
        total = {}
        with Pool(workers) as pool:
            for found in pool.map(words, documents):
                for word in found:
                    total[word] = total.get(word, 0) + 1
        return total


@wrong("no other process was started: nobody shares the work")
def no_worker_at_all():
    def count_group(documents):
        return Counter(word for document in documents for word in words(document))

    def word_count(documents, workers):
        return dict(count_group(documents))


@wrong("is a number replaced in the place of added", "the answer is 2: the numbers of all documents are added")
def counts_replaced_in_the_place_of_added():
    def count_group(documents):
        return Counter(word for document in documents for word in words(document))

    def word_count(documents, workers):
        total = {}
        with Pool(workers) as pool:
            for counted in pool.map(count_group, [documents[worker::workers] for worker in range(workers)]):
                total.update(dict(counted))
        return total


@wrong("'One' is not what `words(text)` finds: it gives words in small letters, and no punctuation")
def words_between_blanks():
    def count_group(documents):
        return Counter(word for document in documents for word in document.split())

    def word_count(documents, workers):
        with Pool(workers) as pool:
            return sum(pool.map(count_group, [documents[worker::workers] for worker in range(workers)]), Counter())


@wrong("comes to a deadlock: 3 processes wait for ever", "✘ thousands of different words")
def joined_before_the_counts_are_fetched():
    from multiprocessing import Process, Queue

    def count_group(documents):
        return Counter(word for document in documents for word in words(document))

    def send(documents, queue):
        queue.put(count_group(documents))

    def word_count(documents, workers):
        queue = Queue()
        processes = [Process(target=send, args=(documents[worker::workers], queue)) for worker in range(workers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return sum((queue.get() for _ in processes), Counter())


@wrong("are counts fetched before all are there?", "✘ processes that send or share counts lose none")
def until_the_queue_is_empty():
    from multiprocessing import Process, Queue

    def count_group(documents):
        return Counter(word for document in documents for word in words(document))

    def send(documents, queue):
        queue.put(count_group(documents))

    def word_count(documents, workers):
        queue = Queue()
        processes = [Process(target=send, args=(documents[worker::workers], queue)) for worker in range(workers)]
        for process in processes:
            process.start()
        total = Counter()
        while not queue.empty():
            total += queue.get()
        for process in processes:
            process.join()
        return total


@wrong("for 3 workers and 12 documents 12 processes were started")
def a_process_for_every_document():
    from multiprocessing import Process, Queue

    def count_group(documents):
        return Counter(word for document in documents for word in words(document))

    def send(documents, queue):
        queue.put(count_group(documents))

    def word_count(documents, workers):
        queue = Queue()
        processes = [Process(target=send, args=([document], queue)) for document in documents]
        for process in processes:
            process.start()
        total = sum((queue.get() for _ in processes), Counter())
        for process in processes:
            process.join()
        return total


@wrong("for 3 workers and 12 documents 8 processes were started")
def as_many_processes_as_cores():
    def count_group(documents):
        return Counter(word for document in documents for word in words(document))

    def word_count(documents, workers):
        with Pool() as pool:
            return sum(pool.map(count_group, [documents[worker::workers] for worker in range(workers)]), Counter())


@wrong("of their work: let each have its share of the documents")
def all_documents_to_one_worker():
    def count_group(documents):
        return Counter(word for document in documents for word in words(document))

    def word_count(documents, workers):
        with Pool(workers) as pool:
            return pool.apply(count_group, (documents,))


@wrong("is not what `words(text)` finds: it gives words in small letters, and no punctuation; let it find them")
def words_without_what_stands_around_them():
    def count_group(documents):
        found = [word.strip(".,;:!?\"'") for document in documents for word in document.lower().split()]
        return Counter(word for word in found if word)


@wrong(
    "are documents lost that are left over",
    replaced={
        "documents[worker::workers]": "documents[worker * max(1, len(documents) // workers) : (worker + 1) * max(1, len(documents) // workers)]"
    },
)
def shares_of_one_size(): ...


@wrong(
    "of their work: let each have its share of the documents",
    replaced={
        "documents[worker::workers] for worker in range(workers)]": "documents[n * (len(documents) // workers) : (n + 1) * (len(documents) // workers) if n < workers - 1 else None] for n in range(workers)]"
    },
)
def the_last_gets_what_is_left_over(): ...


@wrong("of all the work itself: let the workers find the words and count them")
def the_parent_counts():
    def count_group(documents):
        return Counter(word for document in documents for word in words(document))

    def word_count(documents, workers):
        with Pool(workers) as pool:
            pool.map(abs, range(workers))
        return dict(count_group(documents))


@wrong("on average only", "is a worker waited for before the next one starts?")
def one_group_after_another():
    def count_group(documents):
        return Counter(word for document in documents for word in words(document))

    def word_count(documents, workers):
        total = Counter()
        with Pool(workers) as pool:
            for worker in range(workers):
                total += pool.apply(count_group, (documents[worker::workers],))
        return total


@wrong("word_count changes the list `documents` that it is given")
def documents_are_taken_out():
    def count_group(documents):
        return Counter(word for document in documents for word in words(document))

    def word_count(documents, workers):
        groups = [[] for _ in range(workers)]
        while documents:
            groups[len(documents) % workers].append(documents.pop())
        with Pool(workers) as pool:
            return sum(pool.map(count_group, groups), Counter())


@wrong("Number of processes must be at least 1", "✘ nothing to count")
def as_many_workers_as_documents():
    def count_group(documents):
        return Counter(word for document in documents for word in words(document))

    def word_count(documents, workers):
        workers = min(workers, len(documents))
        with Pool(workers) as pool:
            return sum(pool.map(count_group, [documents[worker::workers] for worker in range(workers)]), Counter())


@also_right
def one_counter_a_document():
    def counts(document):
        return Counter(words(document))

    def word_count(documents, workers):
        total = Counter()
        with Pool(workers) as pool:
            for counted in pool.imap_unordered(counts, documents):
                total += counted
            pool.close()
            pool.join()
        return dict(total)


@also_right
def processes_and_pipes():
    from multiprocessing import Pipe, Process

    def count_group(documents):
        return Counter(word for document in documents for word in words(document))

    def send(documents, connection):
        connection.send(count_group(documents))
        connection.close()

    def word_count(documents, workers):
        ends, processes = [], []
        for worker in range(workers):
            receiver, sender = Pipe(duplex=False)
            processes.append(Process(target=send, args=(documents[worker::workers], sender)))
            processes[-1].start()
            sender.close()
            ends.append(receiver)
        total = Counter()
        for receiver in ends:
            total.update(receiver.recv())
        for process in processes:
            process.join()
        return dict(total)


@also_right
def an_executor_that_spawns():
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    def count_group(documents):
        return Counter(word for document in documents for word in words(document))

    def word_count(documents, workers):
        workers = max(1, min(workers, len(documents)))
        groups = [documents[worker::workers] for worker in range(workers)]
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            return sum(pool.map(count_group, groups), Counter())
