// Keeps unsaved answers in memory and sends all that changed in one request; never gives up, never stores (SPEC S6, R1, R3).

const QUIET = 800; // ms without a change before a save …
const LONGEST = 2000; // … but never longer than this after the first, so that three seconds hold.
const FIRST_RETRY = 1000;
const LAST_RETRY = 30000;
const PATIENCE = 10000; // ms before a request without an answer counts as failed.

const isPassing = (status) => status >= 500 || status === 429 || status === 408;

async function problemOf(response) {
  const isProblem = response.headers.get("content-type")?.includes("json");
  return isProblem ? response.json().catch(() => ({})) : {};
}

export class Saver {
  // told: { saved(), unsaved(), refused(problem) }
  constructor(form, told) {
    this.form = form;
    this.told = told;
    this.unsaved = new Map();
    this.sequence = Number(form.elements.sequence.value);
    this.failures = 0;
    this.sending = null;
  }

  get hasUnsaved() {
    return this.unsaved.size > 0;
  }

  change(questionId, answer) {
    this.unsaved.set(questionId, answer);
    this.firstChange ??= Date.now();
    this.later(Math.min(QUIET, Math.max(0, this.firstChange + LONGEST - Date.now())));
  }

  later(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), delay);
  }

  // Only one request is on its way at a time; what changes meanwhile follows after it.
  flush() {
    this.sending ??= this.send().finally(() => {
      this.sending = null;
      if (this.again !== undefined && this.hasUnsaved) this.later(this.again);
    });
    return this.sending;
  }

  async send() {
    this.again = undefined;
    if (!this.hasUnsaved) return;
    const sent = new Map(this.unsaved);
    this.firstChange = undefined;
    const response = await this.post(this.form.dataset.saveUrl, sent).catch(() => null);
    if (response?.ok) this.accept(sent);
    else if (!response || isPassing(response.status)) this.retryLater();
    else this.refuse(await problemOf(response), sent);
  }

  post(url, answers, accept = "application/json") {
    this.sequence += 1;
    this.form.elements.sequence.value = this.sequence;
    const { page, list_version: listVersion } = this.form.elements;
    return fetch(url, {
      method: "POST",
      credentials: "same-origin",
      cache: "no-store",
      headers: { "Content-Type": "application/json", Accept: `${accept}, application/problem+json` },
      signal: AbortSignal.timeout(PATIENCE),
      body: JSON.stringify({
        page: page.value,
        sequence: this.sequence,
        list_version: Number(listVersion?.value ?? 0),
        answers: Object.fromEntries(answers),
      }),
    });
  }

  accept(sent) {
    for (const [id, answer] of sent) if (this.unsaved.get(id) === answer) this.unsaved.delete(id);
    this.failures = 0;
    if (this.hasUnsaved) this.again = QUIET;
    else this.told.saved();
  }

  retryLater() {
    this.again = Math.min(FIRST_RETRY * 2 ** this.failures, LAST_RETRY);
    this.failures += 1;
    this.told.unsaved();
  }

  // A refused answer is set aside so that it does not hold up the others; without a question, saving waits for the next change.
  refuse(problem, sent) {
    const id = problem.question_id;
    if (id && sent.has(id)) {
      if (this.unsaved.get(id) === sent.get(id)) this.unsaved.delete(id);
      this.again = 0;
    }
    this.told.refused(problem);
  }

  // Hands in, with whatever is still unsaved. Resolves with the response, or null where it has to be tried again.
  async submit() {
    clearTimeout(this.timer);
    await this.sending;
    clearTimeout(this.timer);
    const response = await this.post(this.form.dataset.submitUrl, this.unsaved, "text/html").catch(() => null);
    if (!response || isPassing(response.status)) return null;
    if (response.ok) this.unsaved.clear();
    return response;
  }
}
