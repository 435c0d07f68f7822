// The pupil's questions, one at a time over one document that holds them all; saves by itself (SPEC S4, S6).

import { changeOf, clear, isAnswered, letRadiosBeTakenAway } from "./answers.js";
import { watch } from "./nomination.js";
import { Saver } from "./saving.js";
import { stop as stopReading } from "./speech.js";

const SUBMIT_RETRY = 3000;
const form = document.querySelector("form[data-steps]");
const steps = [...form.querySelectorAll(".question")];
const questions = steps.filter((step) => step.dataset.question);
const end = form.querySelector("[data-end]");
const foot = document.querySelector(".steps");
const status = foot.querySelector("[data-status]");
const progress = document.querySelector("[data-progress]");
const page = new AbortController();
let current = 0;
let submitted = false;

function say(step, text) {
  const message = step.querySelector("[data-message]");
  message.textContent = text ?? "";
  message.hidden = !text;
}

function showSaved(text, isSaved) {
  status.textContent = text;
  status.classList.toggle("is-saved", isSaved);
}

const saver = new Saver(form, {
  saved: () => showSaved(status.dataset.saved, true),
  unsaved: () => showSaved(status.dataset.unsaved, false),
  refused(problem) {
    const place = questions.find((question) => question.dataset.question === problem.question_id);
    showSaved("", false);
    say(place ?? steps[current], problem.detail);
  },
});

const fill = (element, values) => {
  element.textContent = Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), element.dataset.text);
};

function showProgress() {
  const number = Math.min(current + 1, questions.length);
  progress.querySelector("progress").value = current === questions.length ? questions.length : number;
  fill(progress.querySelector("[data-progress-words]"), { number, total: questions.length });
  fill(end.querySelector("[data-answered]"), { answered: questions.filter(isAnswered).length, total: questions.length });
}

function show(index, { focus = true } = {}) {
  stopReading();
  current = Math.max(0, Math.min(index, steps.length - 1));
  for (const [i, step] of steps.entries()) step.hidden = i !== current;
  const isEnd = steps[current] === end;
  foot.querySelector("[data-back]").disabled = current === 0;
  for (const button of foot.querySelectorAll("[data-skip], [data-next]")) button.hidden = isEnd;
  showProgress();
  if (!focus) return;
  scrollTo(0, 0);
  steps[current].querySelector(".question-heading").focus({ preventScroll: true });
}

// Each step is a place in the browser's history, so that its own Back button goes one question back.
function go(index) {
  show(index);
  history.pushState(null, "", `#${current + 1}`);
}

function changed(question) {
  delete question.dataset.skipped;
  say(question, "");
  saver.change(question.dataset.question, changeOf(question));
}

function skip() {
  const question = steps[current];
  clear(question);
  question.dispatchEvent(new Event("cleared"));
  delete question.dataset.answeredBefore;
  question.dataset.skipped = "";
  saver.change(question.dataset.question, { skipped: true });
  go(current + 1);
}

// The answer to handing in is the receipt itself; the page is replaced and nothing of it is kept.
async function showReceipt(response) {
  const receipt = new DOMParser().parseFromString(await response.text(), "text/html");
  submitted = true;
  page.abort();
  document.title = receipt.title;
  document.body.replaceWith(receipt.body);
  history.replaceState(null, "", form.dataset.receiptUrl);
  addEventListener("popstate", () => location.reload());
  document.querySelector("main h1")?.setAttribute("tabindex", "-1");
  document.querySelector("main h1")?.focus();
}

async function submit(button) {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  const response = await saver.submit();
  end.querySelector("[data-unsent]").hidden = response !== null;
  if (response === null) {
    setTimeout(() => {
      button.removeAttribute("aria-disabled");
      if (steps[current] === end) submit(button);
    }, SUBMIT_RETRY);
    return;
  }
  if (response.ok) return showReceipt(response);
  button.removeAttribute("aria-disabled");
  const problem = await response.json().catch(() => ({}));
  say(end, problem.detail);
}

function watchQuestions() {
  for (const question of questions) {
    for (const part of question.querySelectorAll(".nomination")) watch(part);
    letRadiosBeTakenAway(question, () => changed(question));
    const event = question.dataset.kind === "free_text" ? "input" : "change";
    question.addEventListener(event, ({ target }) => target.name && changed(question));
  }
}

function watchButtons() {
  foot.querySelector("[data-back]").addEventListener("click", () => go(current - 1));
  foot.querySelector("[data-next]").addEventListener("click", () => go(current + 1));
  foot.querySelector("[data-skip]").addEventListener("click", skip);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.submitter?.matches("[data-submit]")) submit(event.submitter);
  });
}

function watchWindow() {
  const { signal } = page;
  const place = () => Number.parseInt(location.hash.slice(1), 10) - 1 || 0;
  addEventListener("popstate", () => show(place()), { signal });
  addEventListener("online", () => saver.hasUnsaved && saver.flush(), { signal });
  addEventListener("pagehide", () => saver.hasUnsaved && saver.flush(), { signal });
  addEventListener("beforeunload", (event) => !submitted && saver.hasUnsaved && event.preventDefault(), { signal });
  return location.hash ? place() : Math.max(0, questions.findIndex((question) => !isAnswered(question)));
}

function start() {
  watchQuestions();
  watchButtons();
  for (const element of document.querySelectorAll("[data-needs-script]:not(.name-search), [data-progress]")) element.hidden = false;
  form.classList.add("stepping");
  show(watchWindow(), { focus: false });
}

start();
