// Reads a question and its choices aloud in the page's language, with the browser's own voice.

const LOCALES = { nb: "nb-NO", nn: "nn-NO", en: "en-GB" };
const FALLBACK = { nb: ["nb", "no"], nn: ["nn", "nb", "no"], en: ["en"] };
const READ = ".question-heading, .hint, label > span, h1, p:not([hidden]), li";

function voiceFor(language) {
  const voices = speechSynthesis.getVoices();
  for (const prefix of FALLBACK[language] ?? [language]) {
    const voice = voices.find((candidate) => candidate.lang.toLowerCase().startsWith(prefix));
    if (voice) return voice;
  }
  return null;
}

function sentencesOf(place) {
  const parts = [...place.querySelectorAll(READ)].filter((part) => part.checkVisibility() && !part.closest("[role=status], [role=alert]"));
  const outermost = parts.filter((part) => !parts.some((other) => other !== part && other.contains(part)));
  return outermost.map((part) => part.textContent.replace(/\s+/g, " ").trim()).filter(Boolean);
}

export function stop() {
  speechSynthesis?.cancel();
  for (const button of document.querySelectorAll("[data-listen][aria-pressed=true]")) button.setAttribute("aria-pressed", "false");
}

function read(button) {
  const wasReading = button.getAttribute("aria-pressed") === "true";
  stop();
  if (wasReading) return;
  const place = button.closest("[data-question]") ?? document.querySelector("main");
  const language = document.documentElement.lang;
  button.setAttribute("aria-pressed", "true");
  const utterances = sentencesOf(place).map((text) => new SpeechSynthesisUtterance(text));
  for (const utterance of utterances) {
    utterance.lang = LOCALES[language] ?? language;
    utterance.voice = voiceFor(language);
    speechSynthesis.speak(utterance);
  }
  utterances.at(-1)?.addEventListener("end", () => button.setAttribute("aria-pressed", "false"));
}

// The buttons stay hidden where the browser has no voice at all.
export function start() {
  if (!("speechSynthesis" in window)) return;
  for (const button of document.querySelectorAll("[data-listen]")) {
    button.hidden = false;
    button.addEventListener("click", () => read(button));
  }
  document.body.classList.add("can-listen");
  addEventListener("pagehide", stop);
}

start();
