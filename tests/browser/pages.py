"""A page with a live view and a model of our own: no Jupyter, no kernel, so every state can be drawn."""

import json

from lockstep.measurement.speedup_view import SpeedupPlot
from lockstep.recording.timeline_view import TimelinePlot

PLOTS = {"speedup": SpeedupPlot, "timeline": TimelinePlot}

PAGE = """<!DOCTYPE html><meta charset="utf-8">
<body style="margin: 12px; font-family: sans-serif; color: {ink}; background: {paper}">
<div id="view"></div>
<script>
  window.sent = [];
  window.listeners = {{}};
  window.values = {values};
  window.model = {{
    get: (name) => window.values[name],
    send: (message) => window.sent.push(message),
    on: (event, listener) => (window.listeners[event] ??= []).push(listener),
    off() {{}},
  }};
  window.change = (name, value) => {{
    window.values[name] = value;
    for (const listener of window.listeners[`change:${{name}}`] ?? []) listener();
  }};
  window.answer = () => {{ for (const listener of window.listeners["msg:custom"] ?? []) listener({{ here: true }}); }};
</script>
<script type="module">
{script}
render({{ model: window.model, el: document.getElementById("view") }});
window.ready = true;
</script>
"""


def open_view(page, name, dark=False, **values):
    """Draws a view in `page` and waits until it is there. `values` are the traits of its widget."""
    values = {"note": "", "trouble": "", "controls": {}, "running": False} | values
    ink, paper = ("#eee", "#111") if dark else ("#111", "#fff")
    page.set_content(PAGE.format(values=json.dumps(values), script=PLOTS[name].SCRIPT, ink=ink, paper=paper))
    page.wait_for_function("window.ready")
    # Once it is in the page, a view is drawn with the page's colours and width.
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")
