"""A program whose author hopes that something of it becomes markup, and ways to take the escaping away."""

import json

import lockstep.player.script
import lockstep.player.standalone
import lockstep.player.still

IMAGE = "<img src=x onerror=window.hacked=1>"
MARKUP = f"</script></td>{IMAGE}"

# In the name of an object, a message, the name of a section, a source line, an exception and what main returns.
PROGRAM = f'''
    MARKUP = "{MARKUP}"

    def take(letters, locks):
        letters.get()
        with locks:  # {MARKUP}
            with inside(MARKUP):
                raise ValueError(MARKUP)

    def main():
        found = {{}}
        found["{IMAGE}"], letters = Lock(), SimpleQueue()
        process = Process(target=take, args=(letters, found["{IMAGE}"]))
        process.start()
        letters.put(MARKUP)
        process.join()
        return MARKUP
'''


# Has anything of the program become an element or a script of the page?
HACKED = "window.hacked === 1 || document.querySelector('img[onerror]') !== null"


def json_as_it_is(monkeypatch):
    monkeypatch.setattr(lockstep.player.standalone, "embedded", json.dumps)


def strings_as_markup(monkeypatch):
    safe = lockstep.player.script.page_script()
    appends = "element.append(...children.flat(2).filter((child) => child != null && child !== false));"
    assert appends in safe
    unsafe = appends.replace("element.append(...", "for (const child of ").replace("));", "))") + (
        "{ if (typeof child === 'string') element.insertAdjacentHTML('beforeend', child); else element.append(child); }"
    )
    monkeypatch.setattr(lockstep.player.standalone, "page_script", lambda: safe.replace(appends, unsafe))


def pictures_as_they_are(monkeypatch):
    monkeypatch.setattr(lockstep.player.still, "_escaped", str)
