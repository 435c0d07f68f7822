// Keeps a part of a page up to date: every five seconds, only while the page is seen (SPEC S8).

const PERIOD = 5000;

function swap(place, html) {
  if (place.dataset.shown === html) return;
  const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
  place.dataset.shown = html;
  const parsed = new DOMParser().parseFromString(html, "text/html");
  place.replaceChildren(...parsed.body.childNodes);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

// Somebody who walks through the rows with the keyboard keeps the place, or else the swap waits.
function mayBeSwapped(place) {
  const active = document.activeElement;
  const isInside = place.contains(active) && active !== place;
  return !document.querySelector("dialog[open]") && (!isInside || Boolean(active.id));
}

async function refresh(place) {
  if (document.hidden || !mayBeSwapped(place)) return;
  const response = await fetch(place.dataset.url, { credentials: "same-origin", cache: "no-store" }).catch(() => null);
  const stale = document.querySelector("[data-live-stale]");
  if (stale) stale.hidden = Boolean(response?.ok);
  if (response?.ok && !response.redirected) swap(place, await response.text());
  else if (response?.redirected || response?.status === 401) location.reload();
}

for (const place of document.querySelectorAll("[data-live]")) setInterval(() => refresh(place), PERIOD);
