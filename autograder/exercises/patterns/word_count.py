"""MapReduce: count words

Write `word_count(documents, workers)`. It takes a list of texts and returns a dictionary: each word to the number of times that it
occurs in all of them. `words(text)` is given, and finds the words of one text. Do the counting in `workers` processes:

- *map*: every worker finds the words of its documents,
- *combine*: and counts them at once, so that it sends one number a word,
- *reduce*: the numbers of all workers are added up.
"""

import re
from collections import Counter
from multiprocessing import Pool

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, simulate

points = 5

hints = [
    "Write a function at the top level that takes some documents and returns a `Counter` of their words. This is map and combine.",
    "Is adding Counters associative? Then it does not matter which workers' counts are added first.",
    "`pool.map(f, groups)` returns the list of the workers' Counters. `total.update(counter)` adds one to `total`.",
]


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


@check("it counts words")
def _(student):
    assert student.word_count(["to be or not to be"], 2) == {"to": 2, "be": 2, "or": 1, "not": 1}


@check("a word may occur in several documents")
def _(student):
    found = student.word_count(["One fish, two fish.", "Red fish, blue fish!", "One more?"], 2)
    fish = found.get("fish")
    assert fish == 4, (
        f'"fish" occurs 4 times in these texts, and the answer is {fish}: the counts of all documents have to be added'
    )
    assert found == {"one": 2, "fish": 4, "two": 1, "red": 1, "blue": 1, "more": 1}


@check("nothing to count")
def _(student):
    assert student.word_count([], 2) == {}
    assert student.word_count(["", "?!"], 2) == {}


@check("the words are counted before they are sent", limit=20)
def _(student):
    documents = [" ".join(["the cat", "sat on", "the mat"][(i + j) % 3] for j in range(2_000)) for i in range(16)]
    found = simulate(student.word_count, documents, 4, cores=4, limit=15)
    size = sum(map(len, documents))
    assert found.processes > 1, "no other process was started: nobody shares the work"
    assert found.bytes <= 1.5 * size, (
        f"{found.bytes} bytes were sent for {size} letters of text: the words themselves went to one process, which counts them all. "
        "Count in the worker, and send the counts"
    )


@check("the workers share the counting: parallelism 2 on 4 virtual cores", limit=40)
def _(student):
    documents = [" ".join(["the cat", "sat on", "the mat"][(i + j) % 3] for j in range(12_000)) for i in range(32)]
    found = simulate(student.word_count, documents, 4, cores=4, repeat=3, limit=35)
    assert found.parallelism >= 2, (
        f"on 4 virtual cores the parallelism is {found.parallelism:.1f}: on average only so many cores compute; one process does "
        "most of the work"
    )


@hidden
@check("many documents, compared with the reference")
def _(student, reference):
    documents = [" ".join(str(i * j % 17) for j in range(i)) for i in range(30)]
    for workers in (1, 3, 5):
        assert student.word_count(documents, workers) == reference.word_count(documents, workers)


@wrong("the words themselves went to one process")
def all_words_to_one_reducer():
    def words(text):
        return re.findall(r"\w+", text.lower())

    def word_count(documents, workers):
        total = {}
        with Pool(workers) as pool:
            for found in pool.map(words, documents):
                for word in found:
                    total[word] = total.get(word, 0) + 1
            pool.close()
            pool.join()
        return total


@wrong("no other process was started", "the parallelism is 1.0")
def no_worker_at_all():
    def words(text):
        return re.findall(r"\w+", text.lower())

    def word_count(documents, workers):
        total = Counter()
        for document in documents:
            total.update(words(document))
        return dict(total)


@wrong("the counts of all documents have to be added")
def counts_replaced_in_the_place_of_added():
    def words(text):
        return re.findall(r"\w+", text.lower())

    def counts(document):
        return dict(Counter(words(document)))

    def word_count(documents, workers):
        total = {}
        with Pool(workers) as pool:
            for counted in pool.map(counts, documents):
                total.update(counted)
            pool.close()
            pool.join()
        return total


@also_right
def one_counter_a_document():
    def words(text):
        return re.findall(r"\w+", text.lower())

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
