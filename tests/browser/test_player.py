"""The player as a page: keys and clicks lead to the states that the Python side computes."""

import random

import pytest

from lockstep.player.aim import aims_of
from lockstep.player.driving import choices
from lockstep.player.page_data import player_data
from lockstep.player.standalone import page as page_text
from lockstep.standin.objects.processes import process_name
from tests.exploration.taking import take
from tests.exploration.test_counts import COUNTER, PHILOSOPHERS
from tests.player.programs import PROGRAMS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

STATUS = ".lsp-status"
WALKS = 20  # of each of the ten programs

# Walks by clicks and by keys in turn: at each step reads from the page who can go, where it is and what the objects hold.
WALK = """(walks) => walks.map((draws, number) => {
    const root = document.querySelector(".lockstep-player");
    const key = (name) => root.dispatchEvent(new KeyboardEvent("keydown", {key: name, bubbles: true, cancelable: true}));
    key("Home");
    const seen = [];
    for (const draw of [...draws, null]) {
        const able = [...root.querySelectorAll("button.lsp-choice:not(:disabled)")];
        seen.push({
            able: able.map((each) => [each.dataset.actor, Number(each.dataset.choice)]),
            objects: Object.fromEntries([...root.querySelectorAll(".lsp-objects tr")].map((row) =>
                [row.querySelector("th").textContent, row.querySelector("td").firstChild.textContent])),
            reach: root.querySelector(".lsp-reach").textContent,
            left: root.querySelector(".lsp-ways .lsp-label")?.textContent ?? null,
        });
        if (draw === null || !able.length) break;
        const place = Math.floor(draw * able.length);
        const own = able.filter((each) => each.dataset.key && each.dataset.key === able[place].dataset.key);
        if (number % 2 && own.length === 1) key(able[place].dataset.key); else able[place].click();
    }
    return seen;
})"""


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: request.url.startswith("http") and errors.append(request.url))
    yield page
    page.close()
    assert not errors, "an exception in the module, or a request to the network"


def opened(page, found, goal=None, puzzle=False):
    page.set_content(page_text(player_data(found.findings, goal, puzzle=puzzle)))
    page.wait_for_selector(".lockstep-player")


class Python:
    """The same on the Python side, from the graph itself: who can go, what the objects hold, how many ways are left."""

    def __init__(self, found):
        self.found, self.graph, self.words = found, found.findings.graph, found.findings.words
        self.known, self.able = {}, {}

    def objects(self, state):
        told = {}
        for name, field in self.graph.steps.fields.items():
            if field.kind != "process":
                told[self.words.object(name)] = self.words.value(self.graph.steps.value(state, name), field.kind)
        return told

    def choices(self, state):
        if state not in self.able:
            self.able[state] = choices(self.graph, state)
        return self.able[state]

    def ways(self, state):
        if state not in self.known:
            following = [choice.move.after for ways in self.choices(state).values() for choice in ways]
            self.known[state] = sum(map(self.ways, following)) if following else 1
        return self.known[state]

    def fails(self, state, goals):
        """Can one of these states be reached from here?"""
        seen, front = {state}, [state]
        while front:
            here = front.pop()
            if here in goals:
                return True
            for ways in self.choices(here).values():
                for choice in ways:
                    if choice.move.after not in seen:
                        seen.add(choice.move.after)
                        front.append(choice.move.after)
        return False


