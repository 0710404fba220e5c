"""The program on the first page."""

from multiprocessing import Lock, Process


def transfer(mine, yours):
    with mine, yours:
        pass


def two_transfers():
    left, right = Lock(), Lock()
    processes = [Process(target=transfer, args=each) for each in ((left, right), (right, left))]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
