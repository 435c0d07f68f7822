// Walks from pupil to pupil in the sociogram, lifts the chosen one's ties, and switches filters (SPEC G2).

const DIRECTIONS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
const SIDEWAYS = 2; // How much farther a step beside the wanted direction counts.

const place = (pupil) => ({ x: Number(pupil.dataset.x), y: Number(pupil.dataset.y) });

// The nearest pupil within 60° of the direction; sideways distance counts double.
function nearest(pupils, from, [dx, dy]) {
  const origin = place(from);
  let best = null;
  let least = Infinity;
  for (const pupil of pupils) {
    const { x, y } = place(pupil);
    const ahead = (x - origin.x) * dx + (y - origin.y) * dy;
    const aside = Math.abs((x - origin.x) * dy) + Math.abs((y - origin.y) * dx);
    const distance = ahead + SIDEWAYS * aside;
    if (pupil === from || ahead <= 0 || aside > ahead * Math.sqrt(3) || distance >= least) continue;
    least = distance;
    best = pupil;
  }
  return best;
}

function lift(svg, id) {
  svg.classList.toggle("has-selected", Boolean(id));
  const near = new Set([id]);
  for (const tie of svg.querySelectorAll(".tie")) {
    const { from, to } = tie.dataset;
    const isOwn = Boolean(id) && (from === id || to === id);
    tie.classList.toggle("lifted", isOwn);
    if (isOwn) near.add(from).add(to);
  }
  for (const pupil of svg.querySelectorAll(".pupil")) {
    pupil.classList.toggle("selected", pupil.dataset.pupil === id);
    pupil.classList.toggle("near", near.has(pupil.dataset.pupil));
  }
}

function showPanel(id) {
  const panels = [...document.querySelectorAll("[data-panel]")];
  if (!panels.some((panel) => panel.dataset.panel === id)) return null;
  for (const panel of panels) panel.hidden = panel.dataset.panel !== id;
  document.querySelector("[data-panel-hint]")?.remove();
  return panels.find((panel) => panel.dataset.panel === id);
}

// Only one pupil is in the tab order: the one walked to last.
function holdTabStop(pupils, pupil) {
  for (const other of pupils) other.setAttribute("tabindex", other === pupil ? "0" : "-1");
}

function remember(id) {
  const address = new URL(location);
  address.searchParams.set("valgt", id);
  history.replaceState(null, "", address);
}

function watchPupils(svg) {
  const pupils = [...svg.querySelectorAll(".pupil")];
  if (!pupils.length) return;
  const choose = (pupil) => {
    const { pupil: id } = pupil.dataset;
    lift(svg, id);
    remember(id);
    return showPanel(id);
  };
  holdTabStop(pupils, pupils.find((pupil) => pupil.classList.contains("selected")) ?? pupils[0]);
  svg.addEventListener("click", (event) => {
    const pupil = event.target.closest(".pupil");
    if (!pupil || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    holdTabStop(pupils, pupil);
    // Enter on a link is a click without a pointer: it opens the panel and goes there.
    const panel = choose(pupil);
    if (event.detail === 0) panel?.focus();
  });
  svg.addEventListener("keydown", (event) => {
    const pupil = event.target.closest(".pupil");
    const next = pupil && DIRECTIONS[event.key] && nearest(pupils, pupil, DIRECTIONS[event.key]);
    if (DIRECTIONS[event.key]) event.preventDefault();
    if (event.key === "Escape") leave(svg, pupil);
    if (!next) return;
    holdTabStop(pupils, next);
    next.focus();
    lift(svg, next.dataset.pupil);
  });
}

function leave(svg, pupil) {
  lift(svg, "");
  pupil?.blur();
}

// Escape in the panel goes back to the pupil in the picture.
function watchPanels(svg) {
  for (const panel of document.querySelectorAll("[data-panel]")) {
    panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") svg.querySelector(`.pupil[data-pupil="${CSS.escape(panel.dataset.panel)}"]`)?.focus();
    });
  }
}

// A filter is a link that the server understands; here it becomes a toggle that needs no request.
function watchFilters(svg) {
  for (const chip of document.querySelectorAll("a[data-filter]")) {
    chip.setAttribute("role", "button");
    const set = (on) => {
      chip.setAttribute("aria-pressed", String(on));
      chip.removeAttribute("aria-current");
      svg.classList.toggle(`filter-${chip.dataset.filter}`, on);
    };
    set(chip.hasAttribute("aria-current"));
    chip.addEventListener("click", (event) => {
      event.preventDefault();
      set(chip.getAttribute("aria-pressed") !== "true");
    });
    chip.addEventListener("keydown", (event) => {
      if (event.key !== " ") return;
      event.preventDefault();
      chip.click();
    });
  }
}

for (const svg of document.querySelectorAll("svg.sociogram")) {
  watchPupils(svg);
  watchPanels(svg);
  watchFilters(svg);
}
