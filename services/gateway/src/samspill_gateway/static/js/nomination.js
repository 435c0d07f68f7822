// Names to choose from: the count, the maximum, "nobody", and a search where there are many names.

function fill(element, number, total) {
  element.textContent = element.dataset.text.replace("{number}", number).replace("{total}", total);
}

function onlyMatching(choices, typed) {
  const wanted = typed.trim().toLocaleLowerCase();
  let found = 0;
  for (const choice of choices) {
    choice.hidden = !choice.textContent.toLocaleLowerCase().includes(wanted);
    found += choice.hidden ? 0 : 1;
  }
  return found;
}

// At the maximum every name stays enabled: pressing one more is undone, and the page says what to do.
export function watch(part) {
  const most = Number(part.dataset.most);
  const names = part.querySelector(".names");
  const nobody = part.querySelector(".nobody input");
  const full = part.querySelector("[data-full]");
  const chosen = () => names.querySelectorAll("input:checked").length;
  const recount = () => fill(part.querySelector("[data-count]"), chosen(), most);

  part.addEventListener("change", ({ target }) => {
    full.hidden = true;
    if (target === nobody && nobody.checked) {
      for (const input of names.querySelectorAll("input:checked")) input.checked = false;
    } else if (target.checked && most && chosen() > most) {
      target.checked = false;
      full.hidden = false;
    } else if (target.checked && target !== nobody) {
      nobody.checked = false;
    }
    recount();
  });
  part.closest("fieldset").addEventListener("cleared", () => {
    full.hidden = true;
    recount();
  });
  watchSearch(part, names);
  recount();
}

function watchSearch(part, names) {
  const search = part.querySelector("[data-search]");
  if (!search) return;
  const none = part.querySelector("[data-none-found]");
  search.closest("[data-needs-script]").hidden = false;
  search.addEventListener("input", (event) => {
    event.stopPropagation();
    none.hidden = onlyMatching(names.children, search.value) > 0;
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}
