// Progress taken along, taken back and deleted, below the map of the course. Behind plot_parts.js.

const SILENCE_MS = 5000;
const LARGEST = 1_000_000; // characters

const COURSE_STYLE = `
.lockstep-course button { font: inherit; margin: 2px 8px 2px 0; padding: 2px 10px; cursor: pointer; color: inherit; background: transparent;
  border: 1px solid currentColor; border-radius: 3px; }
`;

const LOADING_MS = 20_000; // of a notebook that is opened
const SETTLING_MS = 1500; // as what is above is drawn, a heading moves

// JupyterLab opens the notebook that a link names, and only if it was open before goes to the heading: so we do.
function goToHeadings() {
  if (window.lockstepGoing) return;
  window.lockstepGoing = true;
  document.addEventListener("click", (event) => {
    const name = event.target.closest?.("a[data-heading]")?.dataset.heading;
    if (!name) return;
    const timer = setInterval(() => {
      const heading = [...document.querySelectorAll("[data-jupyter-id]")].find((each) => each.dataset.jupyterId === name && each.offsetWidth);
      if (!heading) return;
      heading.scrollIntoView();
      setTimeout(stop, SETTLING_MS);
    }, 200);
    const stop = () => { clearInterval(timer); document.removeEventListener("wheel", stop); };
    document.addEventListener("wheel", stop, { passive: true }); // whoever scrolls is there
    setTimeout(stop, LOADING_MS);
  });
}

function render({ model, el }) {
  const root = html("div", { class: "lockstep-live lockstep-course" });
  const file = html("input", { type: "file", accept: ".json,application/json", hidden: "", "aria-hidden": "true", tabindex: "-1" });
  el.append(html("style", {}, LIVE_STYLE + COURSE_STYLE), root, file);
  keepKeys(root);
  let asking = false;
  let said = "";
  let silence;

  const button = (text, action) => {
    const made = html("button", { type: "button" }, text);
    made.addEventListener("click", action);
    return made;
  };

  function send(message) {
    clearTimeout(silence);
    if (message.do !== "look") {
      silence = setTimeout(() => { said = "No answer yet: the kernel is busy, or gone; then run this cell again."; draw(); }, SILENCE_MS);
    }
    model.send(message);
  }

  function draw() {
    const forget = asking
      ? [html("span", { role: "status" }, "All that is told above is forgotten; your notebooks stay. "),
          button("Yes, delete it", () => { asking = false; send({ do: "forget" }); draw(); }), button("No, keep it", () => { asking = false; draw(); })]
      : [button("Save my progress to a file", () => send({ do: "save" })), button("Take it back from a file", () => file.click()),
          button("Delete it", () => { asking = true; said = ""; draw(); })];
    root.replaceChildren(html("div", {}, ...forget), ...(said ? [html("div", { role: "status" }, said)] : []));
  }

  file.addEventListener("change", async () => {
    const [chosen] = file.files;
    if (!chosen) return;
    if (chosen.size > LARGEST) {
      said = "This file is too large to be your progress.";
      draw();
    } else {
      send({ do: "take", text: await chosen.text() });
    }
    file.value = "";
  });

  model.on("msg:custom", (message) => {
    clearTimeout(silence);
    if (message.save !== undefined) {
      const link = html("a", { href: URL.createObjectURL(new Blob([message.save], { type: "application/json" })), download: message.name });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    }
    if (message.said !== undefined) { said = message.said; draw(); }
  });

  // Whoever comes back to this page sees what was done in other notebooks.
  const seen = new ResizeObserver(() => { if (root.offsetWidth) send({ do: "look" }); }); // a hidden tab has no size
  seen.observe(root);
  const back = () => { if (!document.hidden) send({ do: "look" }); };
  document.addEventListener("visibilitychange", back);
  goToHeadings();
  draw();
  return () => { seen.disconnect(); document.removeEventListener("visibilitychange", back); };
}

export default { render };
