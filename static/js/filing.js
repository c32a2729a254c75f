// Filing a sheet by script: form[data-judge][data-file]. With a connection the sheet is filed and the next entry, which is here already,
// is shown without a request. Without one the sheet waits in this browser and is filed when the connection is back.
import { reach } from './reach.js';
import { csrf, say } from './texts.js';
import { autosaveOf } from './autosave.js';
import { show } from './shell.js';
import { toast } from './toast.js';

const KEY = 'spotlight-outbox';
const AGAIN = 5000;
let sending = null;
let asking = null;
let timer;

const read = () => { try { return JSON.parse(localStorage.getItem(KEY)) ?? []; } catch { return []; } };
const write = (sheets) => { try { localStorage.setItem(KEY, JSON.stringify(sheets)); return true; } catch { return false; } };
const person = () => document.querySelector('[data-outbox]')?.dataset.outbox;
const mine = () => read().filter((sheet) => sheet.person === person());

export class Filing {
  constructor(form, { missing, ahead }) {
    Object.assign(this, { form, missing, ahead });
    form.addEventListener('submit', (e) => this.submitted(e), true);
  }

  submitted(e) {
    if (this.plain || autosaveOf(this.form)?.conflict) return;
    e.preventDefault();
    e.stopImmediatePropagation();
    if (!this.busy) this.file();
  }

  async file() {
    this.busy = true;
    const values = [...new FormData(this.form)].filter(([name]) => name !== 'csrfmiddlewaretoken');
    const sheet = { url: this.form.dataset.file, person: this.form.dataset.judge, label: this.form.dataset.label, values, at: Date.now() };
    try {
      const answer = await send(sheet);
      if (answer.ok) await this.filed(await answer.json());
      else this.refused();
    } catch (problem) {
      await this.wait(sheet, problem);
    }
    this.busy = false;
  }

  async filed(answer) {
    autosaveOf(this.form)?.drop();
    await this.goOn(answer.next);
    progress(answer);
  }

  // The page that answers a refused sheet says why, beside the field or with both versions.
  refused() {
    this.plain = true;
    this.form.requestSubmit();
  }

  async wait(sheet, problem) {
    const missing = this.missing();
    if (missing) { this.say(...missing); return; }
    if (!write([...read().filter((other) => other.url !== sheet.url), sheet])) { this.say('', say('save_offline')); return; }
    autosaveOf(this.form)?.drop();
    tellWaiting();
    again();
    if (problem.signedOut) askToSignIn();
    else if (!(await this.goOn(null))) this.say('', say('waits', { label: sheet.label }));
  }

  // To the address the server named, or without a connection to the entry fetched ahead. False if there is nowhere to go.
  async goOn(next) {
    const ahead = this.ahead();
    const text = ahead && (next === null || samePath(ahead.page, next)) ? await ahead.text : null;
    if (text) show(text, ahead.page);
    else if (next) follow(next);
    return Boolean(text || next);
  }

  say(field, sentence) {
    const slot = this.form.querySelector(`[data-error-for="${field}"]`);
    if (slot) { slot.hidden = false; slot.textContent = sentence; slot.scrollIntoView({ block: 'nearest' }); } else toast(sentence);
  }
}

const samePath = (a, b) => a && new URL(a, location.href).pathname === new URL(b, location.href).pathname;

function follow(url) {
  const link = Object.assign(document.createElement('a'), { href: url, hidden: true });
  document.getElementById('main').append(link);
  window.htmx.process(link);
  link.click();
}

function send(sheet) {
  const body = new FormData();
  for (const [name, value] of sheet.values) body.append(name, value);
  return reach(sheet.url, { method: 'POST', body, headers: { 'X-CSRFToken': csrf(), Accept: 'application/json', 'X-Autosave': 'file' } });
}

function progress(answer) {
  const slot = document.querySelector('[data-progress]');
  if (slot && answer.progress) slot.innerHTML = answer.progress;
}

// Sheets that wait are sent one after the other; each is taken out when the server has answered, whatever it said.
export function enhanceOutbox(root) {
  if (!root.querySelector('[data-outbox]')) return;
  tellWaiting();
  flush();
}

function flush() {
  if (sending || !mine().length) return;
  clearTimeout(timer);
  sending = sendAll().finally(() => { sending = null; tellWaiting(); if (mine().length) again(); });
}

async function sendAll() {
  let filed = 0;
  for (const sheet of mine()) {
    let answer;
    try { answer = await send(sheet); } catch (problem) { if (problem.signedOut) askToSignIn(); break; }
    const body = await answer.json().catch(() => ({}));
    write(read().filter((other) => other.url !== sheet.url || other.at !== sheet.at));
    if (answer.ok) { filed += 1; progress(body); leave(sheet, body); } else refused(sheet, body);
  }
  if (filed) toast(say('filed_later', { n: filed }));
}

// Still at the entry that waited: go on from it.
function leave(sheet, body) {
  if (document.querySelector('form[data-file]')?.dataset.file === sheet.url) follow(body.next);
}

// Refused: kept as this browser's draft of that entry, whose page shows what stands and what was sent.
function refused(sheet, body) {
  try { localStorage.setItem(`spotlight-draft:${sheet.url}`, JSON.stringify({ at: Date.now(), values: sheet.values })); } catch { /* full */ }
  const reason = body.error?.message ?? say('failed');
  toast(say('file_refused', { label: sheet.label, reason }), { action: say('open_entry'), onAction: () => follow(sheet.url), stay: true });
}

// Once: it stays until the judge has signed in, which comes back to this entry and files what waits.
function askToSignIn() {
  if (asking?.isConnected) return;
  const back = encodeURIComponent(location.pathname);
  asking = toast(say('signed_out'), { action: say('sign_in'), onAction: () => location.assign(`/accounts/login/?next=${back}`), stay: true });
}

function again() {
  clearTimeout(timer);
  timer = setTimeout(flush, AGAIN);
}

function tellWaiting() {
  const n = mine().length;
  for (const slot of document.querySelectorAll('[data-outbox]')) {
    const words = n ? say('waiting', { n }) : '';
    if (slot.textContent !== words) slot.textContent = words;
  }
}

window.addEventListener('online', flush);