@pytest.mark.parametrize("name", PROGRAMS)
def test_walks_lead_where_python_says(page, name):
    text, arguments = PROGRAMS[name]
    found = take(text, *arguments)
    opened(page, found)
    page.click(".lsp-switch")
    draw = random.Random(name)
    walks = [[draw.random() for _ in range(40)] for _ in range(WALKS)]
    python, data = Python(found), player_data(found.findings)
    goals = aims_of(found.findings, None)[0].states if data["aim"] else frozenset()
    steps = 0
    for number, (draws, seen) in enumerate(zip(walks, page.evaluate(WALK, walks), strict=True)):
        state = found.findings.graph.root
        for index, shown in enumerate(seen):
            able = [(actor, way) for actor, ways in python.choices(state).items() for way in range(len(ways))]
            pages = [tuple(pair) for pair in shown["able"]]
            assert sorted(pages) == sorted((process_name(actor), way) for actor, way in able)
            able = [(next(a for a, _ in able if process_name(a) == name), way) for name, way in pages]
            told = python.objects(state)
            assert shown["objects"].items() <= told.items()
            if found.interleavings is not None and able:
                assert shown["left"].split()[0] == f"{python.ways(state):,}"
            if number < 4 and data["aim"]:
                never = "no longer be reached" in shown["reach"] or "Not this time" in shown["reach"]
                assert never != python.fails(state, goals)
            if not able:
                break
            if index < len(draws):
                actor, way = able[int(draws[index] * len(able))]
                state = python.choices(state)[actor][way].move.after
                steps += 1
        assert len(seen) == 41 or not shown["able"]
    assert steps > WALKS


def test_keys_step_back_and_forth_and_jump(page):
    found = take(PHILOSOPHERS, 3)
    opened(page, found)
    position = "() => document.querySelector('.lsp-status').textContent"
    page.focus(".lockstep-player")
    page.keyboard.press("Home")
    assert "At the beginning of 3 steps" in page.evaluate(position)
    page.keyboard.press("ArrowRight")
    assert "Step 1 of 3: Process-1: acquire forks[0]" in page.evaluate(position)
    assert page.locator(".lsp-graph svg").count() == 0
    page.keyboard.press("End")
    assert "It ends here: deadlock" in page.evaluate(position)
    assert "Process-1 waits for Process-2" in page.locator(".lsp-graph svg").get_attribute("aria-label")
    page.keyboard.press("ArrowLeft")
    assert "Step 2 of 3" in page.evaluate(position)


@pytest.fixture(scope="module")
def philosophers():
    return take(PHILOSOPHERS, 3)


def test_back_by_enter_to_the_beginning_leaves_the_keys_alive(page, philosophers):
    opened(page, philosophers)
    page.get_by_role("button", name="One step back").focus()
    for _ in range(3):
        page.keyboard.press("Enter")
    assert "At the beginning" in page.locator(STATUS).inner_text()
    page.keyboard.press("ArrowRight")
    assert "Step 1 of 3" in page.locator(STATUS).inner_text()


def test_step_by_enter_to_the_end_leaves_the_keys_alive(page, philosophers):
    opened(page, philosophers)
    page.focus(".lockstep-player")
    page.keyboard.press("Home")
    page.get_by_role("button", name="One step on").focus()
    for _ in range(3):
        page.keyboard.press("Enter")
    assert "Step 3 of 3" in page.locator(STATUS).inner_text()
    page.keyboard.press("ArrowLeft")
    assert "Step 2 of 3" in page.locator(STATUS).inner_text()


def test_the_number_of_a_step_keeps_the_focus_when_it_is_gone_to(page, philosophers):
    opened(page, philosophers)
    page.get_by_role("button", name="Go to step 1").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Go to step 1"
    page.keyboard.press("ArrowRight")
    assert "Step 2 of 3" in page.locator(STATUS).inner_text()


def test_a_source_keeps_the_focus_over_steps(page, philosophers):
    opened(page, philosophers)
    page.locator(".lsp-source ol").first.focus()
    page.keyboard.press("ArrowRight")
    for step in (2, 1):
        page.keyboard.press("ArrowLeft")
        assert f"Step {step} of 3" in page.locator(STATUS).inner_text()
    assert page.evaluate("document.activeElement.matches('.lsp-source ol')")


def test_undo_by_enter_to_the_beginning_leaves_the_keys_of_a_driver_alive(page, philosophers):
    opened(page, philosophers)
    page.click(".lsp-switch")
    page.keyboard.press("1")
    page.get_by_role("button", name="One step back").focus()
    page.keyboard.press("Enter")
    assert page.locator(STATUS).inner_text() == "Choose who goes first."
    page.keyboard.press("1")
    assert "Step 1:" in page.locator(STATUS).inner_text()


