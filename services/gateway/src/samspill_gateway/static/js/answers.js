// Reads and clears the answer of one question on the pupil's page.

const values = (question, selector) => [...question.querySelectorAll(selector)].map((input) => input.value);

const READERS = {
  free_text(question) {
    const text = question.querySelector("textarea").value.trim();
    return text ? { text } : null;
  },
  multiple_choice(question) {
    const options = values(question, "input:checked");
    return options.length ? { options } : null;
  },
  nomination(question) {
    if (question.querySelector(".nobody input").checked) return { nobody: true };
    const nominees = values(question, ".names input:checked");
    return nominees.length ? { nominees } : null;
  },
};

function chosenOption(question) {
  const chosen = question.querySelector("input:checked");
  return chosen ? { option: chosen.value } : null;
}

// What stands in the question now, or null where nothing does.
export function answerOf(question) {
  return (READERS[question.dataset.kind] ?? chosenOption)(question);
}

// The same as a save sends it: taking an answer away is said aloud.
export function changeOf(question) {
  return answerOf(question) ?? { cleared: true };
}

export function clear(question) {
  for (const input of question.querySelectorAll("input:checked")) input.checked = false;
  for (const area of question.querySelectorAll("textarea")) area.value = "";
}

// Answered here, or in another session whose answers are not shown (SPEC I7).
export function isAnswered(question) {
  return answerOf(question) !== null || "answeredBefore" in question.dataset;
}

// Pressing the chosen one again takes it away; radio buttons alone cannot do that.
export function letRadiosBeTakenAway(question, changed) {
  let chosen = question.querySelector("input[type=radio]:checked");
  question.addEventListener("click", ({ target }) => {
    if (target.type !== "radio") return;
    if (target === chosen) {
      target.checked = false;
      chosen = null;
      changed();
    } else {
      chosen = target;
    }
  });
  question.addEventListener("keydown", (event) => {
    if (event.key !== " " || event.target !== chosen) return;
    event.preventDefault();
    chosen.click();
  });
  question.addEventListener("cleared", () => (chosen = null));
}
