// The page where a pupil types a code: groups it, takes it from a QR address, tells a typing error before a request.

import { faultOf, grouped, normalise } from "./access_code.js";

const form = document.querySelector("form[data-code]");
const input = form.querySelector("input[name=code]");
const message = form.querySelector("[data-message]");

function show(fault) {
  message.textContent = fault ? message.dataset[fault] : "";
  message.hidden = !fault;
  if (fault) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

// Hyphens are put in only while typing at the end, so that the cursor never jumps.
function group() {
  if (input.selectionStart === input.value.length) input.value = grouped(normalise(input.value));
}

// The code after # is never sent; it leaves the address bar and the history at once (SPEC I7).
function takeFromAddress() {
  // Only a QR address carries a code: going back from a question leaves its number there.
  if (location.pathname !== form.dataset.qrPath) return;
  const code = normalise(decodeURIComponent(location.hash.slice(1)));
  if (!code) return;
  input.value = grouped(code);
  history.replaceState(null, "", location.pathname + location.search);
}

input.addEventListener("input", (event) => {
  show("");
  if (event.inputType !== "deleteContentBackward") group();
});

form.addEventListener("submit", (event) => {
  const code = normalise(input.value);
  const fault = faultOf(code);
  show(fault);
  if (fault) {
    event.preventDefault();
    input.focus();
  } else {
    input.value = grouped(code);
  }
});

takeFromAddress();
addEventListener("hashchange", takeFromAddress);