def test_play_comes_to_the_end_by_itself(page):
    opened(page, take(PHILOSOPHERS, 3))
    page.locator(".lsp-speed input").fill("8")
    page.focus(".lockstep-player")
    page.evaluate(
        """() => {
            const status = document.querySelector(".lsp-status");
            window.told = [];
            new MutationObserver(() => window.told.push(status.textContent)).observe(status, {childList: true});
        }"""
    )
    page.keyboard.press("Space")
    page.wait_for_function("() => window.told.at(-1)?.startsWith('Step 3 of 3')")
    told = [each.split(":")[0] for each in page.evaluate("window.told")]
    assert [each for each in told if each.startswith("Step")] == ["Step 1 of 3", "Step 2 of 3", "Step 3 of 3"]
    assert page.get_by_role("button", name="Play (space)").inner_text() == "▶ Play"


def test_a_driver_breaks_it_or_cannot_break_it_any_more(page):
    opened(page, take(PHILOSOPHERS, 3))
    page.click(".lsp-switch")
    choose = page.locator("button.lsp-choice:not(:disabled)")
    reach = page.locator(".lsp-reach")
    assert "A deadlock can still be reached from here." in reach.inner_text()
    for process in ("Process-1", "Process-2", "Process-3"):
        choose.filter(has_text=process).click()
    assert "You broke it: deadlock." in reach.inner_text()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    choose.filter(has_text="Process-1").click()
    assert "you cannot break it any more" in reach.inner_text()


def test_a_puzzle_is_won_by_reaching_the_goal(page):
    opened(page, take(COUNTER, 2, 1), lambda total: total == 1, puzzle=True)
    assert page.locator(".lsp-headline").inner_text() == "Your goal: an end that returns 1."
    for key in "12120":
        page.locator(".lockstep-player").press(key)
    assert "You did it: returns 1." in page.locator(".lsp-reach").inner_text()
    assert page.locator(".lsp-schedule code").inner_text() == "[1, 2, 1, 2, 0]"


def test_everybody_keeps_a_place_and_a_key_and_the_lanes_their_width(page):
    opened(page, take(COUNTER, 2, 1), lambda total: total == 1, puzzle=True)
    measure = """() => [[...document.querySelectorAll(".lsp-choice")].map((each) => each.getBoundingClientRect().top),
        [...document.querySelectorAll(".lsp-lanes thead th")].map((each) => each.getBoundingClientRect().width),
        document.querySelector(".lsp-lanes").getBoundingClientRect().top]"""
    first = page.evaluate(measure)
    for key in "1122":
        page.locator(".lockstep-player").press(key)
        assert page.evaluate(measure) == first


def test_a_failure_opens_before_the_step_that_decides_it(page, philosophers):
    opened(page, philosophers)
    assert page.locator(STATUS).inner_text().startswith("Step 2 of 3")
    page.focus(".lockstep-player")
    page.keyboard.press("ArrowRight")
    assert "It ends here: deadlock" in page.locator(STATUS).inner_text()


def test_what_a_learner_wrote_is_text_on_the_page(page):
    text, arguments = PROGRAMS["a crash"]
    opened(page, take(text, *arguments))
    assert page.locator(".lockstep-player b b, .lockstep-player li b").count() == 0
    assert "<b>stock</b>" in page.locator(".lockstep-player").inner_text()


def test_a_narrow_window_scrolls_inside_the_lanes_only(page):
    page.set_viewport_size({"width": 360, "height": 700})
    opened(page, take(PHILOSOPHERS, 5))
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


def test_a_long_value_breaks_its_line_and_leaves_the_lanes_in_sight(page):
    program = """
        def work(q):
            q.put("x" * 5000)
            raise ValueError("y" * 300)

        def main():
            q = SimpleQueue()
            process = Process(target=work, args=(q,))
            process.start()
            process.join()
            return q.get()
    """
    opened(page, take(program))
    for name in (".lsp-lanes", ".lsp-objects", ".lockstep-player"):
        assert page.locator(name).evaluate("(box) => box.scrollWidth <= box.clientWidth"), name
