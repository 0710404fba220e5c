// On a page without a kernel: every place with a player's data gets its player; what stood there is its still picture.

for (const place of document.querySelectorAll(".lockstep-play:not([data-mounted])")) {
  place.dataset.mounted = "";
  try {
    const values = { data: JSON.parse(place.querySelector("script").textContent) };
    const el = document.createElement("div");
    render({ model: { get: (name) => values[name], set() {}, save_changes() {} }, el });
    place.replaceChildren(el);
  } catch (error) {
    console.error(error); // the still picture remains
  }
}
